// The start: a new game in two taps, or into one by its code.
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useApp } from "../app-context.ts";
import { enHome } from "../i18n/en-home.ts";
import { trHome } from "../i18n/tr-home.ts";
import { useTaught } from "../i18n/use-taught.ts";
import { type Draft, presets } from "../model/presets.ts";
import { pathOf, readCode } from "../route.ts";
import { Icon, type IconName } from "../ui/icons.tsx";
import { IconButton } from "../ui/parts.tsx";
import { quietTint, tintOf } from "../ui/tint.ts";
import { Wordmark } from "../ui/wordmark.tsx";
import { NewGame } from "./new-game.tsx";

const words = { en: enHome, tr: trHome };

export function Home({ typed = "" }: { readonly typed?: string }): JSX.Element {
  useTaught(words);
  const { session, speech, sheet, go, install } = useApp();
  const [draft, setDraft] = useState<Draft | null>(null);
  const back = (): void => {
    // One that is being made is called off: nobody is pulled into it later.
    if (session.model.peek().link !== "local") session.leave();
    setDraft(null);
  };
  if (draft) return <NewGame draft={draft} onBack={back} />;
  const { t } = speech;
  const playHere = (): void => {
    // Whoever comes from here is asked whether the table goes on, even when he came here by the browser's own way back.
    if (session.model.peek().link === "local") session.leave();
    go("/#local");
  };
  return (
    <main class="page home tint" style={tintOf(quietTint)}>
      <header class="bar">
        <Wordmark />
        <span class="grow" />
        <IconButton name="gear" label={t("settings.title")} onClick={() => (sheet.value = { name: "settings" })} />
      </header>
      <div class="home-grid">
        <section class="home-new">
          <h1>{t("home.title")}</h1>
          <div class="preset-grid">
            {presets.map((preset) => (
              <button type="button" class="preset" key={preset.name} data-preset={preset.name} onClick={() => setDraft(preset.draft)}>
                <Icon name={preset.icon} />
                <b>{t(`preset.${preset.name}`)}</b>
                <span>{t(`preset.${preset.name}.about`)}</span>
              </button>
            ))}
          </div>
        </section>
        <section class="home-join">
          <JoinForm key={typed} typed={typed} />
          <Tables />
          <div>
            <QuietRow icon="table" name="local" onClick={playHere} />
            <QuietRow icon="chart" name="class" onClick={() => go("/#class")} />
            {install.value ? <QuietRow icon="download" name="install" onClick={install.value} /> : null}
          </div>
        </section>
      </div>
    </main>
  );
}

/** With what stood in a link that is none, to be put right. */
function JoinForm({ typed }: { readonly typed: string }): JSX.Element {
  const { speech, go } = useApp();
  const [text, setText] = useState(typed.toUpperCase());
  const [wrong, setWrong] = useState(typed !== "");
  const code = readCode(text);
  const { t } = speech;
  return (
    <form
      class="join-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (code) go(pathOf(code));
        else setWrong(true);
      }}
    >
      <label class="code-field">
        <span>{t("home.code")}</span>
        <input
          class="num"
          name="code"
          value={text}
          maxLength={200}
          autoComplete="off"
          autoCapitalize="characters"
          autoCorrect="off"
          spellcheck={false}
          placeholder="K7QX2M"
          aria-invalid={wrong}
          onInput={(event) => {
            setText(event.currentTarget.value.toUpperCase());
            setWrong(false);
          }}
        />
      </label>
      <button type="submit" class="wide quiet-button">
        {t("home.join")}
      </button>
      {wrong ? (
        <p class="field-error" role="alert">
          {t("home.codeWrong")}
        </p>
      ) : null}
    </form>
  );
}

interface Listed {
  readonly id: string;
  readonly name: string;
  readonly seats: number;
  readonly seatsFree: number;
  readonly status: string;
}

function isListed(value: unknown): value is Listed {
  return (
    typeof value === "object" && value !== null && typeof (value as Listed).id === "string" && typeof (value as Listed).name === "string"
  );
}

/** Tables this device was at, and tables their hosts have listed. */
function Tables(): JSX.Element | null {
  const { session, speech, go } = useApp();
  const [listed, setListed] = useState<readonly Listed[]>([]);
  useEffect(() => {
    const stop = new AbortController();
    fetch("/api/games", { signal: stop.signal })
      .then((answer) => (answer.ok ? answer.json() : { games: [] }))
      .then((body: { games?: unknown }) => setListed(Array.isArray(body.games) ? body.games.filter(isListed) : []))
      .catch(() => setListed([]));
    return () => stop.abort();
  }, []);
  const mine = session.keys.all().slice(0, 3);
  const others = listed.filter((game) => !mine.some((m) => m.gameId === game.id)).slice(0, 6);
  if (mine.length + others.length === 0) return null;
  const row = (code: string, name: string, note: string): JSX.Element => (
    <li key={code}>
      <button type="button" class="table-row" onClick={() => go(pathOf(code))}>
        <b class="num">{code}</b>
        <span dir="auto">{name}</span>
        <em>{note}</em>
      </button>
    </li>
  );
  return (
    <div class="tables">
      {mine.length > 0 ? <h2>{speech.t("home.yours")}</h2> : null}
      <ul>
        {mine.map((game) =>
          row(game.gameId, game.name, game.seat?.playerId ? speech.t("seat.number", { n: game.seat.playerId }) : speech.t("lobby.host")),
        )}
      </ul>
      {others.length > 0 ? <h2>{speech.t("home.listed")}</h2> : null}
      <ul>{others.map((game) => row(game.id, game.name, speech.t("home.free", { count: game.seatsFree })))}</ul>
    </div>
  );
}

/** Other ways to begin, each in one quiet row; to install the page only where the browser has offered it. */
function QuietRow(props: { readonly icon: IconName; readonly name: string; readonly onClick: () => void }): JSX.Element {
  const { t } = useApp().speech;
  const { icon, name, onClick } = props;
  return (
    <button type="button" class="local-start" data-start={name} onClick={onClick}>
      <Icon name={icon} />
      <span>
        <b>{t(`home.${name}`)}</b>
        {t(`home.${name}Sub`)}
      </span>
      <Icon name="next" size={18} />
    </button>
  );
}
