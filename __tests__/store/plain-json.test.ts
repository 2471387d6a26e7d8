import { expect, test } from "vitest";
import { plainJson } from "../../lib/store/plain-json.ts";

test("what a stranger typed does nothing to a terminal, ends no line, and is read back as it was", () => {
  const value = { action_id: "\u009b2J\u001b[31m\u202eEVIL\u0085\u2028\ufeff\n\u007f", "\u0090": "é 漢 👩‍👩‍👧" };
  const text = plainJson(value);
  expect(JSON.parse(text)).toEqual(value);
  expect(text).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/u);
  expect(text).toContain("é 漢 👩‍👩‍👧");
  expect(plainJson({ a: [1] }, 2)).toBe(JSON.stringify({ a: [1] }, null, 2));
});
