// `npm run golden`: plays the two recorded games anew and writes what went over the wire, after a change of the wire that is meant.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { games } from "../__tests__/protocol/golden-play.ts";

const folder = join(import.meta.dirname, "../__tests__/protocol/golden");
for (const [game, play] of Object.entries(games)) {
  const golden = await play();
  rmSync(join(folder, game), { recursive: true, force: true });
  mkdirSync(join(folder, game), { recursive: true });
  for (const [type, lines] of golden) writeFileSync(join(folder, game, `${type.replaceAll(" ", "-")}.txt`), `${lines.join("\n")}\n`);
  process.stdout.write(`${game}: ${golden.size} files\n`);
}
