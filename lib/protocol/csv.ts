// Rows as text that spreadsheets read: quoted as RFC 4180 has it, and nothing in it is taken for a formula.

type Cell = string | number | boolean | null;

function cellText(value: Cell): string {
  const text = String(value ?? "");
  const safe = typeof value === "string" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export const csvText = (rows: readonly (readonly Cell[])[]): string => `${rows.map((row) => row.map(cellText).join(",")).join("\r\n")}\r\n`;
