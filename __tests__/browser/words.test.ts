import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { seatName } from "../../lib/game/looks.ts";
import { refusals } from "../../lib/game/refusals.ts";
import { en as enTable } from "../../public/app/i18n/en.ts";
import { enClass } from "../../public/app/i18n/en-class.ts";
import { enHome } from "../../public/app/i18n/en-home.ts";
import { enRecap } from "../../public/app/i18n/en-recap.ts";
import { enSheets } from "../../public/app/i18n/en-sheets.ts";
import { tr as trTable } from "../../public/app/i18n/tr.ts";
import { trClass } from "../../public/app/i18n/tr-class.ts";
import { trHome } from "../../public/app/i18n/tr-home.ts";
import { trRecap } from "../../public/app/i18n/tr-recap.ts";
import { trSheets } from "../../public/app/i18n/tr-sheets.ts";
import { type Language, preferredLanguage } from "../../public/app/i18n/languages.ts";
import { createSpeech } from "../../public/app/i18n/words.ts";
import { campaignPresets } from "../../public/app/model/presets.ts";
import { presets } from "../../lib/game/presets/presets.ts";
import { createSession } from "../../public/app/net/session.ts";
import { clockLine } from "../../public/app/ui/clock-line.ts";
import { counterWord } from "../../public/app/ui/counter-word.ts";
import { fakeEnv } from "./support/fake-env.ts";
import { player, table } from "./support/tables.ts";

/** With the words of parts that are fetched later. */
const en: Readonly<Record<string, string>> = { ...enTable, ...enSheets, ...enRecap, ...enHome, ...enClass };
/** A new language has its line here, or this does not compile. */
const others: Readonly<Record<Exclude<Language, "en">, Readonly<Record<string, string>>>> = {
  tr: { ...trTable, ...trSheets, ...trRecap, ...trHome, ...trClass },
};

const holes = (text: string): string =>
  [...text.matchAll(/\{\{(\w+)\}\}/g)]
    .map((found) => found[1])
    .sort()
    .join(",");
const app = join(import.meta.dirname, "../../public/app");
const files = readdirSync(app, { recursive: true, encoding: "utf8" })
  .filter((path) => /\.tsx?$/.test(path) && !path.startsWith("i18n"))
  .map((path) => ({ path, text: readFileSync(join(app, path), "utf8") }));
