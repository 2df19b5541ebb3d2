/** Tables as CSV (RFC 4180): names may hold anything. */

export type Cell = string | number | null | undefined;

export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

const quoted = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** A number that is not finite, as JSON too has none, is an empty cell. */
const written = (cell: Cell): string => {
  if (cell === null || cell === undefined) return '';
  if (typeof cell === 'number') return Number.isFinite(cell) ? String(cell) : '';
  return quoted(cell);
};

/** Lines end with \r\n, the first one is the header; numbers have all their digits. */
export const csv = ({ columns, rows }: Table): string =>
  [columns, ...rows].map((row) => `${row.map(written).join(',')}\r\n`).join('');
