// What a counter is called: those the game knows in the viewer's language, one of a player's own as he wrote it.
import { knownCounters } from "../../../lib/game/commands.ts";
import type { Translate } from "../i18n/words.ts";
import type { ValueName } from "../model/values.ts";

const translated: ReadonlySet<ValueName> = new Set(["life", ...knownCounters]);

export const counterWord = (t: Translate, name: ValueName): string => (translated.has(name) ? t(`counter.${name}`) : name);
