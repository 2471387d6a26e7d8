// Short messages under the bar: refusals in words, dice, a newer page. What is only told leaves by itself.
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { useApp } from "../app-context.ts";
import { foremost, type Notice } from "../model/model.ts";
import { Icon } from "./icons.tsx";

const shownMs = 5_000;

export function Toasts(): JSX.Element {
  const { session, speech, update } = useApp();
  const load = update.value;
  const { notices, restarting } = session.model.value;
  const first = foremost(notices)?.n;
  // What stays until it is answered can wait for what leaves by itself.
  const isQuiet = first === undefined;
  return (
    <div class="toasts">
      {load ? (
        <div class="toast" data-tone="info" data-first={isQuiet && !restarting}>
          <span>{speech.t("update.ready")}</span>
          <button type="button" onClick={load}>
            {speech.t("update.load")}
          </button>
        </div>
      ) : null}
      {restarting ? (
        <div class="toast" data-tone="info" data-first={isQuiet} role="status">
          {speech.t("link.restarting")}
        </div>
      ) : null}
      {notices.map((notice) => (
        <Toast key={notice.n} notice={notice} first={notice.n === first} />
      ))}
    </div>
  );
}

/** Each leaves when its time is over, wherever it is shown by then. */
export function NoticeTimers(): JSX.Element {
  const { session } = useApp();
  return (
    <>
      {session.model.value.notices.map(({ n, said }) => (
        <NoticeTimer key={`${n} ${said}`} n={n} />
      ))}
    </>
  );
}

function NoticeTimer({ n }: { readonly n: number }): null {
  const { session } = useApp();
  useEffect(() => session.env.after(shownMs, () => session.dispatch({ type: "dismiss", n })), [n, session]);
  return null;
}

function Toast({ notice, first }: { readonly notice: Notice; readonly first: boolean }): JSX.Element {
  const { session, speech } = useApp();
  const root = useRef<HTMLDivElement>(null);
  const dismiss = (): void => session.dispatch({ type: "dismiss", n: notice.n });
  // Keys that were on it stay in the sheet it lay on: the page under it is dead. Before it is taken away: then they would be nowhere.
  useLayoutEffect(() => {
    const own = root.current;
    return () => {
      if (own?.contains(document.activeElement)) own.closest("dialog")?.querySelector("button")?.focus({ preventScroll: true });
    };
  }, []);
  return (
    <div
      ref={root}
      class="toast"
      data-tone={notice.tone}
      data-notice={notice.key}
      data-first={first}
      role={notice.tone === "error" ? "alert" : "status"}
    >
      <span>{speech.t(notice.key, notice.params)}</span>
      <button type="button" aria-label={speech.t("common.close")} onClick={dismiss}>
        <Icon name="close" size={16} />
      </button>
    </div>
  );
}
