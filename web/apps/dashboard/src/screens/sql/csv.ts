import { written } from "../../words/exact";

/** A table as CSV by RFC 4180: CRLF, quotes where needed; NULL is an empty field, an empty text is `""`. */
export function toCsv(columns: { name: string }[], rows: unknown[][]): string {
  const lines = [columns.map(({ name }) => field(name)), ...rows.map((row) => row.map(field))];
  return lines.map((line) => line.join(",")).join("\r\n") + "\r\n";
}

/** A cell as text: numbers as they were written, structures as JSON, null as nothing. */
export function cellText(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "object" ? written(value) : String(value);
}

function field(value: unknown): string {
  if (value === "") return '""';
  const text = cellText(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
