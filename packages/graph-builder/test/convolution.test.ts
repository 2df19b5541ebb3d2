import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as G from '../src/index.js';
import { lowerFloat64 } from '../src/transforms/rewrite.js';
import { build, type Case, cases, type numbers, outputsOf, wideCases } from './convolutionCases.js';
import { relativeError } from './golden.js';

const indices = (lengths: readonly number[]): readonly (readonly number[])[] =>
  lengths.reduce<readonly (readonly number[])[]>(
    (so, n) => so.flatMap((head) => Array.from({ length: n }, (_, i) => [...head, i])),
    [[]],
  );

const offset = (shape: readonly number[], at: readonly number[]): number =>
  at.reduce((so, index, axis) => so * shape[axis]! + index, 0);

/** The definition, read off ONNX's documentation. */
const plainConv = (c: Case, x: ReturnType<typeof numbers>, w: ReturnType<typeof numbers>): Float64Array => {
  const shape = [c.batch, c.groups * c.maps, ...outputsOf(c)];
  return Float64Array.from(indices(shape), ([n, m, ...o]) => {
    const group = Math.floor(m! / c.maps);
    let sum = 0;
    for (const [j, ...k] of indices([c.channels, ...c.kernel])) {
      const at = o.map((p, i) => p * c.strides[i]! + k[i]! * c.dilations[i]! - c.padsBefore[i]!);
      if (at.some((p, i) => p < 0 || p >= c.sizes[i]!)) continue;
      const from = x.data[offset(x.shape, [n!, group * c.channels + j!, ...at])]!;
      sum += from * w.data[offset(w.shape, [m!, j!, ...k])]!;
    }
    return sum;
  });
};

const dot = (a: G.Expr, b: G.Expr): G.Expr => G.reduceSum(G.mul(a, b));

describe('convolution', () => {
  it('gives the values of its definition', () => {
    fc.assert(
      fc.property(cases, (c) => {
        const { results, values } = build(c);
        const [y] = G.evaluate([results.conv], values);
        expect(relativeError(y!.data, [...plainConv(c, values.x, values.w)])).toBeLessThan(1e-13);
      }),
      { numRuns: 60 },
    );
  });

  it('⟨conv(x, w), y⟩ = ⟨x, convInput(y, w)⟩ = ⟨w, convKernel(x, y)⟩', () => {
    fc.assert(
      fc.property(cases, (c) => {
        const { x, w, y, results, values } = build(c);
        const [forward, input, kernel] = G.evaluate(
          [dot(results.conv, y), dot(x, results.convInput), dot(w, results.convKernel)],
          values,
        ).map((v) => v.data[0]!);
        const scale = 1 + Math.abs(forward!);
        expect(Math.abs(input! - forward!) / scale).toBeLessThan(1e-12);
        expect(Math.abs(kernel! - forward!) / scale).toBeLessThan(1e-12);
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    ['few channels', cases, 40],
    ['many channels over small maps', wideCases, 10],
  ] as const)('all three are the same in slices and matrix products: %s', (_, drawn, numRuns) => {
    fc.assert(
      fc.property(drawn, (c) => {
        const { results, values } = build(c);
        const direct = Object.values(results);
        const lowered = lowerFloat64(direct);
        expect(lowered.map((e) => e.shape)).toEqual(direct.map((e) => e.shape));
        const found = G.evaluate([...direct, ...lowered], values);
        for (let i = 0; i < 3; i++) {
          expect(relativeError(found[i + 3]!.data, [...found[i]!.data])).toBeLessThan(1e-12);
        }
      }),
      { numRuns },
    );
  });

  const names = ['conv', 'convInput', 'convKernel'] as const;
  it.each(names)('%s maps stacks of either operand, and of both, entry by entry; its adjoints too', (name) => {
    fc.assert(
      fc.property(cases, fc.integer({ min: 1, max: 3 }), (c, k) => {
        const { results, values } = build(c);
        const node = results[name];
        const [a, b] = node.args as [G.Expr, G.Expr];
        const { curvature } = node.op.differential!;
        if (curvature.kind !== 'bilinear') throw new Error('not bilinear');
        const stackOf = (e: G.Expr): G.Expr =>
          G.concat(
            Array.from({ length: k }, (_, i) => G.reshape(G.mul(e, 1 + 0.5 * i), [1, ...e.shape])),
            0,
          );
        const [A, B] = [stackOf(a), stackOf(b)];
        const scaled = (e: G.Expr, f: (i: number) => number): G.Expr =>
          G.concat(
            Array.from({ length: k }, (_, i) => G.reshape(G.mul(e, f(i)), [1, ...e.shape])),
            0,
          );
        const factor = (i: number): number => 1 + 0.5 * i;
        const adjoint = G.mul(node, 0.7);
        const pairs: readonly (readonly [G.Expr, G.Expr])[] = [
          [curvature.apply(node, A, b, 1, 0), scaled(node, factor)],
          [curvature.apply(node, a, B, 0, 1), scaled(node, factor)],
          [curvature.apply(node, A, B, 1, 1), scaled(node, (i) => factor(i) ** 2)],
          ...([0, 1] as const).flatMap((i) => {
            const [other, others] = i === 0 ? [b, B] : [a, A];
            const one = curvature.adjoint(node, i, adjoint, other, 0, 0);
            return [
              [curvature.adjoint(node, i, adjoint, others, 0, 1), scaled(one, factor)],
              [curvature.adjoint(node, i, stackOf(adjoint), other, 1, 0), scaled(one, factor)],
              [curvature.adjoint(node, i, stackOf(adjoint), others, 1, 1), scaled(one, (j) => factor(j) ** 2)],
            ] as const;
          }),
        ];
        for (const [actual, expected] of pairs) {
          expect(actual.shape).toEqual(expected.shape);
          const [p, q] = G.evaluate([actual, expected], values);
          expect(relativeError(p!.data, [...q!.data])).toBeLessThan(1e-12);
        }
      }),
      { numRuns: 20 },
    );
  });

  it('refuses operands that do not fit, saying which', () => {
    const x = G.input('x', ['N', 3, 8, 8]);
    expect(() => G.conv(x, G.input('w', [4, 2, 3, 3]))).toThrow(/second axis must be channels \/ groups/);
    expect(() => G.conv(x, G.input('w', [4, 3, 9, 9]))).toThrow(/longer than the padded input/);
    expect(() => G.conv(x, G.input('w', [4, 1, 3, 3]), { groups: 2 })).toThrow(/3 channels do not divide/);
    expect(() => G.conv(G.input('x', ['N', 3, 'H', 8]), G.input('w', [4, 3, 3, 3]))).toThrow(
      /spatial axes of known length/,
    );
    expect(() => G.conv(x, G.input('w', [4, 3, 3, 3]), { strides: [1] })).toThrow(/strides \[1\] must be 2 integers/);
  });
});
