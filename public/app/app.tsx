// Which screen is shown: the address says where, the model says how things stand there.
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { useApp } from "./app-context.ts";
import { hasEnded, type Model } from "./model/model.ts";
import { choicesDue } from "./model/table-questions.ts";
import { pathOf, type Route } from "./route.ts";
import { EndedScreen, PartWait, UnknownGame, WaitScreen } from "./screens/between.tsx";
import { Lobby } from "./screens/lobby.tsx";
import { Play } from "./screens/play.tsx";
import { Announcer } from "./ui/announcer.tsx";
import { lazyPart } from "./ui/lazy.tsx";
import { NoticeTimers, Toasts } from "./ui/toasts.tsx";

const Home = lazyPart(async () => (await import("./screens/home.tsx")).Home, PartWait);
const TableMode = lazyPart(async () => (await import("./screens/table-mode.tsx")).TableMode, PartWait);
const Recap = lazyPart(async () => (await import("./screens/recap.tsx")).Recap, PartWait);
const Overlay = lazyPart(async () => (await import("./screens/overlay.tsx")).Overlay, PartWait);
const LocalSetup = lazyPart(async () => (await import("./screens/local-setup.tsx")).LocalSetup, PartWait);
const Class = lazyPart(async () => (await import("./chsh/class.tsx")).Class, PartWait);
const NewClass = lazyPart(async () => (await import("./chsh/new-class.tsx")).NewClass, PartWait);
const Sheets = lazyPart(async () => (await import("./sheets/sheets.tsx")).Sheets);

/** The table itself comes first. */
const fetchAheadMs = 4_000;
const fetchAhead = (): void => {
  for (const part of [Sheets, TableMode, Recap]) part.fetch();
};

export function AppRoot(): JSX.Element {
  const { route, session, sheet, go } = useApp();
  const here = route.value;
  const { gameId, link } = session.model.value;
  const code = here.page === "game" || here.page === "overlay" ? here.code : null;
  const atStart = here.page === "home" || here.page === "new-class";

  // The address leads: entering one is entering its game. The strip for a stream only looks on: the player's own page may be open beside it.
  // Before the browser paints: whoever has not been to a table yet would read for a moment that there is none.
  useLayoutEffect(() => {
    if (code !== null && session.model.peek().gameId !== code) here.page === "overlay" ? session.watch(code) : session.enter(code);
    // Also when the game has not answered yet: a late answer must not pull anybody in. And where a table without a server is yet to be laid.
    else if (code === null && session.model.peek().link !== "local") session.leave();
  }, [code, here.page, session]);

  // A game just created has its own address from now on. Asked anew: one that was left right now, by the browser's way back, is not created.
  useEffect(() => {
    const { gameId: own, link: line } = session.model.peek();
    if (atStart && own !== null && line === "open") go(pathOf(own));
  }, [gameId, link, here.page, go]);

  // Whoever is at a table needs these sooner or later, perhaps when the line is down and they cannot be had.
  useEffect(() => (link === "open" ? session.env.after(fetchAheadMs, fetchAhead) : undefined), [link, session]);

  // A sheet belongs to the table it was opened at: over what has taken its place it would hide why.
  const isOver = gameId === null || hasEnded(link);
  useEffect(() => {
    if (isOver) sheet.value = null;
  }, [isOver, sheet]);

  // Whoever has seconds to choose how to go on must see it, and not only hear it from under a sheet.
  // A device in the middle of the table has several seats: the choice of each is to be seen, and one that is made closes nothing.
  const due = choicesDue(session.model.value);
  const dueBefore = useRef(due);
  useEffect(() => {
    if (due.some((seat) => !dueBefore.current.includes(seat))) sheet.value = null;
    dueBefore.current = due;
  }, [due.join(), sheet]);

  return (
    <>
      <Screen route={here} model={session.model.value} />
      {sheet.value === null ? null : <Sheets />}
      {sheet.value === null ? <Toasts /> : null}
      <NoticeTimers />
      <Announcer />
    </>
  );
}

function Screen({ route, model }: { readonly route: Route; readonly model: Model }): JSX.Element {
  if (route.page === "home") return <Home {...(route.typed === undefined ? {} : { typed: route.typed })} />;
  if (route.page === "new-class") return <NewClass />;
  if (route.page === "local" && model.link !== "local") return <LocalSetup />;
  const { table, other, link } = model;
  if (hasEnded(link)) return <EndedScreen link={link} />;
  if (other) return other.game === "chsh" ? <Class /> : <UnknownGame />;
  if (!table) return <WaitScreen />;
  if (route.page === "overlay") return <Overlay />;
  if (route.page === "local") return table.status === "finished" ? <Recap /> : <TableMode />;
  // From here on it is a table of the server's. A finished game is read, and not tapped away by whoever taps his panel as always.
  if (route.page === "game" && route.view === "table" && table.status !== "finished") return <TableMode />;
  if (table.status === "waiting") return <Lobby table={table} />;
  if (table.status === "finished" || (route.page === "game" && route.view === "recap")) return <Recap />;
  return <Play table={table} />;
}
