import * as G from '@hograd/graph-builder';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  adam,
  adamw,
  byParameter,
  chain,
  clipByKL,
  clipByNorm,
  clipByValue,
  constantRate,
  geometricSchedule,
  momentum,
  nesterov,
  scheduled,
  scoped,
  sgd,
  trainStep,
  weightDecay,
} from '../src/index.js';
import { follow, outputsAlong, scalar } from './follow.js';
import { carry, initialValues, runStep } from './trajectory.js';

const vectors = fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: 3, maxLength: 3 });
const positive = fc.double({ min: 0.01, max: 100, noNaN: true });
const norm = (v: readonly number[]): number => Math.hypot(...v);
/** The direction of one step from 0 at rate −1 is the position after it. */
const directionOf = (direction: Parameters<typeof follow>[0], gradient: readonly number[]): readonly number[] =>
  follow(direction, [gradient], -1, [0, 0, 0])[0]!;

describe('clipping', () => {
  it('by norm keeps the direction and bounds the length; a short gradient stays as it is', () => {
    fc.assert(
      fc.property(vectors, positive, (g, largest) => {
        const u = directionOf(clipByNorm({ largest }), g);
        if (norm(g) <= largest) expect(u).toEqual(g.map((v) => v + 0));
        else {
          for (const [k, v] of u.entries()) expect(v).toBeCloseTo((g[k]! * largest) / norm(g), 9);
        }
      }),
    );
  });

  it('by norm measures all parameters together', () => {
    const [a, b] = [G.input('a', [], 'float64'), G.input('b', [], 'float64')];
    const graph = trainStep({
      loss: G.add(G.mul(a, 3), G.mul(b, 4)),
      parameters: [a, b],
      direction: clipByNorm({ largest: 1 }),
      rule: constantRate(),
    });
    const out = runStep(graph, { ...initialValues(graph), a: scalar(0), b: scalar(0), rate: scalar(-1) });
    expect(out['next.a']!.data[0]).toBeCloseTo(0.6, 12);
    expect(out['next.b']!.data[0]).toBeCloseTo(0.8, 12);
  });

  it('by value bounds each entry', () => {
    fc.assert(
      fc.property(vectors, positive, (g, largest) => {
        const expected = g.map((v) => Math.min(Math.max(v, -largest), largest) + 0);
        expect(directionOf(clipByValue({ largest }), g)).toEqual(expected);
      }),
    );
  });

  it('by the Kullback–Leibler divergence bounds rate²⟨u, g⟩', () => {
    fc.assert(
      fc.property(vectors, positive, positive, (g, largest, rate) => {
        const [theta] = follow(clipByKL({ largest }), [g], rate, [0, 0, 0]);
        const squared = rate ** 2 * norm(g) ** 2;
        const share = squared > largest ? Math.sqrt(largest / squared) : 1;
        for (const [k, v] of theta!.entries()) expect(v).toBeCloseTo(-rate * share * g[k]!, 8);
      }),
    );
  });

  it('by the divergence of the rate in force where a schedule scales it', () => {
    const schedule = geometricSchedule({ factor: 0.5 });
    const rule = scheduled(schedule)(constantRate());
    const path = follow(clipByKL({ largest: 1, schedule }), [[4], [4]], 1, [0], rule);
    expect(path[0]![0]).toBeCloseTo(-1, 12); // rate 1: u = 4·√(1/16)
    expect(path[1]![0]).toBeCloseTo(-2, 12); // rate ½: u = 4·√(1/(¼·16)) = 2
  });

  it('leaves zero gradients zero', () => {
    for (const direction of [clipByNorm({ largest: 1 }), clipByValue({ largest: 1 }), clipByKL({ largest: 1 })]) {
      expect(directionOf(direction, [0, 0, 0])).toEqual([0, 0, 0]);
    }
  });
});

