import { describe, expect, it } from 'vitest';
import { inkOn, luminance, palettes } from '../src/style/palette.js';

const contrast = (a: string, b: string): number => {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (high + 0.05) / (low + 0.05);
};

it('has luminance as WCAG defines it', () => {
  expect(luminance('#ffffff')).toBe(1);
  expect(luminance('#000000')).toBe(0);
  expect(luminance('#777777')).toBeCloseTo(0.184, 3);
});

describe.each(Object.entries(palettes))('the %s palette', (_, palette) => {
  it('has text of at least 4.5:1 on page and card', () => {
    for (const text of [palette.ink, palette.muted, palette.warning, palette.accent]) {
      expect(contrast(text, palette.surface)).toBeGreaterThanOrEqual(4.5);
      expect(contrast(text, palette.page)).toBeGreaterThanOrEqual(4.5);
    }
  });

  it('has lines of at least 3:1 on the card', () => {
    for (const line of [...palette.series, ...palette.depth]) {
      expect(contrast(line, palette.surface)).toBeGreaterThanOrEqual(3);
    }
  });

  it('has numbers of at least 4.5:1 on every cell of a map', () => {
    for (const color of [palette.zero, ...palette.positive, ...palette.negative]) {
      expect(contrast(inkOn(color), color)).toBeGreaterThanOrEqual(4.5);
    }
  });

  it('grows away from neutral evenly on both sides, so that sign does not change what looks strong', () => {
    const away = (side: readonly string[]) => side.map((color) => Math.abs(luminance(color) - luminance(palette.zero)));
    for (const side of [palette.positive, palette.negative]) {
      const steps = away(side);
      expect(steps).toEqual(steps.toSorted((a, b) => a - b));
    }
  });
});
