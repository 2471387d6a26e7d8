// What becomes of a page whose game is found damaged while it is at the table.
import { expect, test } from "vitest";
import { seated, token } from "./support/seated-page.ts";

test("L17 a record found damaged while the page is at the table sends it where whoever comes then is sent; a refused undo does not", () => {
  const { env, session } = seated();
  session.give({ type: "undo", data: {} });
  env.socket().says("error", { id: env.socket().told.at(-1)?.id, code: "game-damaged", message: "", retry: false });
  expect(session.model.value).toMatchObject({ gameId: "K7QX2M", link: "open" });
  env.socket().says("error", { code: "game-damaged", message: "", retry: false });
  expect(session.model.value).toMatchObject({ gameId: null, table: null });
  expect(session.model.value.notices.at(-1)?.key).toBe("refusal.game-damaged");
  expect(session.keys.best("K7QX2M")?.token).toBe(token("a"));
  // When it has been mended its states must not pull the page in again.
  expect(env.socket().told.at(-1)?.type).toBe("leave");
});
