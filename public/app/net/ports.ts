// What the page's connection works with.
import type { Env } from "../device/env.ts";
import type { Input, Model } from "../model/model.ts";
import type { OutboxShelf } from "./outbox-shelf.ts";
import type { SeatKeys } from "./seat-keys.ts";

export interface Ports {
  readonly env: Env;
  readonly keys: SeatKeys;
  readonly shelf: OutboxShelf;
  readonly model: () => Model;
  readonly dispatch: (input: Input) => void;
}
