/** Names of groups that were made from other groups. */

/** More parents than this and only the first and the last are spelled out. */
const SPELLED = 3;

/** The name of a union: `a + b`, or `a + … + z (26)`. */
export const unionName = (names: readonly string[]): string =>
  names.length <= SPELLED ? names.join(' + ') : `${names[0]} + … + ${names.at(-1)} (${names.length})`;

/** The same names with ` (2)`, ` (3)`, … after those already taken. */
export const distinct = (names: readonly string[]): readonly string[] => {
  const taken = new Set<string>();
  return names.map((name) => {
    let candidate = name;
    for (let n = 2; taken.has(candidate); n++) candidate = `${name} (${n})`;
    taken.add(candidate);
    return candidate;
  });
};
