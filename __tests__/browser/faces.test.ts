import { describe, expect, test } from "vitest";
import { faceAt } from "../../lib/game/clock-face.ts";
import { seatColors } from "../../lib/game/looks.ts";
import { seatFace } from "../../public/app/model/table-questions.ts";
import { inkOn, luminance, palette, shapeOf } from "../../public/app/model/seat-look.ts";
import { clockText, durationText, moodOf } from "../../public/app/model/time-text.ts";
import { routeOf, readCode } from "../../public/app/route.ts";
import { player, table } from "./support/tables.ts";

describe("a clock's face", () => {
  const seat = player(1, { timeRemaining: 10_000, delayRemaining: 3_000 });

  test("the delay runs out before the bank does", () => {
    expect(faceAt(seat, { elapsedMs: 1_200, overtime: false })).toEqual({ delayMs: 1_800, bankMs: 10_000, choiceMs: 0 });
    expect(faceAt(seat, { elapsedMs: 4_000, overtime: false })).toEqual({ delayMs: 0, bankMs: 9_000, choiceMs: 0 });
  });

  test("a seat that does not run keeps its time, and time that steps back takes nothing", () => {
    expect(faceAt(seat, null).bankMs).toBe(10_000);
    expect(faceAt(seat, { elapsedMs: -500, overtime: false })).toMatchObject({ delayMs: 3_000, bankMs: 10_000 });
  });

  test("a bank stops at zero unless the table plays on in overtime", () => {
    expect(faceAt(seat, { elapsedMs: 60_000, overtime: false }).bankMs).toBe(0);
    expect(faceAt(seat, { elapsedMs: 60_000, overtime: true }).bankMs).toBe(-47_000);
  });

  test.each([
    ["warning", -2_000],
    ["time-deduction", -2_000],
    ["choice", 0],
    ["game-loss", 0],
  ] as const)("where a flag fall means %s, a second of bank shows %i after three", (onTimeout, bankMs) => {
    const shown = table({ settings: { ...table().settings, onTimeout } });
    expect(seatFace(shown, player(1, { timeRemaining: 1_000 }), 3_000).bankMs).toBe(bankMs);
  });

  test("a seat that waits for its turn still shows how far it is in overtime", () => {
    expect(seatFace(table(), player(2, { timeRemaining: -5_000 }), 3_000).bankMs).toBe(-5_000);
  });

  test("while a choice is due its own time runs, never below zero, and the bank stands", () => {
    const fallen = player(1, { timeRemaining: 0, timeoutPending: true, timeoutRemaining: 30_000 });
    expect(faceAt(fallen, { elapsedMs: 12_000, overtime: false })).toEqual({ delayMs: 0, bankMs: 0, choiceMs: 18_000 });
    expect(faceAt(fallen, { elapsedMs: 31_000, overtime: false }).choiceMs).toBe(0);
  });
});

describe("times as people read them", () => {
  test.each([
    [600_000, "10:00", null],
    [599_999, "09:59", null],
    [60_000, "01:00", null],
    [59_999, "0:59", 9],
    [38_400, "0:38", 4],
    [0, "0:00", 0],
    [3_727_000, "1:02:07", null],
    [-5_300, "−0:05", 3],
    [-65_000, "−01:05", null],
  ])("%i ms is %s, with %s tenths", (ms, main, tenths) => {
    expect(clockText(ms)).toEqual({ main, tenths });
  });

  test("lengths of time and moods", () => {
    expect(durationText(161_000)).toBe("2:41");
    expect(durationText(4_325_000)).toBe("1:12:05");
    expect([moodOf(121_000), moodOf(119_000), moodOf(59_999)]).toEqual(["calm", "warn", "crit"]);
  });
});

