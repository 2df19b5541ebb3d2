import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Augmentation, type LabelledDataset, takeBatch } from '../src/index.js';

const [C, H, W] = [2, 5, 7];
const SIZE = C * H * W;

/** One image whose elements are all different and not zero. */
const inputs = {
  dtype: 'float32',
  shape: [1, C, H, W],
  data: Float32Array.from({ length: SIZE }, (_, i) => i + 1),
} as const;
const dataset: LabelledDataset = {
  inputs: { x: inputs },
  targets: { dtype: 'int64', shape: [1], data: BigInt64Array.of(0n) },
  classes: 1,
};

const augment = (options: Omit<Augmentation, 'image'>, copies: number): readonly (readonly number[])[] => {
  const indices = new Array<number>(copies).fill(0);
  const { data } = takeBatch(dataset, indices, { image: [C, H, W], ...options }).x;
  return indices.map((_, b) => Array.from(data.subarray(b * SIZE, (b + 1) * SIZE)));
};

/** The image shifted by (down, right), mirrored afterwards if so, zeros coming in: the definition, pixel by pixel. */
const moved = (down: number, right: number, mirrored: boolean): readonly number[] =>
  Array.from({ length: SIZE }, (_, i) => {
    const [c, y, x] = [Math.floor(i / (H * W)), Math.floor(i / W) % H, i % W];
    const [fromY, fromX] = [y + down, (mirrored ? W - 1 - x : x) + right];
    const inside = fromY >= 0 && fromY < H && fromX >= 0 && fromX < W;
    return inside ? inputs.data[c * H * W + fromY * W + fromX]! : 0;
  });

const allMoves = (padding: number, flip: boolean): ReadonlySet<string> => {
  const shifts = Array.from({ length: 2 * padding + 1 }, (_, i) => i - padding);
  const mirrors = flip ? [false, true] : [false];
  return new Set(shifts.flatMap((d) => shifts.flatMap((r) => mirrors.map((m) => moved(d, r, m).join()))));
};

describe('augmentation', () => {
  it('gives shifted and mirrored images only, and each of them sooner or later', () => {
    for (const [padding, flip] of [
      [0, false],
      [0, true],
      [2, false],
      [1, true],
    ] as const) {
      const seen = new Set(augment({ padding, flip, key: [1, 'augment'] }, 600).map((image) => image.join()));
      expect(seen).toEqual(allMoves(padding, flip));
    }
  });

  it('copes with padding larger than the image', () => {
    const seen = augment({ padding: 9, key: [1] }, 50).map((image) => image.join());
    expect(seen.every((image) => allMoves(9, false).has(image))).toBe(true);
  });

  it('is a function of its key', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.nat(), (seed, step) => {
        const options = { padding: 2, flip: true, key: [seed, 'augment', step] } as const;
        expect(augment(options, 8)).toEqual(augment(options, 8));
      }),
    );
    expect(augment({ padding: 2, key: [1, 0] }, 8)).not.toEqual(augment({ padding: 2, key: [1, 1] }, 8));
  });

  it('pads bytes with black, which is below zero once normalised', () => {
    const white: LabelledDataset = {
      ...dataset,
      inputs: { x: { dtype: 'uint8', shape: [1, 4], data: Uint8Array.of(255, 255, 255, 255) } },
      normalization: { mean: [0.5], std: [0.25] },
    };
    const { x } = takeBatch(white, new Array(40).fill(0), { image: [1, 2, 2], padding: 1, key: [0] });
    expect(x.shape).toEqual([40, 4]);
    expect(new Set(x.data)).toEqual(new Set([2, -2]));
  });

  it('throws for images of another shape or senseless padding', () => {
    expect(() => takeBatch(dataset, [0], { image: [3, 5, 7], key: [0] })).toThrow(
      /\[2, 5, 7\] are not images \[3, 5, 7\]/,
    );
    expect(() => augment({ padding: -1, key: [0] }, 1)).toThrow(/padding is -1/);
  });
});