describe('chains', () => {
  const gradients = [
    [1, -2, 3],
    [0.5, 0, -1],
    [-4, 1, 2],
  ];

  it('of one direction are that direction, and of none the gradient', () => {
    expect(follow(chain(adam()), gradients, 0.1, [1, 2, 3])).toEqual(follow(adam(), gradients, 0.1, [1, 2, 3]));
    expect(follow(chain(), gradients, 0.1, [1, 2, 3])).toEqual(follow(sgd(), gradients, 0.1, [1, 2, 3]));
  });

  it('are associative', () => {
    const parts = [clipByNorm({ largest: 1 }), momentum(), weightDecay({ decay: 0.1 })] as const;
    const [a, b, c] = parts;
    const left = follow(chain(chain(a, b), c), gradients, 0.1, [1, 2, 3]);
    expect(left).toEqual(follow(chain(a, chain(b, c)), gradients, 0.1, [1, 2, 3]));
    expect(left).toEqual(follow(chain(a, b, c), gradients, 0.1, [1, 2, 3]));
  });

  it('make AdamW of Adam and weight decay', () => {
    const decay = 0.3;
    expect(follow(chain(adam(), weightDecay({ decay })), gradients, 0.1, [1, 2, 3])).toEqual(
      follow(adamw({ weightDecay: decay }), gradients, 0.1, [1, 2, 3]),
    );
  });

  it('put weight decay before or after: L2 regularisation or decoupled', () => {
    const before = follow(chain(weightDecay({ decay: 0.1 }), adam()), gradients, 0.1, [1, 2, 3]).at(-1)!;
    const after = follow(chain(adam(), weightDecay({ decay: 0.1 })), gradients, 0.1, [1, 2, 3]).at(-1)!;
    expect(Math.abs(before[0]! - after[0]!)).toBeGreaterThan(1e-3);
  });

  it('refuse two directions that carry state of one name, unless one is scoped', () => {
    expect(() => follow(chain(momentum(), nesterov()), gradients, 0.1, [1, 2, 3])).toThrow(
      /chain: two directions carry "momentum.w"; put one under a name of its own with scoped/,
    );
    const outputs = outputsAlong(chain(momentum(), scoped('second', nesterov())), gradients, 0.1, [1, 2, 3]);
    expect(Object.keys(outputs[0]!)).toEqual([
      'loss',
      'next.w',
      'next.state.momentum.w',
      'next.state.second.momentum.w',
      'next.step',
    ]);
  });

  it('scope a direction without changing it', () => {
    const plain = follow(adam(), gradients, 0.1, [1, 2, 3]);
    expect(follow(scoped('inner', adam()), gradients, 0.1, [1, 2, 3])).toEqual(plain);
  });
});

describe('directions by parameter', () => {
  const w = G.input('w', [2], 'float64');
  const b = G.input('b', [2], 'float64');
  const c = G.input('c', [2], 'float64');
  const loss = G.reduceSum(G.add(G.add(G.square(w), G.square(b)), G.mul(w, c)));
  const values = Object.fromEntries(
    ['w', 'b', 'c'].map((n, i) => [n, { shape: [2], data: Float64Array.of(i + 1, -i) }]),
  );
  const run = (direction: Parameters<typeof follow>[0], parameters: readonly G.Input[]) => {
    const graph = trainStep({ loss, parameters, direction, rule: constantRate() });
    const first = { ...initialValues(graph), ...values, rate: scalar(0.1) };
    return runStep(graph, carry(first, runStep(graph, first)));
  };

  it('are each their own', () => {
    const [decayed, plain] = [chain(momentum(), weightDecay({ decay: 0.5 })), sgd()];
    const mixed = run(
      byParameter((p) => (p.attributes.name === 'b' ? plain : decayed)),
      [w, b, c],
    );
    const all = run(decayed, [w, b, c]);
    expect(mixed['next.w']).toEqual(all['next.w']);
    expect(mixed['next.c']).toEqual(all['next.c']);
    expect(mixed['next.b']).toEqual(run(plain, [w, b, c])['next.b']);
    expect(mixed['next.state.momentum.b']).toBeUndefined();
  });

  it('decay the parameters asked for', () => {
    const out = run(weightDecay({ decay: 1, of: (p) => p.attributes.name === 'w' }), [w, b]);
    const plain = run(sgd(), [w, b]);
    expect(out['next.b']).toEqual(plain['next.b']);
    expect(out['next.w']).not.toEqual(plain['next.w']);
  });
});

describe('options out of range', () => {
  it.each([
    [() => clipByNorm({ largest: 0 }), /clipByNorm: largest is 0; it must be a finite number above 0/],
    [() => clipByValue({ largest: -1 }), /clipByValue: largest is -1/],
    [() => clipByKL({ largest: Number.NaN }), /clipByKL: largest is NaN/],
    [() => weightDecay({ decay: -1 }), /weightDecay: decay is -1/],
  ])('%s throws', (build, message) => {
    expect(build).toThrow(G.GraphError);
    expect(build).toThrow(message);
  });
});
