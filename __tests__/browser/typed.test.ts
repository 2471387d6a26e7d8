// What can be typed is what the rules take: both count characters as people see them.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fc, test as property } from "@fast-check/vitest";
import { expect, test } from "vitest";
import { limits } from "../../lib/game/limits.ts";
import { cleanName, unseen } from "../../lib/game/names.ts";
import { cleanFeedback } from "../../lib/protocol/feedback.ts";
import { feedbackGraphemesMax, feedbackUnitsMax } from "../../lib/protocol/limits.ts";
import { fitted } from "../../public/app/model/typed.ts";

const family = "👨‍👩‍👧‍👦";
const seat = { graphemes: limits.seatNameGraphemesMax };
const end = (text: string): number => text.length;

test("a seat may be named with as many families as the rules take, and with no more, none of them cut in half", () => {
  const typed = family.repeat(limits.seatNameGraphemesMax);
  expect(fitted(typed, end(typed), seat)).toBe(typed);
  expect(cleanName(typed, limits.seatNameGraphemesMax)).toBe(typed);
  expect(fitted(typed + family, end(typed + family), seat)).toBe(typed);
  expect(fitted(`${typed}x`, end(`${typed}x`), seat)).toBe(typed);
});

test("what is too much goes from where it was put in: the end of what stood there stays", () => {
  const stood = "a".repeat(31);
  expect(fitted(`a${family}${family}${stood.slice(1)}`, 1 + 2 * family.length, seat)).toBe(`a${family}${stood.slice(1)}`);
  const whole = `${"a".repeat(31)}e\u0301`;
  expect(fitted(whole, 32, seat)).toBe(whole);
  const full = "b".repeat(32);
  expect(fitted(`x${full}`, 1, seat)).toBe(full);
});

test("names have a bound in units as well, and feedback its own", () => {
  const room = { graphemes: limits.gameNameGraphemesMax };
  const typed = family.repeat(limits.gameNameGraphemesMax);
  const kept = fitted(typed, end(typed), room);
  expect(kept).toBe(family.repeat(Math.floor(limits.nameUnitsMax / family.length)));
  expect(cleanName(kept, limits.gameNameGraphemesMax)).toBe(kept);
  const words = family.repeat(feedbackGraphemesMax + 3);
  const said = fitted(words, end(words), { graphemes: feedbackGraphemesMax, units: feedbackUnitsMax });
  expect(said).toBe(family.repeat(feedbackGraphemesMax));
  expect(cleanFeedback(said)).toBe(said);
});

test("feedback is composed, also where something that nobody sees stood between a letter and its mark; its lines stay", () => {
  expect(cleanFeedback(" e\u200e\u0301t\u00e9\r\n\u2066good\u2069\n")).toBe("\u00e9t\u00e9\ngood");
});

const letter = fc.constantFrom("a", " ", "é", "e\u0301", "🇹🇷", family, "\u0301", "한", "\u200d", "👨");
// As long as that: by itself the maker of texts stops at about ten, and nothing would ever be too much.
const anyText = fc.string({ unit: letter, maxLength: 90, size: "max" });

property.prop([anyText, fc.double({ min: 0, max: 1, noNaN: true })])(
  "whatever is typed wherever, the rules take what is left",
  (typed, where) => {
    const caret = Math.floor(where * typed.length);
    const tail = typed.slice(caret);
    const left = fitted(typed, caret, seat);
    expect(left.endsWith(tail)).toBe(true);
    // A caret in the middle of a character does not come from a keyboard; what is behind it was there before, and fitted.
    if (fitted(tail, tail.length, seat) !== tail || !left.isWellFormed()) return;
    if (left.replace(unseen, "").trim() !== "") expect(cleanName(left, limits.seatNameGraphemesMax)).not.toBeNull();
  },
);

test("no field counts in units what the rules count in characters", () => {
  const app = join(import.meta.dirname, "../../public/app");
  const files = readdirSync(app, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".tsx"));
  const counting = files.filter((path) => /maxLength=\{\D/.test(readFileSync(join(app, path), "utf8")));
  expect(counting).toEqual([]);
});
