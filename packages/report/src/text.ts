/** Text that fits: abbreviated, measured and wrapped without a browser. */

import { formatCount, formatNumber } from './number.js';

/** Width in pixels at a font size; 0.6 em is the mean advance of digits and lower case in the wider of the common sans-serif faces. */
export const textWidth = (text: string, fontSize: number): number => [...text].length * 0.6 * fontSize;

const ellipsis = (text: string, limit: number): string => {
  const chars = [...text];
  if (chars.length <= limit) return text;
  const head = Math.max(1, Math.floor((limit - 1) / 3));
  return `${chars.slice(0, head).join('')}…${chars.slice(chars.length - Math.max(1, limit - 1 - head)).join('')}`;
};

/** The name with its first `count` words cut to their first letter and the number at their end; the last word is kept. */
const shorten = (name: string, count: number): string => {
  // Odd places hold the separators.
  const words = name.split(/([./:])/);
  return words
    .map((word, k) =>
      k % 2 === 1 || k >= 2 * count || k === words.length - 1
        ? word
        : ([...word.replaceAll(/\d/g, '')][0] ?? '') + (/\d+$/.exec(word)?.[0] ?? ''),
    )
    .join('');
};

/**
 * Names in at most `limit` characters, all shortened alike. Like a shell's prompt it shortens leading words to their first letter, but keeps
 * their numbers, since in `encoder.block2.attention.weight` the number and the end tell groups apart: `e.b2.attention.weight`.
 */
export const abbreviateAll = (names: readonly string[], limit: number): readonly string[] => {
  const most = Math.max(0, ...names.map((name) => name.split(/[./:]/).length));
  for (let count = 0; count < most; count++) {
    const short = names.map((name) => shorten(name, count));
    if (short.every((name) => [...name].length <= limit)) return short;
  }
  return names.map((name) => ellipsis(shorten(name, most), limit));
};

/** One name in at most `limit` characters; see {@link abbreviateAll}. */
export const abbreviate = (name: string, limit: number): string => abbreviateAll([name], limit)[0]!;

/** Lines of at most `width` pixels, broken at spaces. */
export const wrap = (text: string, width: number, fontSize: number): readonly string[] => {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const longer = lines.length === 0 ? undefined : `${lines.at(-1)} ${word}`;
    if (longer !== undefined && textWidth(longer, fontSize) <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
};

/** `a`, `a and b`, `a, b and c`. */
export const enumerate = (items: readonly string[]): string =>
  items.length < 2 ? (items[0] ?? '') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;

/** The text as a sentence begins. */
export const capitalize = (text: string): string => {
  const [first = '', ...rest] = text;
  return first.toUpperCase() + rest.join('');
};

/** `0.23 times the predicted one`; `the predicted one` where the ratio, to `digits` digits, is 1. */
export const multipleOf = (ratio: number, what: string, digits = 3): string => {
  const text = formatNumber(ratio, digits);
  return text === '1' ? what : `${text} times ${what}`;
};

/** `1 group`, `3 groups`. */
export const plural = (n: number, one: string, many = `${one}s`): string => `${formatCount(n)} ${n === 1 ? one : many}`;