const sources = files.map(({ text }) => text).join("\n");
const builtIn = (text: string): readonly string[] =>
  [...text.matchAll(/`([a-z][\w]*\.(?:[\w-]+\.)*)\$\{/gi)].map((found) => found[1] ?? "");
const bare = (key: string): string => key.replace(/_(one|other)$/, "");

describe("F56 two languages", () => {
  test.for(Object.entries(others))("%s has the keys of English, none empty", ([, words]) => {
    expect(Object.keys(words).sort()).toEqual(Object.keys(en).sort());
    expect(Object.entries({ ...en, ...words }).filter(([, text]) => text.trim() === "")).toEqual([]);
  });

  test("every campaign preset of the rules is offered, and has a name and a sentence", () => {
    expect([...campaignPresets].sort()).toEqual([...presets.keys()].sort());
    expect(campaignPresets.flatMap((name) => [`campaign.${name}`, `campaign.${name}.about`]).filter((key) => !(key in en))).toEqual([]);
  });

  test.for(Object.entries(others))("%s fills the same holes", ([, words]) => {
    const different = Object.keys(en).filter((key) => holes(en[key] ?? "") !== holes(words[key] ?? ""));
    expect(different).toEqual([]);
  });

  test("F37 every refusal of the catalogue is said in words", () => {
    const missing = Object.keys(refusals).filter((code) => !(`refusal.${code}` in en));
    expect(missing).toEqual([]);
  });

  test("a round that is not the open one is not said to be over: none may be open, or it may come yet", () => {
    expect(en["refusal.wrong-round"]).toBe(refusals["wrong-round"].message);
    expect(others.tr["refusal.wrong-round"]).toContain("açık olan tur değil");
  });

  test("no key is asked for that the catalogue lacks", () => {
    const asked = new Set(
      [...sources.matchAll(/(?:\bt|say|words)\(\s*"([a-zA-Z]+\.[\w.-]+)"/g), ...sources.matchAll(/key: "([a-z]+\.[\w.-]+)"/gi)].map(
        (found) => found[1] ?? "",
      ),
    );
    const has = (key: string): boolean => key in en || `${key}_one` in en;
    expect([...asked].filter((key) => !has(key))).toEqual([]);
    expect(asked.size).toBeGreaterThan(150);
  });

  test("no word of the catalogue is left over", () => {
    const literal = new Set([...sources.matchAll(/"([a-z][\w]*\.[\w.-]+)"/gi)].map((found) => found[1] ?? ""));
    const built = builtIn(sources);
    const unused = Object.keys(en)
      .map(bare)
      .filter((key) => !literal.has(key) && !built.some((start) => key.startsWith(start)));
    expect([...new Set(unused)]).toEqual([]);
  });

  test.each([
    ["the sheets", /^sheets\//, enSheets],
    ["the start page", /^screens\/home\.tsx$/, enHome],
    ["the recap", /^(screens\/recap|ui\/charts)\.tsx$/, enRecap],
  ])("what is fetched with %s is said there alone: elsewhere its key would be shown", (_part, own, words) => {
    const elsewhere = files.filter(({ path }) => !own.test(path));
    const asked = Object.keys(words).filter((key) =>
      elsewhere.some(({ text }) => text.includes(`"${bare(key)}"`) || builtIn(text).some((start) => key.startsWith(start))),
    );
    expect(asked).toEqual([]);
  });

  test("what a time is counted in is a word as well: no screen writes its own", async () => {
    expect(sources.match(/.*\} (?:s|min|h)[`<].*/g)).toBeNull();
    const speech = await createSpeech("tr");
    speech.teach({ en: enSheets, tr: trSheets });
    expect([speech.t("time.seconds", { n: 2.5 }), speech.t("time.minutes", { n: 5 })]).toEqual(["2,5 sn", "5 dk"]);
  });

  test("the browser's first language that the page speaks is chosen, and can be switched", async () => {
    expect(preferredLanguage(["xx-XX", "tr-TR", "en"])).toBe("tr");
    expect(preferredLanguage(["xx"])).toBe("en");
    const speech = await createSpeech("en");
    expect(speech.t("play.penalties", { count: 1 })).toBe("1 penalty");
    expect(speech.t("play.penalties", { count: 2 })).toBe("2 penalties");
    await speech.use("tr");
    expect(speech.t("offer.passTurn")).toBe("Sırayı ver");
  });

  test("a language that cannot be fetched leaves the page in English, and comes when it can be had", async () => {
    vi.useFakeTimers();
    let line: "down" | "up" = "down";
    const fetched = async () => (line === "up" ? trTable : Promise.reject(new Error("the line is down")));
    const speech = await createSpeech("tr", { en: async () => enTable, tr: fetched });
    expect(speech.t("offer.passTurn")).toBe(enTable["offer.passTurn"]);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(speech.language.value).toBe("en");
    line = "up";
    await vi.advanceTimersByTimeAsync(2_000);
    expect(speech.language.value).toBe("tr");
    expect(speech.t("offer.passTurn")).toBe("Sırayı ver");
    vi.useRealTimers();
  });

  test("whoever chooses another language while one is on its way hears the last one he chose", async () => {
    let resolve: (words: typeof trTable) => void = () => {};
    const promise = new Promise<typeof trTable>((arrived) => {
      resolve = arrived;
    });
    const speech = await createSpeech("en", { en: async () => enTable, tr: () => promise });
    const late = speech.use("tr");
    await speech.use("en");
    resolve(trTable);
    await late;
    expect(speech.language.value).toBe("en");
  });

  test("words of a part that is fetched later are taught in every language, and take nothing away from the others", async () => {
    const speech = await createSpeech("en");
    speech.teach({ en: enClass, tr: trClass });
    expect(speech.t("class.rounds", { count: 1 })).toBe("1 round");
    expect(speech.t("offer.passTurn")).toBe(enTable["offer.passTurn"]);
    await speech.use("tr");
    expect(speech.t("class.true")).toBe("Doğru");
    expect(speech.t("offer.passTurn")).toBe("Sırayı ver");
  });

  test("seats that nobody has named are called as the language calls them, and are renamed with it; what was typed stays", async () => {
    const speech = await createSpeech("tr");
    const env = fakeEnv();
    const session = createSession(env, (n) => speech.t("seat.unnamed", { n }));
    const names = () => session.model.value.table?.players.map(({ name }) => name);
    session.enter("K7QX2M");
    env.socket().opens();
    const players = [player(1, { name: "Player 1" }), player(2, { name: "Ada" }), player(3, { name: "Player 1" })];
    const sent = table({ players });
    env.socket().says("state", sent);
    expect(names()).toEqual(["Oyuncu 1", "Ada", "Player 1"]);
    const shown = session.model.value.table;
    session.dispatch({ type: "notice", tone: "info", key: "toast.order" });
    expect(session.model.value.table).toBe(shown);
    env.socket().says("change", { v: 11, serverTime: sent.serverTime, events: [], players: [{ id: 2, name: "Player 2" }] });
    expect(names()).toEqual(["Oyuncu 1", "Oyuncu 2", "Player 1"]);
    await speech.use("en");
    expect(names()).toEqual(["Player 1", "Player 2", "Player 1"]);
    // In English they are called as the server calls them.
    expect([1, 8, 20].map((n) => speech.t("seat.unnamed", { n }))).toEqual([1, 8, 20].map((n) => seatName(n)));
  });

  test("F18 names are put into sentences as they are typed: the page escapes them, the words do not", async () => {
    const speech = await createSpeech("en");
    expect(speech.t("live.turn", { name: "O'Brien & <b>Sons</b>" })).toBe("O'Brien & <b>Sons</b> has the turn.");
  });
});

