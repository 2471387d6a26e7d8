// Where the commands that ask a running server have its token from: ADMIN_TOKEN_FILE, as in a cluster, or ADMIN_TOKEN.
import { readFileSync } from "node:fs";

export function readAdminToken(): string {
  const file = process.env["ADMIN_TOKEN_FILE"] ?? "";
  return file === "" ? (process.env["ADMIN_TOKEN"] ?? "") : readFileSync(file, "utf8").trim();
}
