/** What a person most likely meant. */

import { closest as nearest } from 'fastest-levenshtein';

/** The candidate at the smallest edit distance, the first of equals; '' where there is none. */
export const closest = (word: string, candidates: readonly string[]): string => nearest(word, candidates) ?? '';
