/** What a person most likely meant. */

import { distance, closest as nearest } from 'fastest-levenshtein';

/** Edits, as a share of the longer word, that a slip may take. */
const SLIP = 0.4;

/** The candidate at the smallest edit distance, the first of equals; undefined where the word is no slip for any. */
export const closest = (word: string, candidates: readonly string[]): string | undefined => {
  const near = nearest(word, candidates) as string | undefined;
  return near !== undefined && distance(word, near) <= SLIP * Math.max(word.length, near.length) ? near : undefined;
};
