/** Random convolutions with operands to go with them, for property tests. */

import * as fc from 'fast-check';
import * as G from '../src/index.js';

export interface Case {
  readonly batch: number;
  readonly groups: number;
  readonly channels: number;
  readonly maps: number;
  readonly sizes: readonly number[];
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly padsBefore: readonly number[];
  readonly padsAfter: readonly number[];
  readonly dilations: readonly number[];
}

type Range = readonly [min: number, max: number];

interface Ranges {
  readonly groups: Range;
  /** Of one group. */
  readonly channels: Range;
  readonly sizes: Range;
}

const casesWith = ({ groups, channels, sizes }: Ranges, rank: Range): fc.Arbitrary<Case> => {
  const between = ([min, max]: Range) => fc.integer({ min, max });
  return between(rank)
    .chain((axes) => {
      const each = (min: number, max: number) =>
        fc.array(fc.integer({ min, max }), { minLength: axes, maxLength: axes });
      return fc.record({
        batch: fc.integer({ min: 1, max: 2 }),
        groups: between(groups),
        channels: between(channels),
        maps: between(channels),
        sizes: each(...sizes),
        kernel: each(1, 3),
        strides: each(1, 3),
        padsBefore: each(0, 2),
        padsAfter: each(0, 2),
        dilations: each(1, 2),
      });
    })
    .filter((c) => outputsOf(c).every((o) => o >= 1));
};

/** Few channels; maps down to one element, so that some kernel offsets never read data. */
export const cases: fc.Arbitrary<Case> = casesWith({ groups: [1, 3], channels: [1, 2], sizes: [1, 6] }, [1, 3]);

/** As many channels as it takes to be written tap by tap, over small maps. */
export const wideCases: fc.Arbitrary<Case> = casesWith({ groups: [1, 1], channels: [64, 65], sizes: [1, 4] }, [1, 2]);

const size = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** Fixed, irregular numbers: no two products alike. */
export const numbers = (shape: readonly number[], seed: number) => ({
  shape,
  data: Float64Array.from({ length: size(shape) }, (_, i) => Math.sin(1.7 * i + seed) + 0.1 * Math.cos(0.3 * i * seed)),
});

export const outputsOf = (c: Case): readonly number[] =>
  c.sizes.map((s, i) => {
    const room = s + c.padsBefore[i]! + c.padsAfter[i]! - c.dilations[i]! * (c.kernel[i]! - 1) - 1;
    return Math.floor(room / c.strides[i]!) + 1;
  });

/** The three operands of a case, with the batch as a symbol, and the convolution of them with both adjoints. */
export const build = (c: Case) => {
  const { strides, padsBefore, padsAfter, dilations, groups } = c;
  const options = { strides, padsBefore, padsAfter, dilations, groups };
  const shapes = {
    x: [c.batch, c.groups * c.channels, ...c.sizes],
    w: [c.groups * c.maps, c.channels, ...c.kernel],
    y: [c.batch, c.groups * c.maps, ...outputsOf(c)],
  };
  const x = G.input('x', ['N', ...shapes.x.slice(1)], 'float64');
  const w = G.input('w', shapes.w, 'float64');
  const y = G.input('y', ['N', ...shapes.y.slice(1)], 'float64');
  return {
    x,
    w,
    y,
    results: {
      conv: G.conv(x, w, options),
      convInput: G.convInput(y, w, c.sizes, options),
      convKernel: G.convKernel(x, y, c.kernel, options),
    },
    values: { x: numbers(shapes.x, 1), w: numbers(shapes.w, 2), y: numbers(shapes.y, 3) },
  };
};
