// `npm run docs:errors`: writes docs/errors.md from the catalogue of refusals and the close codes. A test compares them.
import { writeFileSync } from "node:fs";
import { refusals } from "../lib/game/refusals.ts";
import { type CloseReason, closeCodes } from "../lib/protocol/close-codes.ts";

const why: Readonly<Record<CloseReason, string>> = {
  leaving: "Something in between leaves, a proxy say; the server itself says 1012.",
  malformed: "What was sent is no WebSocket frame as RFC 6455 has it.",
  textOnly: "A binary message was sent; only text is understood.",
  badText: "A text message was not UTF-8.",
  policy: "The client read too slowly, or sent too much or in too many pieces.",
  tooLarge: "A message was larger than allowed.",
  restart: "The server is restarting, or asks everybody to connect anew.",
  overloaded: "The game is full, and the place of one who only watches went to somebody from another address.",
  displaced: "The same seat was taken over by a newer connection.",
  kicked: "The host removed this player.",
  closed: "The game was closed for all.",
};

/** docs/errors.md, whole. */
export function errorsPage(): string {
  const codes = Object.entries(refusals).map(
    ([code, { retry, message }]) => `| \`${code}\` | ${message} | ${retry ? "try again" : "do not repeat as it is"} |`,
  );
  const closes = Object.entries(closeCodes).map(
    ([reason, { code, comeBack }]) =>
      `| ${code} | ${why[reason as CloseReason]} | ${comeBack ? "come back, with a random delay" : "stay away until somebody asks for it"} |`,
  );
  return [
    "# Refusals and close codes",
    "",
    "Made from `lib/game/refusals.ts` and `lib/protocol/close-codes.ts` by `npm run docs:errors`; a test keeps it true.",
    "",
    "## Refusals",
    "",
    "A command that is refused changes nothing; but after `store-unavailable` it may have happened all the same, or happen yet: sent again with its `id`, it is told. After `internal` a seat may have been granted.",
    "The answer is `error` with a code, one English sentence, and `retry`; `field` names what was wrong with a message.",
    "The code is the contract: nobody should read the sentence by program. Over HTTP the same codes come in the body.",
    "",
    "| code | what it says | what to do |",
    "| --- | --- | --- |",
    ...codes,
    "",
    "A refusal to try again may carry `retryAfterMs`. Sending the same `id` again is always safe: it is applied at most once, and always gets the same answer.",
    "",
    "## Close codes",
    "",
    "| code | reason | what a client does next |",
    "| --- | --- | --- |",
    ...closes,
    "",
  ].join("\n");
}

if (import.meta.main) writeFileSync("docs/errors.md", errorsPage());
