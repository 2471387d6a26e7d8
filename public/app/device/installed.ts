// The page as an app: kept on the device so that it opens offline; a newer one is offered, never forced.
import { effect } from "@preact/signals";
import type { App } from "../app-context.ts";

const lookAgainMs = 30 * 60_000;
/** What a server says to a page of another version. */
const foreign: ReadonlySet<string> = new Set(["refusal.bad-message", "refusal.version-unsupported"]);

/** What Chromium gives before it would offer to install the page by itself. */
interface InstallOffer extends Event {
  readonly prompt: () => Promise<unknown>;
}

/** The browser's own offer waits until somebody asks for it. */
export function keepInstallOffer({ install }: App): void {
  addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    install.value = () => {
      install.value = null;
      // Whatever the person answers, the browser makes a new offer when it has one.
      (event as InstallOffer).prompt().catch(() => undefined);
    };
  });
  addEventListener("appinstalled", () => {
    install.value = null;
  });
}

export async function startInstalled({ update, session }: Pick<App, "update" | "session">): Promise<void> {
  if (!("serviceWorker" in navigator) || !import.meta.env.PROD) return;
  try {
    const registration = await navigator.serviceWorker.register("/sw.js");
    const load = (): void => {
      const { waiting } = registration;
      // Another tab has loaded it, and it answers here as well.
      if (waiting === null) return location.reload();
      navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
      waiting.postMessage({ type: "SKIP_WAITING" });
    };
    const offer = (): void => {
      if (registration.waiting !== null && navigator.serviceWorker.controller !== null) update.value = load;
    };
    const followNew = (): void => registration.installing?.addEventListener("statechange", offer);
    offer();
    // The browser looks by itself when a page is opened: what it found may be on its way already.
    followNew();
    registration.addEventListener("updatefound", followNew);
    const look = (): void => void registration.update().catch(() => undefined);
    const lookAgain = (): void => {
      look();
      session.env.after(lookAgainMs, lookAgain);
    };
    session.env.after(lookAgainMs, lookAgain);
    let newest = 0;
    let wasOld = false;
    effect(() => {
      const { notices, link } = session.model.value;
      const { n = 0 } = notices.findLast(({ key }) => foreign.has(key)) ?? {};
      const isOld = link === "outdated";
      if (n > newest || (isOld && !wasOld)) look();
      newest = Math.max(newest, n);
      wasOld = isOld;
    });
  } catch {
    // Private windows and plain http have no service worker: the page works without.
  }
}
