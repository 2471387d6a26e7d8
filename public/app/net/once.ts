// Commands of buttons beside the great one and of their keys: what such a button means has changed once it has done what it says.
import { type ReadonlySignal, signal } from "@preact/signals";
import type { Env } from "../device/env.ts";
import type { Model } from "../model/model.ts";
import { actOf, actPending, type Command, oneTapMs } from "../model/offer.ts";

/** Not what had been heard when it was given: with every change that is more. */
const meaning = (data: object): string => JSON.stringify({ ...data, heardAt: undefined });

export function onceGiver(env: Env, model: ReadonlySignal<Model>, give: (command: Command) => void) {
  const resting = signal<ReadonlySet<string>>(new Set());

  /** Whether such an act is on its way, or was given a moment ago. */
  const busy = (type: string): boolean => resting.value.has(actOf(type)) || actPending(model.value.outbox, type);

  /** Gives it unless it is busy: the same twice is one. */
  const giveOnce = (command: Command): void => {
    if (busy(command.type)) return;
    const act = actOf(command.type);
    resting.value = new Set([...resting.value, act]);
    env.after(oneTapMs, () => {
      resting.value = new Set([...resting.value].filter((other) => other !== act));
    });
    give(command);
  };

  /** Gives it unless the very same is on its way: its button stays until the answer, and the second half of a double tap would be refused. */
  const giveAnswer = (command: Command): void => {
    const words = meaning(command.data);
    const isGiven = model.value.outbox.some(({ type, data }) => type === command.type && meaning(data) === words);
    if (!isGiven) give(command);
  };

  return { busy, giveOnce, giveAnswer };
}
