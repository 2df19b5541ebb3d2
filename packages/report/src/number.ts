/** Numbers as people read them: few digits, a true minus sign, powers of ten as superscripts. */

import { format } from 'd3-format';
import type { Datum } from './data.js';

export const isFiniteNumber = (value: Datum | undefined): value is number =>
  typeof value === 'number' && Number.isFinite(value);

const SUPERSCRIPT: Readonly<Record<string, string>> = {
  '-': '⁻',
  '0': '⁰',
  '1': '¹',
  '2': '²',
  '3': '³',
  '4': '⁴',
  '5': '⁵',
  '6': '⁶',
  '7': '⁷',
  '8': '⁸',
  '9': '⁹',
};

const superscript = (n: number): string => [...String(n)].map((char) => SUPERSCRIPT[char]).join('');

const minus = (text: string): string => text.replace('-', '−');

/** To `digits` significant digits, trailing zeros dropped: `0.0123`, `−4.5`, `1.2×10⁻⁵`, `not finite`. */
export const formatNumber = (value: Datum | undefined, digits = 3): string => {
  if (!isFiniteNumber(value)) return 'not finite';
  if (value === 0) return '0';
  const [mantissa, exponent] = value.toExponential(digits - 1).split('e') as [string, string];
  const power = Number(exponent);
  return power < -3 || power > 5
    ? `${minus(String(Number(mantissa)))}×10${superscript(power)}`
    : minus(format(`.${digits}~r`)(value).replace('−', '-'));
};

/** A label for a tick: powers of ten beyond a hundred as `10³`. */
export const formatTick = (value: number): string => {
  const power = Math.round(Math.log10(Math.abs(value)));
  const isPower = value !== 0 && Math.abs(Math.abs(value) / 10 ** power - 1) < 1e-9;
  return isPower && (power < -2 || power > 2)
    ? `${value < 0 ? '−' : ''}10${superscript(power)}`
    : formatNumber(value, 4);
};

/** A label on a linear axis: `2,000`, `0.5`. */
export const formatPlain = (value: number): string =>
  Number.isInteger(value) && Math.abs(value) < 1e7
    ? minus(format(',')(value).replace('−', '-'))
    : formatNumber(value, 4);

/** A count with separators: `1,029,950`. */
export const formatCount = (value: number): string => (Number.isFinite(value) ? format(',')(value) : 'not finite');

/** A share of one as percent: `97.9%`. */
export const formatPercent = (value: Datum | undefined): string =>
  isFiniteNumber(value) ? `${minus(format('.2~f')(100 * value).replace('−', '-'))}%` : 'not finite';

/** A duration: `840 ms`, `12.3 s`, `3 min 20 s`, `2 h 5 min`. */
export const formatSeconds = (value: Datum | undefined): string => {
  if (!isFiniteNumber(value)) return 'not finite';
  if (value < 1) return `${formatNumber(1000 * value)} ms`;
  if (value < 60) return `${formatNumber(value)} s`;
  const whole = Math.round(value);
  return whole < 3600
    ? `${Math.floor(whole / 60)} min ${whole % 60} s`
    : `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
};

/** A size in memory: `512 MiB`. */
export const formatBytes = (value: number | undefined): string => {
  if (!isFiniteNumber(value)) return 'not finite';
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, value)) / 10)));
  return `${formatNumber(value / 1024 ** power)} ${units[power]}`;
};

/** To `digits` significant digits. */
export const roundTo = (value: number, digits: number): number => {
  const rounded = Number(value.toPrecision(digits));
  // The largest doubles round up to infinity.
  return Number.isFinite(rounded) ? rounded : value;
};

/** A coordinate: a tenth of a pixel is finer than any screen shows. */
export const round1 = (value: number): number => Math.round(10 * value) / 10;
