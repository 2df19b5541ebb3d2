import { uniform } from '@hograd/data/pure';
import * as G from '@hograd/graph-builder';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  byParameter,
  constantRate,
  type Direction,
  type Fisher,
  findLayers,
  gaussianFisher,
  kfac,
  kfacRefresh,
  sampledSoftmaxFisher,
  sgd,
  softmaxFisher,
  trainStep,
} from '../src/index.js';
import { scalar } from './follow.js';
import { carry, initialValues, runStep, type Values } from './trajectory.js';

const numbers = (count: number, seed: number, scale = 1): Float64Array =>
  uniform([seed, 'kfac'], count).map((u) => scale * (2 * u - 1));
const value = (shape: readonly number[], seed: number, scale = 1): G.Value => ({
  shape,
  data: numbers(
    shape.reduce((a, b) => a * b, 1),
    seed,
    scale,
  ),
});
const largest = (data: Iterable<number>): number => Math.max(...Array.from(data, Math.abs));

const stepOf = (loss: G.Expr, parameters: readonly G.Input[], direction: Direction) => {
  const graph = trainStep({ loss, parameters, direction, rule: constantRate() });
  return (values: Values, rate = 1): Values =>
    runStep(graph, { ...initialValues(graph), rate: scalar(rate), ...values });
};

const input = (name: string, ...shape: G.Dim[]): G.Input => G.input(name, shape, 'float64');
describe('K-FAC on linear least squares', () => {
  const w = input('w', 3, 2);
  const b = input('b', 2);
  const [x, y] = [input('x', 'N', 3), input('y', 'N', 2)];
  const output = G.add(G.matmul(x, w), b);
  const loss = G.meanSquaredError(output, y);

  it('with the whole batch, the Gaussian Fisher and no damping is Newton’s step: it minimises at once', () => {
    const step = stepOf(loss, [w, b], kfac({ damping: 0, fisher: gaussianFisher(output), iterations: 30 }));
    const gradient = G.grad(loss, [w, b]);
    fc.assert(
      fc.property(fc.nat(1000), (seed) => {
        const batch = { x: value([20, 3], seed), y: value([20, 2], seed + 5000) };
        const out = step({ ...batch, w: value([3, 2], seed + 6000), b: value([2], seed + 7000) });
        expect(out['check.kfacResidual']!.data[0]).toBeLessThan(1e-9);
        const after = G.evaluate(gradient, { ...batch, w: out['next.w']!, b: out['next.b']! });
        expect(largest(after.flatMap(({ data }) => [...data]))).toBeLessThan(1e-10);
      }),
      { numRuns: 20 },
    );
  });
});

describe('Fisher matrices of outputs', () => {
  const f = input('f', 'N', 3);
  const y = G.input('y', ['N'], 'int64');
  const t = input('t', 'N', 3);
  /** Σ_c r_c⟨r_c, v⟩ for each example. */
  const times = ({ roots }: Fisher, v: G.Expr): G.Expr =>
    G.sumOf(roots.map((r) => G.mul(r, G.reshape(G.reduceSum(G.mul(r, v), [1]), ['N', 1]))));
  const v = input('v', 'N', 3);

  it.each<[string, Fisher, G.Expr]>([
    ['softmax', softmaxFisher(f), G.softmaxCrossEntropy(f, y)],
    ['Gaussian', gaussianFisher(f), G.meanSquaredError(f, t)],
  ])('are the Hessian of an example’s loss: %s', (_, fisher, loss) => {
    const [hessian] = G.hvp(loss, [f], [v]);
    const examples = 5;
    const [actual, mean] = G.evaluate([times(fisher, v), hessian!], {
      f: value([examples, 3], 1, 3),
      v: value([examples, 3], 2),
      t: value([examples, 3], 3),
      y: { shape: [examples], data: Float64Array.of(0, 1, 2, 0, 1) },
    });
    actual!.data.forEach((entry, i) => {
      expect(entry).toBeCloseTo(mean!.data[i]! * examples, 12);
    });
  });

  it('are estimated without bias by sampled labels', () => {
    const draws = 20_000;
    const uniforms = input('uniforms', 'N', 3);
    const row = [1, -0.5, 0.25];
    const repeated: G.Value = {
      shape: [draws, 3],
      data: Float64Array.from({ length: 3 * draws }, (_, i) => row[i % 3]!),
    };
    const direction: G.Value = {
      shape: [draws, 3],
      data: Float64Array.from({ length: 3 * draws }, (_, i) => [1, 2, -1][i % 3]!),
    };
    const of = (fisher: Fisher): readonly number[] => {
      const [mean] = G.evaluate([G.mean(times(fisher, v), [0])], {
        f: repeated,
        v: direction,
        uniforms: { shape: [draws, 3], data: uniform([4, 'gumbel'], 3 * draws) },
      });
      return [...mean!.data];
    };
    const exact = of(softmaxFisher(f));
    of(sampledSoftmaxFisher(f, uniforms)).forEach((entry, k) => {
      // Entries are within ±3, so four standard errors are below 0.09.
      expect(Math.abs(entry - exact[k]!)).toBeLessThan(0.09);
    });
  });

  it('refuse outputs that are not one row an example', () => {
    expect(() => softmaxFisher(input('o', 'N', 3, 2))).toThrow(/softmaxFisher: float64\[N, 3, 2\] must be \[N, C\]/);
    expect(() => gaussianFisher(input('o', 'N'))).toThrow(/gaussianFisher/);
  });
});

