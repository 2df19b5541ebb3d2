/** Names in messages. */

/** More names than this are counted, not listed. */
const LISTED = 12;

/** `"a", "b" and 3 more`; `none` where there is none. */
export const listed = (names: readonly string[]): string => {
  if (names.length === 0) return 'none';
  const shown = names.slice(0, LISTED).map((name) => `"${name}"`);
  return `${shown.join(', ')}${names.length > LISTED ? ` and ${names.length - LISTED} more` : ''}`;
};