describe("numbers", () => {
  test("are written as the language writes them, wherever they are said", async () => {
    const speech = await createSpeech("en");
    speech.teach({ en: enClass, tr: trClass });
    const shown = () => [
      speech.number(-1234.5, 2),
      speech.number(0.4, 1),
      speech.percent(0.8536, 1),
      speech.t("class.rounds", { count: 1234 }),
      speech.t("new.delay", { s: 2.5 }),
      speech.t("play.lifeIs", { n: -3 }),
      speech.t("class.gauge", { name: "CHSH", figure: "", limit: 0.75, quantum: "" }),
    ];
    expect(shown()).toEqual([
      "−1,234.50",
      "0.4",
      "85.4%",
      "1,234 rounds",
      "2.5 s delay",
      "−3 life",
      "CHSH . Limit of every plan 0.75, entangled particles .",
    ]);
    await speech.use("tr");
    expect(shown()).toEqual([
      "−1.234,50",
      "0,4",
      "%85,4",
      "1.234 tur",
      "2,5 sn gecikme",
      "−3 can",
      "CHSH . Her planın sınırı 0,75, dolanık parçacıklar .",
    ]);
  });

  test.for(Object.entries({ en, ...others }))("in the sentences of %s are written so, too", ([language, words]) => {
    const written = (share: number): string =>
      new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 1 }).format(share);
    const said = Object.values(words).flatMap((text) => text.match(/% ?[\d.,]*\d|[\d.,]*\d ?%/g) ?? []);
    expect(new Set(said)).toEqual(new Set([0.75, 0.854].map(written)));
  });
});

test("Turkish says sen to whoever reads it, as among friends at a table, and nowhere siz", () => {
  const polite = /[ıiuü]n[ıiuü]z|s[ıiuü]n[ıiuü]z|\bsiz|(?<!\bY)[aeıiuü]y[ıi]n(?![\p{L}])/iu;
  expect(Object.entries(others.tr).filter(([, text]) => polite.test(text))).toEqual([]);
  for (const said of ["yenileyin", "Kazandınız.", "Siz", "Sorunuz:", "geçebilir misiniz?"]) expect(said).toMatch(polite);
});

test("a counter that the game knows has its word, one of a player's own stands as he wrote it, whatever that is", async () => {
  const { t } = await createSpeech("en");
  expect(counterWord(t, "commanderTax")).toBe("tax");
  for (const own of ["Treasure", "less", "{{n}}", "$t(menu.title)"]) expect(counterWord(t, own)).toBe(own);
});

test("what a table is played with is one line, without what it has none of", async () => {
  const { t } = await createSpeech("en");
  const line = (bonusTime: number, delayTime: number) => clockLine({ initialTime: 600_000, bonusTime, delayTime, startingLife: 40 }, t);
  expect(line(30_000, 3_000)).toBe("10:00 each · +0:30 a turn · 3 s delay · 40 life");
  expect([line(0, 2_000), line(1_000, 0), line(0, 0)].map((text) => text.split(" · ").slice(1, -1))).toEqual([
    ["2 s delay"],
    ["+0:01 a turn"],
    [],
  ]);
});
