import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { evaluate, input, reduceSum, square, summary, tanh } from '@hograd/graph-builder';
import { partitionFromSpec } from '@hograd/partition';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { groupDirections, learningRates } from '../src/index.js';

const load = (name: string) =>
  JSON.parse(readFileSync(fileURLToPath(new URL(`../../../test-fixtures/golden/${name}`, import.meta.url)), 'utf8'));

describe('learningRates', () => {
  const cases = ['mlp-tanh', 'mlp-relu', 'mlp-elu', 'mlp-sigmoid-indefinite'].flatMap((name) => {
    const golden = load(`case-${name}.json`);
    return golden.nesterov
      .filter((n: { exact: { lrs?: number[]; case: string } }) => n.exact?.lrs && n.exact.case !== 'hard')
      .map((n: unknown) => [name, golden, n] as const);
  });
  it.each(cases)('of %s are the 60-digit answer', (_, golden, { damping_int, exact }) => {
    const solved = learningRates(damping_int)({ gbar: golden.gbar, Hbar: golden.Hbar, D3: golden.order3 });
    if (E.isLeft(solved)) throw new Error(solved.left.message);
    const scale = Math.max(...exact.lrs.map(Math.abs));
    exact.lrs.forEach((eta: number, s: number) => {
      expect(Math.abs(solved.right.eta[s]! - eta) / scale).toBeLessThan(1e-8);
    });
  });
});

describe('groupDirections', () => {
  const w = input('w', [4], 'float64');
  const u = input('u', [4], 'float64');
  const loss = reduceSum(square(tanh(w)));
  const values = {
    w: { shape: [4], data: Float64Array.of(0.1, 0.5, -0.4, 0.9) },
    u: { shape: [4], data: Float64Array.of(1, 2, 3, -1) },
  };
  const of = (spec: string) => {
    const partition = partitionFromSpec(spec)([{ name: 'w', shape: [4] }]);
    if (E.isLeft(partition)) throw new Error(partition.left.message);
    const { gbar, Hbar } = summary(
      loss,
      groupDirections(partition.right)(
        new Map([['w', w]]),
        new Map([
          ['u', u],
          ['w', u],
        ]),
      ),
    );
    return evaluate([gbar, Hbar!], values).map((v) => [...v.data]);
  };
  it('of single scalars sum to those of the whole', () => {
    const [g, H] = of('discrete');
    const [whole, curvature] = of('trivial');
    expect(g).toHaveLength(4);
    expect(g!.reduce((a, b) => a + b)).toBeCloseTo(whole![0]!, 12);
    expect(H!.reduce((a, b) => a + b)).toBeCloseTo(curvature![0]!, 12);
  });
});
