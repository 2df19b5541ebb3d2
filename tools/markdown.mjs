// Markdown as the pages under docs have it.

/** A row of a table. */
export const row = (cells) => `| ${cells.join(' | ')} |`;

/** A table. */
export const table = (head, rows) => [head, head.map(() => '---'), ...rows].map(row).join('\n');
