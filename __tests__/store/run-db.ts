// Runs an operator's command on a folder and gives what it said.
import { realAmbient } from "../../lib/ops/ambient.ts";
import { runDbCommand } from "../../lib/store/db-command.ts";

export const runDb = (folder: string, ...words: string[]) => runDbWith({}, folder, ...words);

export async function runDbWith(env: Readonly<Record<string, string>>, folder: string, ...words: string[]) {
  const lines: string[] = [];
  const errors: string[] = [];
  const io = {
    out: (line: string) => void lines.push(line),
    err: (line: string) => void errors.push(line),
    env,
    ambient: realAmbient(),
  };
  const code = await runDbCommand([...words, "--data-dir", folder], io);
  return { code, out: lines.join("\n"), err: errors.join("\n"), lines };
}
