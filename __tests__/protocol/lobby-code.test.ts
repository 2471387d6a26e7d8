import { expect, test } from "vitest";
import { limitVariables } from "../../lib/ops/variables.ts";
import { lobbyCodeAlphabet, lobbyCodeShape } from "../../lib/protocol/lobby-code.ts";

test("every code that a server may be set to draw is one to whoever reads it, and nothing else is", () => {
  const { min, max } = limitVariables.gameIdChars;
  const letters = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code));
  const taken = (length: number): string => letters.filter((letter) => lobbyCodeShape.test(letter.repeat(length))).join("");
  const drawn = [...lobbyCodeAlphabet].toSorted().join("");
  for (let length = min; length <= max; length += 1) expect(taken(length)).toBe(drawn);
  expect([taken(min - 1), taken(max + 1)]).toEqual(["", ""]);
});
