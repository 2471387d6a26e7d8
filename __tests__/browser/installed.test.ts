// A newer page that the browser has found, and when it is offered.
import { signal } from "@preact/signals";
import { afterEach, expect, test, vi } from "vitest";
import { startInstalled } from "../../public/app/device/installed.ts";
import { createSession } from "../../public/app/net/session.ts";
import { fakeEnv } from "./support/fake-env.ts";

afterEach(() => {
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
});

const worker = () => Object.assign(new EventTarget(), { postMessage: () => undefined });

/** A page opened in this state of its registration. */
async function opened(state: { readonly installing?: EventTarget; readonly waiting?: EventTarget }) {
  const registration = Object.assign(new EventTarget(), { installing: null, waiting: null, update: async () => undefined, ...state });
  vi.stubEnv("PROD", true);
  vi.stubGlobal("navigator", { serviceWorker: { controller: worker(), register: async () => registration } });
  const update = signal<(() => void) | null>(null);
  await startInstalled({ update, session: createSession(fakeEnv()) });
  const installed = (found: EventTarget): void => {
    Object.assign(registration, { installing: null, waiting: found });
    found.dispatchEvent(new Event("statechange"));
  };
  const isOffered = (): boolean => update.value !== null;
  const load = (): void => update.value?.();
  return { registration, installed, isOffered, load };
}

test("a newer page is offered when it is ready, whether it was there, on its way or not yet found when this one was opened", async () => {
  expect((await opened({ waiting: worker() })).isOffered()).toBe(true);

  const onItsWay = worker();
  const second = await opened({ installing: onItsWay });
  expect(second.isOffered()).toBe(false);
  second.installed(onItsWay);
  expect(second.isOffered()).toBe(true);

  const later = worker();
  const third = await opened({});
  Object.assign(third.registration, { installing: later });
  third.registration.dispatchEvent(new Event("updatefound"));
  expect(third.isOffered()).toBe(false);
  third.installed(later);
  expect(third.isOffered()).toBe(true);
});

test("a newer page that another tab has loaded meanwhile is loaded here by the same button", async () => {
  const reload = vi.fn();
  vi.stubGlobal("location", { reload });
  const page = await opened({ waiting: worker() });
  Object.assign(page.registration, { waiting: null });
  page.load();
  expect(reload).toHaveBeenCalledOnce();
});
