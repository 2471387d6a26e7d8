// WebKit, the engine of every iPhone, without a dependency: Debian's WebKitGTK on a screen that nobody sees, driven through W3C WebDriver.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { programPath } from "./programs.ts";
import { eventually } from "./eventually.ts";

/** How the protocol marks an element in what it sends. */
const elementKey = "element-6066-11e4-a52e-4f735466cecf";
const waitMsMax = 15_000;
/** A machine that does other work as well takes its time to bring up a browser. */
const startMsMax = 30_000;

export interface WebKitPage {
  readonly go: (url: string) => Promise<void>;
  /** The value of an expression on the page. */
  readonly value: <T>(expression: string) => Promise<T>;
  /** Waits until an expression on the page is true. */
  readonly until: (expression: string) => Promise<void>;
  /** Taps the first element of this selector, once there is one. */
  readonly tap: (selector: string) => Promise<void>;
  readonly type: (selector: string, text: string) => Promise<void>;
  /** Turns or resizes the device; the browser has a least width of its own. */
  readonly resize: (width: number, height: number) => Promise<void>;
}

export interface WebKit {
  /** A browser of its own, with nothing in its storage. */
  readonly open: () => Promise<WebKitPage>;
  /** Ends every process that was started here, and all that these started. */
  readonly close: () => Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  await new Promise((closed) => server.close(closed));
  return typeof address === "object" && address !== null ? address.port : 0;
}

async function call(method: "POST" | "DELETE", url: string, body: object = {}): Promise<unknown> {
  const response = await fetch(url, {
    method,
    body: method === "POST" ? JSON.stringify(body) : null,
    signal: AbortSignal.timeout(startMsMax),
  });
  const { value } = (await response.json()) as { value: unknown };
  if (!response.ok) throw new Error(`${url}: ${JSON.stringify(value)}`);
  return value;
}

function pageOf(session: string): WebKitPage {
  const post = (path: string, body: object = {}) => call("POST", session + path, body);
  const value = async <T>(expression: string): Promise<T> =>
    (await post("/execute/sync", { script: `return ${expression}`, args: [] })) as T;
  const until = async (expression: string): Promise<void> => {
    await eventually(expression, async () => ((await value<unknown>(expression)) ? true : null), waitMsMax);
  };
  const element = (selector: string): Promise<string> =>
    eventually(
      selector,
      async () => {
        const found = (await post("/element", { using: "css selector", value: selector })) as Record<string, string>;
        return `/element/${found[elementKey]}`;
      },
      waitMsMax,
    );
  return {
    go: async (url) => void (await post("/url", { url })),
    value,
    until,
    async tap(selector) {
      // Anew until it succeeds: an element may have been drawn again since it was found.
      const click = async () => (await post(`${await element(selector)}/click`)) ?? true;
      await eventually(`a tap on ${selector}`, click, waitMsMax);
    },
    type: async (selector, text) => void (await post(`${await element(selector)}/value`, { text })),
    resize: async (width, height) => void (await post("/window/rect", { x: 0, y: 0, width, height })),
  };
}

/** With all that it starts: they share a group. */
function endGroup(child: ChildProcess): Promise<unknown> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  const gone = once(child, "exit");
  process.kill(-child.pid, "SIGKILL");
  return gone;
}

/** A screen's number, once it is there. */
async function startScreen(): Promise<{ readonly child: ChildProcess; readonly display: string }> {
  const args = ["-displayfd", "3", "-screen", "0", "1400x1400x24", "-nolisten", "tcp"];
  const child = spawn(programPath("Xvfb"), args, { stdio: ["ignore", "ignore", "ignore", "pipe"], detached: true });
  const [number] = await Promise.race([
    once(child.stdio[3] as NodeJS.ReadableStream, "data"),
    once(child, "exit").then(() => Promise.reject(new Error("Xvfb ended at once"))),
  ]);
  return { child, display: `:${String(number).trim()}` };
}

export async function startWebKit(): Promise<WebKit> {
  const screen = await startScreen();
  const drivers: ChildProcess[] = [];
  // No sandbox, which root may not have in a container: it shows our own page alone.
  const env = { ...process.env, DISPLAY: screen.display, WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: "1", LIBGL_ALWAYS_SOFTWARE: "1" };
  return {
    async open() {
      const port = await freePort();
      // A driver has one session.
      drivers.push(spawn(programPath("WebKitWebDriver"), [`--port=${port}`], { env, stdio: "ignore", detached: true }));
      const driver = `http://127.0.0.1:${port}`;
      await eventually("the driver answers", async () => ((await fetch(`${driver}/status`)).ok ? true : null), startMsMax);
      const { sessionId } = (await call("POST", `${driver}/session`, { capabilities: { alwaysMatch: {} } })) as { sessionId: string };
      return pageOf(`${driver}/session/${sessionId}`);
    },
    async close() {
      for (const child of [...drivers, screen.child]) await endGroup(child);
    },
  };
}
