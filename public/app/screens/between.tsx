// Between games: still on the way in, or out of it for good. One sentence and one button.
import type { JSX } from "preact";
import { useApp } from "../app-context.ts";
import { endedWhy } from "../model/ended.ts";
import type { Ended } from "../model/model.ts";
import { quietTint, tintOf } from "../ui/tint.ts";
import { Wordmark } from "../ui/wordmark.tsx";

export function WaitScreen(): JSX.Element {
  const { session, speech, go } = useApp();
  const { link, gameId } = session.model.value;
  const { t } = speech;
  const gone = gameId === null;
  return (
    <main class="page between tint" style={tintOf(quietTint)}>
      <Wordmark />
      <div class="between-body" role="status">
        {gone ? null : <span class="waiting-ring" aria-hidden="true" />}
        <h1>{t(gone ? "between.gone" : link === "lost" ? "between.lost" : "between.connecting")}</h1>
        <p class="hint">
          {t(gone ? "between.goneSub" : link === "lost" ? "between.lostSub" : "between.connectingSub", { code: gameId ?? "" })}
        </p>
      </div>
      <button type="button" class="wide quiet-button" onClick={() => go("/")}>
        {t("between.home")}
      </button>
    </main>
  );
}

/** A screen whose part of the page is still on its way: while the line is down it cannot be had. */
export function PartWait(): JSX.Element {
  const { speech, route, go } = useApp();
  const { t } = speech;
  return (
    <main class="page between tint" style={tintOf(quietTint)} data-waits="part">
      <Wordmark />
      <div class="between-body" role="status">
        <span class="waiting-ring" aria-hidden="true" />
        <h1>{t("between.part")}</h1>
        <p class="hint">{t("between.partSub")}</p>
      </div>
      {route.value.page === "home" ? null : (
        <button type="button" class="wide quiet-button" onClick={() => go("/")}>
          {t("between.home")}
        </button>
      )}
    </main>
  );
}

/** A game that the server hosts and this page has no screen for. */
export function UnknownGame(): JSX.Element {
  const { speech, go } = useApp();
  const { t } = speech;
  return (
    <main class="page between tint" style={tintOf(quietTint)}>
      <Wordmark />
      <div class="between-body" role="status">
        <h1>{t("between.unknown")}</h1>
        <p class="hint">{t("between.unknownSub")}</p>
      </div>
      <button type="button" class="wide quiet-button" onClick={() => go("/")}>
        {t("between.home")}
      </button>
    </main>
  );
}

export function EndedScreen({ link }: { readonly link: Ended }): JSX.Element {
  const { session, speech, go, update } = useApp();
  const { t } = speech;
  const { gameId } = session.model.value;
  const why = endedWhy(session.model.value);
  const act = (): void => {
    if (link === "displaced") session.takeBack();
    else if (link === "kicked" && gameId !== null) session.enter(gameId);
    else if (link === "outdated") (update.value ?? (() => location.reload()))();
    else go("/");
  };
  return (
    <main class="page between tint" style={tintOf(quietTint)} data-ended={link}>
      <Wordmark />
      <div class="between-body" role="alert">
        <h1>{t(`ended.${link}`)}</h1>
        <p class="hint">{t(why.key, why.params)}</p>
      </div>
      <button
        type="button"
        class="go go-short"
        onClick={act}
        data-act={link === "displaced" ? "takeBack" : link === "outdated" ? "reload" : "leave"}
      >
        <span class="go-word">{t(`ended.${link}.act`)}</span>
      </button>
      {link === "closed" ? null : (
        <button type="button" class="wide quiet-button" onClick={() => go("/")}>
          {t("between.home")}
        </button>
      )}
    </main>
  );
}