describe('K-FAC', () => {
  const [w1, b1, w2] = [input('w1', 3, 4), input('b1', 4), input('w2', 4, 3)];
  const gain = input('gain', 4);
  const parameters = [w1, b1, w2, gain];
  const x = input('x', 'N', 3);
  const y = G.input('y', ['N'], 'int64');
  const logits = G.matmul(G.mul(G.tanh(G.add(G.matmul(x, w1), b1)), gain), w2);
  const loss = G.softmaxCrossEntropy(logits, y);
  const labels: G.Value = { shape: [12], data: Float64Array.from({ length: 12 }, (_, i) => i % 3) };
  const start: Values = {
    w1: value([3, 4], 1),
    b1: value([4], 2),
    w2: value([4, 3], 3),
    gain: { shape: [4], data: Float64Array.of(1, 1, 1, 1) },
    x: value([12, 3], 4),
    y: labels,
  };

  it('does not see an invertible linear map of its inputs that its weights undo', () => {
    const undamped = kfac({ damping: 1e-14, fisher: softmaxFisher(logits), iterations: 40 });
    const step = stepOf(loss, parameters, undamped);
    const after = (values: Values): readonly number[] => {
      const out = step(values, 0.1);
      const moved = Object.fromEntries(parameters.map((p) => [p.attributes.name, out[`next.${p.attributes.name}`]!]));
      return [...G.evaluate([logits], { ...values, ...moved })[0]!.data];
    };
    // M and its inverse.
    const map: G.Value = { shape: [3, 3], data: Float64Array.of(2, 1, 0, 0, 1, 0, 0, -1, 0.5) };
    const back: G.Value = { shape: [3, 3], data: Float64Array.of(0.5, -0.5, 0, 0, 1, 0, 0, 2, 2) };
    const [p, q] = [input('p', 3, 3), input('q', 3, 3)];
    const [mapped, undone] = G.evaluate([G.matmul(x, p), G.matmul(q, w1)], { ...start, p: map, q: back });
    // The output's Fisher matrix is singular along equal logits; what is left there is damping's, and moves no prediction.
    const centred = (rows: readonly number[]): readonly number[] =>
      rows.map((v, i) => v - (rows[i - (i % 3)]! + rows[i - (i % 3) + 1]! + rows[i - (i % 3) + 2]!) / 3);
    const plain = centred(after(start));
    const other = centred(after({ ...start, x: mapped!, w1: undone! }));
    expect(largest(plain.map((v, i) => v - other[i]!))).toBeLessThan(1e-4);
  });

  it('does not see whether a constant scales a layer’s weights or its inputs', () => {
    const [w, b] = [input('w', 3, 4), input('b', 4)];
    const lossOf = (product: G.Expr) => G.softmaxCrossEntropy(G.add(product, b), y);
    const values = { w: start.w1!, b: start.b1!, x: start.x!, y: labels };
    const scaledWeights = stepOf(lossOf(G.matmul(x, G.mul(w, 0.3))), [w, b], kfac())(values);
    const scaledInputs = stepOf(lossOf(G.matmul(G.mul(x, 0.3), w)), [w, b], kfac())(values);
    for (const name of ['next.w', 'next.b']) {
      const difference = scaledWeights[name]!.data.map((v, i) => v - scaledInputs[name]!.data[i]!);
      expect(largest(difference)).toBeLessThan(1e-9);
    }
  });

  it('moves what is in no layer along the gradient', () => {
    const out = stepOf(loss, parameters, kfac())(start);
    const [g] = G.evaluate(G.grad(loss, [gain]), start);
    out['next.gain']!.data.forEach((v, i) => {
      expect(v).toBeCloseTo(1 - g!.data[i]!, 12);
    });
    expect(findLayers(loss, parameters).map(({ weight }) => weight)).toEqual([w1, w2]);
  });

  it('weighs batches alike while they are few, then forgets', () => {
    const of = (batches: readonly Values[], decay: number) => {
      const step = stepOf(loss, parameters, kfac({ decay }));
      // A rate of 0 keeps the parameters, so that only the batches differ.
      let values = start;
      for (const batch of batches) values = carry(values, step({ ...values, ...batch }, 0));
      return [...values['state.kfacInput.w1']!.data];
    };
    const [p, q, r] = [10, 11, 12].map((seed) => ({ x: value([12, 3], seed) }));
    const alone = [p!, q!, r!].map((batch) => of([batch], 0.95));
    const [mp, mq, mr] = alone as [number[], number[], number[]];
    of([p!, q!, r!], 0.95).forEach((v, i) => {
      expect(v).toBeCloseTo((mp[i]! + mq[i]! + mr[i]!) / 3, 12);
    });
    of([p!, q!, r!], 0.5).forEach((v, i) => {
      expect(v).toBeCloseTo((mp[i]! + mq[i]!) / 4 + mr[i]! / 2, 12);
    });
  });

  it('refreshes what it is told to, over one state', () => {
    const first = carry(start, stepOf(loss, parameters, kfac())(start));
    const batch = { x: value([12, 3], 20) };
    const changed = (refresh: 'inverses' | 'factors' | 'nothing') => {
      const out = stepOf(loss, parameters, kfac({ refresh }))({ ...first, ...batch });
      expect('check.kfacResidual' in out).toBe(refresh === 'inverses');
      return ['kfacInput.w1', 'kfacOutput.w2', 'kfacInputInverse.w1', 'kfacOutputInverse.w2', 'kfacUpdates'].map(
        (name) => largest(out[`next.state.${name}`]!.data.map((v, i) => v - first[`state.${name}`]!.data[i]!)) > 0,
      );
    };
    expect(changed('nothing')).toEqual([false, false, false, false, false]);
    expect(changed('factors')).toEqual([true, true, false, false, true]);
    expect(changed('inverses')).toEqual([true, true, true, true, true]);
  });

  it('says which graph is due', () => {
    const due = kfacRefresh({ factors: 2, inverses: 6 });
    expect([0, 1, 2, 3, 4, 5, 6].map(due)).toEqual([
      'inverses',
      'nothing',
      'factors',
      'nothing',
      'factors',
      'nothing',
      'inverses',
    ]);
  });

  it('has a residual that tells too few iterations from enough', () => {
    const residual = (iterations: number) =>
      stepOf(loss, parameters, kfac({ damping: 1e-4, iterations }))(start)['check.kfacResidual']!.data[0]!;
    expect(residual(2)).toBeGreaterThan(0.1);
    expect(residual(16)).toBeLessThan(1e-8);
  });

  it('stays finite where a layer has no gradient', () => {
    const dead = { ...start, w2: value([4, 3], 3, 0) };
    const out = stepOf(loss, parameters, kfac())(dead);
    for (const p of parameters) expect(out[`next.${p.attributes.name}`]!.data.every(Number.isFinite)).toBe(true);
  });

  it('shares a model with other directions', () => {
    const [layers, others] = [kfac(), sgd()];
    const own = byParameter((p) => (p.shape.length === 2 ? layers : others));
    const out = stepOf(loss, parameters, own)(start);
    const [g] = G.evaluate(G.grad(loss, [b1]), start);
    out['next.b1']!.data.forEach((v, i) => {
      expect(v).toBeCloseTo(start.b1!.data[i]! - g!.data[i]!, 12);
    });
    expect(out['next.w2']).toEqual(stepOf(loss, parameters, kfac())(start)['next.w2']);
  });

  it('asks for noise only where labels are drawn', () => {
    const uniforms = input('uniforms', 'N', 3);
    const fisher = sampledSoftmaxFisher(logits, uniforms);
    const inputs = (refresh: 'inverses' | 'nothing') =>
      trainStep({ loss, parameters, direction: kfac({ fisher, refresh }), rule: constantRate() }).inputs;
    expect(inputs('inverses').at(-2)).toBe(uniforms);
    expect(inputs('nothing')).not.toContain(uniforms);
  });

  it('refuses a batch that does not say how many examples it has', () => {
    const odd = G.add(loss, G.reduceSum(G.square(input('other', 'M', 2))));
    expect(() => stepOf(odd, parameters, kfac())).toThrow(
      /kfac: the batch's inputs have the first axes \[N, M\], which do not say how many examples there are; give a fisher/,
    );
  });

  it.each([
    [() => kfac({ damping: -1 }), /kfac: damping is -1/],
    [() => kfac({ decay: 1 }), /kfac: decay is 1/],
    [() => kfac({ iterations: 0 }), /kfac: iterations is 0/],
    [() => kfacRefresh({ factors: 0, inverses: 1 }), /kfacRefresh: factors is 0/],
  ])('%s throws', (build, message) => {
    expect(build).toThrow(G.GraphError);
    expect(build).toThrow(message);
  });
});