describe("seats' looks", () => {
  test("text on every offered colour has at least 4.5:1", () => {
    for (const color of palette) {
      const a = luminance(color) + 0.05;
      const b = luminance(inkOn(color)) + 0.05;
      expect(Math.max(a, b) / Math.min(a, b)).toBeGreaterThan(4.5);
    }
    expect(inkOn("#101010")).toBe("#ffffff");
    // Its own measure would say so whatever it is: these are WCAG's.
    const known = { "#000000": 0, "#0a0a0a": 0.003_04, "#808080": 0.215_86, "#ff0000": 0.2126, "#00ff00": 0.7152, "#ffffff": 1 };
    for (const [color, value] of Object.entries(known)) expect(luminance(color), color).toBeCloseTo(value, 4);
  });

  test("the colour that a seat begins with is among those that are offered, so that it can be chosen back", () => {
    expect(seatColors.filter((color) => !palette.includes(color))).toEqual([]);
    expect(new Set(palette).size).toBe(palette.length);
  });

  test("eight seats have eight shapes", () => {
    expect(new Set([1, 2, 3, 4, 5, 6, 7, 8].map(shapeOf)).size).toBe(8);
  });
});

describe("addresses", () => {
  test("codes are read in any case, with spaces and dashes, and never with look-alikes", () => {
    expect(readCode(" k7q-x2m ")).toBe("K7QX2M");
    expect(readCode("K7QXO0")).toBeNull();
  });

  test("a code is read out of a link, and out of what a sentence or a messenger leaves around it", () => {
    const odd = ["K7QX2M.", "(K7QX2M)", "<K7QX2M>,", "“k7qx2m”", "K7QX2M%20", "%20k7qx2m/", "K7QX2M\u200b", "K7QX2M!?"];
    const links = ["https://play.example/g/K7QX2M", "HTTP://LOCALHOST:3000/G/K7QX2M#TABLE", "play.example/g/k7qx2m/?from=chat"];
    for (const text of [...odd, ...links, "(https://play.example/g/K7QX2M).", "https://play.example/overlay/K7QX2M"])
      expect({ text, code: readCode(text) }).toEqual({ text, code: "K7QX2M" });
    for (const text of ["https://play.example/", "100%", "K7QX2Mş", "K7QX2M.K7QX2M", "..."])
      expect({ text, code: readCode(text) }).toEqual({ text, code: null });
    for (const end of ["%20", ".", "/", "),", "%2F"])
      expect(routeOf({ pathname: `/g/k7qx2m${end}`, hash: "#table" })).toEqual({ page: "game", code: "K7QX2M", view: "table" });
    expect(routeOf({ pathname: "/G/K7QX2M", hash: "" })).toMatchObject({ page: "game", code: "K7QX2M" });
  });

  test("a link whose code cannot be read says so, with what stood there", () => {
    expect(routeOf({ pathname: "/g/K7QXO0", hash: "" })).toEqual({ page: "home", typed: "K7QXO0" });
    expect(routeOf({ pathname: "/overlay/K7%20QX", hash: "" })).toMatchObject({ page: "overlay", code: "K7QX" });
    expect(routeOf({ pathname: "/g/%E0%A4%A", hash: "" })).toEqual({ page: "home", typed: "%E0%A4%A" });
    expect(routeOf({ pathname: `/g/${"x".repeat(900)}`, hash: "#local" })).toEqual({ page: "home", typed: "x".repeat(40) });
  });

  test("addresses name their page", () => {
    expect(routeOf({ pathname: "/g/k7qx2m", hash: "" })).toEqual({ page: "game", code: "K7QX2M", view: "play" });
    expect(routeOf({ pathname: "/g/K7QX2M", hash: "#table" })).toMatchObject({ view: "table" });
    expect(routeOf({ pathname: "/overlay/K7QX2M", hash: "" })).toEqual({ page: "overlay", code: "K7QX2M" });
    expect(routeOf({ pathname: "/", hash: "#local" })).toEqual({ page: "local" });
    expect(routeOf({ pathname: "/", hash: "" })).toEqual({ page: "home" });
  });
});
