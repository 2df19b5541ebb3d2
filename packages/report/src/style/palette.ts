/** The colours, for light and dark surroundings; every ramp can be told apart with the common colour-vision deficiencies. */

import { interpolateLab, piecewise, quantize } from 'd3-interpolate';

/** Light or dark surroundings. */
export type Scheme = 'light' | 'dark';

/** Colours of one scheme. */
export interface Palette {
  readonly page: string;
  readonly surface: string;
  readonly ink: string;
  readonly muted: string;
  readonly grid: string;
  readonly axis: string;
  readonly accent: string;
  readonly warning: string;
  /** Categorical, for runs and optimizers. */
  readonly series: readonly string[];
  /** Zero of the diverging ramp. */
  readonly zero: string;
  /** Diverging ramp, from the weakest to the strongest, {@link BINS} colours a side. */
  readonly positive: readonly string[];
  readonly negative: readonly string[];
  /** Sequential ramp, first layer to last. */
  readonly depth: readonly string[];
}

/** Colours on each side of zero. */
export const BINS = 24;
export const SERIES = 8;
export const DEPTHS = 12;

const hex = (color: string): string =>
  `#${[...color.matchAll(/\d+/g)]
    .slice(0, 3)
    .map(([channel]) => Number(channel).toString(16).padStart(2, '0'))
    .join('')}`;

/** Steps that look even, since the path runs through CIE Lab. */
const ramp = (anchors: readonly string[], count: number): readonly string[] =>
  quantize(piecewise(interpolateLab, [...anchors]), count).map(hex);

/** The neutral colour is the ramp's start and belongs to zero alone. */
const side = (anchors: readonly string[]): readonly string[] => ramp(anchors, BINS + 1).slice(1);

const light: Palette = {
  page: '#f5f6f8',
  surface: '#ffffff',
  ink: '#1b1f24',
  muted: '#57606a',
  grid: '#e4e7eb',
  axis: '#8a939d',
  accent: '#0b57d0',
  warning: '#a03c00',
  series: ['#0b6fb8', '#cc4d00', '#0a7d5a', '#a8488a', '#7d6200', '#4b4ba8', '#1c7f96', '#666666'],
  zero: '#f1f2f4',
  positive: side(['#f1f2f4', '#a6cbe8', '#3f8fcb', '#12539b', '#08306b']),
  negative: side(['#f1f2f4', '#fdc38d', '#f07f2e', '#b84a06', '#6e2703']),
  depth: ramp(['#440154', '#453781', '#33638d', '#238a8d', '#2a9f68', '#7a9a01'], DEPTHS),
};

const dark: Palette = {
  page: '#0e1217',
  surface: '#171c22',
  ink: '#e6eaef',
  muted: '#9ba6b2',
  grid: '#2a313a',
  axis: '#66717d',
  accent: '#8ab4f8',
  warning: '#ffb077',
  series: ['#58b4f0', '#ff9152', '#45cf9f', '#e79bcb', '#e0bd48', '#a9a6ff', '#6fd3e3', '#b9bec4'],
  zero: '#272d35',
  positive: side(['#272d35', '#2a5585', '#3f8ad3', '#86c0f7', '#dcedff']),
  negative: side(['#272d35', '#7a4220', '#c9671f', '#ffa75c', '#ffe6cc']),
  depth: ramp(['#7d8ce0', '#4fa3d8', '#35b8b0', '#4bcf7f', '#a5dc3f', '#fde725'], DEPTHS),
};

export const palettes: Readonly<Record<Scheme, Palette>> = { light, dark };

/** Relative luminance of a colour `#rrggbb`, 0 to 1 (WCAG 2.2). */
export const luminance = (color: string): number => {
  const [r, g, b] = [1, 3, 5].map((k) => {
    const channel = Number.parseInt(color.slice(k, k + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};

/** Black or white, whichever contrasts more; one of them always reaches 4.58:1. */
export const inkOn = (color: string): '#000000' | '#ffffff' =>
  // The luminance at which (L + 0.05) / 0.05 equals 1.05 / (L + 0.05).
  luminance(color) > Math.sqrt(0.05 * 1.05) - 0.05 ? '#000000' : '#ffffff';
