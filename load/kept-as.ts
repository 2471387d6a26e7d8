// Under which name the result of a run is kept in load/results.

const soakSeconds = 3_600;

/** One for each script, and for `tables` one for each size. Null for a run that says less than the one that is kept: a soak that is no soak. */
export function keptAs(name: string, env: Readonly<Record<string, string>>): string | null {
  const players = Number(env["PLAYERS"] ?? 0);
  if (name === "tables" && players >= 1_000) return `tables-${players}`;
  return name === "soak" && Number(env["SECONDS"] ?? 0) < soakSeconds ? null : name;
}
