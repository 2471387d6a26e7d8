// The operator's page: asks for the token, then shows one page at a time and the server's health above it.
import "./admin.css";
import { after, nowAndThen, patienceMs } from "./again.ts";
import { get, hasToken, isFinal, keepToken, Refused } from "./api.ts";
import { element, pages } from "./pages.ts";

const page = document.querySelector<HTMLElement>("#page");
const tabs = document.querySelector<HTMLElement>("#tabs");
const summary = document.querySelector<HTMLElement>("#summary");
if (page === null || tabs === null || summary === null) throw new Error("The page is not the operator's.");

let leave: () => void = () => undefined;
let stopLooking: () => void = () => undefined;

function go(name: string, detail?: string): void {
  const target = pages[name];
  if (target === undefined || page === null || tabs === null) return;
  leave();
  // Each has a place of its own: what one still waits for when it is left must not come to stand on the next.
  const place = element("div");
  page.replaceChildren(place);
  for (const tab of tabs.querySelectorAll("button")) {
    if (tab.dataset["page"] === name) tab.setAttribute("aria-current", "page");
    else tab.removeAttribute("aria-current");
  }
  leave = target.page(place, go, detail);
  page.focus();
}

async function look(): Promise<void> {
  const { instance, release, connections, rooms, health, problems } = await get<{
    instance: string;
    release: string;
    connections: number;
    rooms: number;
    health: string;
    problems: readonly string[];
  }>("/overview", patienceMs);
  summarise(health, [health, ...problems, `${connections} connections, ${rooms} rooms`, `${instance}, ${release}`].join(" · "));
}

function summarise(level: string, text: string): void {
  if (summary === null) return;
  summary.className = `level-${level}`;
  summary.textContent = text;
}

const problemOf = (error: unknown): string => (error instanceof Refused ? error.message : "The server does not answer.");

function begin(): void {
  tabs?.replaceChildren();
  for (const [name, { title }] of Object.entries(pages)) {
    if (title === null) continue;
    const tab = element("button", title);
    tab.type = "button";
    tab.dataset["page"] = name;
    tab.addEventListener("click", () => go(name));
    tabs?.append(tab);
  }
  const ask = async (): Promise<void> => {
    try {
      await look();
    } catch (error) {
      // What it said last may be long gone, and looks as if it were so.
      summarise("unhealthy", problemOf(error));
      if (isFinal(error)) out(problemOf(error));
    }
  };
  // A double click on the token's button begins twice.
  stopLooking();
  stopLooking = nowAndThen(after, { everyMs: 2000, ask });
  go("games");
}

/** The token was replaced: shown again and again it would count as guesses, and soon the new one would be refused here as well. */
function out(problem: string): void {
  stopLooking();
  leave();
  leave = () => undefined;
  tabs?.replaceChildren();
  keepToken(null);
  askForToken(problem);
}

function askForToken(problem: string): void {
  const form = element("form");
  const field = element("input");
  field.type = "password";
  field.autocomplete = "off";
  field.setAttribute("aria-label", "Admin token");
  field.placeholder = "Admin token";
  const send = element("button", "Open");
  form.append(field, send);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    keepToken(field.value);
    void enter();
  });
  page?.replaceChildren(form, element("p", problem, "problem"));
  field.focus();
}

async function enter(): Promise<void> {
  if (!hasToken()) return askForToken("");
  try {
    await look();
    begin();
  } catch (error) {
    // One that the server could not look at now may well be right.
    if (isFinal(error)) keepToken(null);
    askForToken(problemOf(error));
  }
}

void enter();
