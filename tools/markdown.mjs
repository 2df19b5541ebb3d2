// Markdown as the pages under docs have it.

/** A row of a table. */
export const row = (cells) => `| ${cells.join(' | ')} |`;

/** A table. */
export const table = (head, rows) => [head, head.map(() => '---'), ...rows].map(row).join('\n');

/** A message as it fits into a cell: one line, at most 600 characters. */
export const cellText = (text) => text.replace(/\s+/g, ' ').replaceAll('|', '\\|').slice(0, 600);
