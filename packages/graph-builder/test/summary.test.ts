import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as G from '../src/index.js';
import { buildCase, loadCase, relativeError } from './golden.js';
import { wave } from './oneNode.js';
import { run } from './runtime.js';

const CASES = ['mlp-tanh', 'mlp-relu', 'mlp-elu', 'mlp-relu-mse', 'mlp-sigmoid-indefinite', 'deep-trivial'];

describe.each(CASES)('summary of %s', (name) => {
  const golden = loadCase(name);
  const { loss, groups, values } = buildCase(golden);

  it.each(['stacked', 'generic'] as const)('%s engine gives the author’s loss, ḡ, H̄ and D3', (engine) => {
    const { gbar, Hbar, D3 } = G.summary(loss, groups, { engine });
    const [l, g, H, d3] = G.evaluate([loss, gbar, Hbar!, D3!], values);
    expect(relativeError(l!.data, [golden.loss])).toBeLessThan(1e-12);
    expect(relativeError(g!.data, golden.gbar)).toBeLessThan(1e-10);
    expect(relativeError(H!.data, golden.Hbar.flat())).toBeLessThan(1e-10);
    expect(relativeError(d3!.data, golden.order3)).toBeLessThan(1e-10);
  });

  it('lower orders are the same numbers without the rest', () => {
    const first = G.summary(loss, groups, { order: 1 });
    const second = G.summary(loss, groups, { order: 2 });
    expect(first.Hbar).toBeUndefined();
    expect(second.D3).toBeUndefined();
    const [g, H] = G.evaluate([first.gbar, second.Hbar!], values);
    expect(relativeError(g!.data, golden.gbar)).toBeLessThan(1e-10);
    expect(relativeError(H!.data, golden.Hbar.flat())).toBeLessThan(1e-10);
  });
});

describe('off-diagonal third derivatives', () => {
  it('agree with the author’s full tensor', () => {
    const golden = loadCase('mlp-tanh');
    const { loss, groups, values } = buildCase(golden);
    const entries: [number, number, number][] = [
      [0, 1, 2],
      [0, 0, 4],
      [3, 2, 5],
      [4, 4, 1],
    ];
    const computed = G.evaluate(
      entries.map((at) => G.derivative(loss, groups, at)),
      values,
    );
    const scale = Math.max(...golden.order3_full!.flat(2).map(Math.abs));
    entries.forEach(([s, t, v], i) => {
      expect(Math.abs(computed[i]!.data[0]! - golden.order3_full![s]![t]![v]!) / scale).toBeLessThan(1e-10);
    });
  });
});

describe('what a summary refuses', () => {
  it('a loss that is not a scalar', () => {
    const w = G.input('w', [3], 'float64');
    expect(() => G.summary(w, [[{ parameter: w, direction: w }]])).toThrow(
      /loss must be a floating-point scalar, got float64\[3\]/,
    );
  });
  it('a direction unlike its parameter', () => {
    const w = G.input('w', [3], 'float64');
    const u = G.input('u', [3, 1], 'float64');
    expect(() => G.summary(G.reduceSum(w), [[{ parameter: w, direction: u }]])).toThrow(
      /group 0 is float64\[3, 1\]; it must be alike/,
    );
  });
});

describe('groups that share and split parameters', () => {
  const w = G.input('w', [4], 'float64');
  const u = G.input('u', [4], 'float64');
  const mask = (bits: number[]) => G.constant(G.tensor(bits, [4], 'float64'));
  const values = {
    w: { shape: [4], data: Float64Array.of(0.3, -0.7, 1.1, 0.2) },
    u: { shape: [4], data: Float64Array.of(1, -2, 0.5, 3) },
  };
  // A parameter used several times, products of its functions, and a softmax: every kind of curvature at once.
  const loss = G.sumOf([
    G.reduceSum(G.mul(G.tanh(w), G.exp(w))),
    G.reduceSum(G.square(G.logSoftmax(w, 0))),
    G.reduceSum(G.mul(G.softmax(w, 0), G.sigmoid(G.mul(w, 2)))),
  ]);
  const groups: G.Groups = [
    [{ parameter: w, direction: G.mul(u, mask([1, 1, 0, 0])) }],
    [{ parameter: w, direction: G.mul(u, mask([0, 0, 1, 0])) }],
    [{ parameter: w, direction: G.mul(u, mask([0, 0, 0, 1])) }],
  ];
  it('stacked and generic engines agree', () => {
    const a = G.summary(loss, groups, { engine: 'stacked' });
    const b = G.summary(loss, groups, { engine: 'generic' });
    const [ga, Ha, da, gb, Hb, db] = G.evaluate([a.gbar, a.Hbar!, a.D3!, b.gbar, b.Hbar!, b.D3!], values);
    expect(relativeError(ga!.data, [...gb!.data])).toBeLessThan(1e-12);
    expect(relativeError(Ha!.data, [...Hb!.data])).toBeLessThan(1e-12);
    expect(relativeError(da!.data, [...db!.data])).toBeLessThan(1e-12);
  });
  it('H̄ agrees with finite differences of the loss', () => {
    const { Hbar } = G.summary(loss, groups);
    const H = G.evaluate([Hbar!], values)[0]!.data;
    const at = (eta: number[]): number => {
      const data = values.w.data.map((v, i) => v + eta[i < 2 ? 0 : i - 1]! * values.u.data[i]!);
      return G.evaluate([loss], { w: { shape: [4], data } })[0]!.data[0]!;
    };
    const h = 1e-4;
    for (let s = 0; s < 3; s++) {
      for (let t = 0; t < 3; t++) {
        const shifted = (a: number, b: number) =>
          at([0, 1, 2].map((k) => (k === s ? a * h : 0) + (k === t ? b * h : 0)));
        const difference = (shifted(1, 1) - shifted(1, -1) - shifted(-1, 1) + shifted(-1, -1)) / (4 * h * h);
        expect(H[s * 3 + t]!).toBeCloseTo(difference, 5);
      }
    }
  });
});

describe('H̄ is symmetric to the bit', () => {
  const shapes = { e: [6, 4], w: [4, 4], b: [4] } as const;
  const names = ['e', 'w', 'b'] as const;
  const tensors = (prefix: string, seed: number) =>
    names.map(
      (name, k) => [`${prefix}${name}`, G.tensor(wave(shapes[name], seed + k), shapes[name], 'float32')] as const,
    );
  // The embedding is read twice, by rows and as the last layer's weights; so is the weight between.
  const [e, w, b] = names.map((name) => G.input(name, shapes[name])) as [G.Expr, G.Expr, G.Expr];
  const layer = (h: G.Expr) => G.tanh(G.add(G.matmul(h, w), b));
  const rows = G.gather(e, G.constant(G.tensor([0, 3, 5, 1, 2], [5], 'int64')), 0);
  const logits = G.matmul(layer(layer(rows)), G.transpose(e, [1, 0]));
  const loss = G.softmaxCrossEntropy(logits, G.constant(G.tensor([1, 0, 2, 5, 3], [5], 'int64')));
  const groups: G.Groups = [e, w, b].flatMap((parameter, k) =>
    ['u', 'v'].map((along) => [{ parameter, direction: G.input(`${along}${names[k]}`, parameter.shape) }]),
  );

  it.each([2, 3] as const)('of parameters that are read twice, at order %d', async (order) => {
    const { Hbar } = G.summary(loss, groups, { order });
    const bytes = G.encode(G.makeGraph([{ name: 'H', value: Hbar! }]));
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 1000 }), async (seed) => {
        const values = Object.fromEntries([...tensors('', seed), ...tensors('u', seed + 3), ...tensors('v', seed + 6)]);
        const inRuntime = (await run(bytes, values)).H!.data;
        const inFloat64 = G.evaluate([Hbar!], values)[0]!.data;
        for (const H of [inRuntime, inFloat64]) {
          const S = groups.length;
          const at = (s: number, t: number) => H[s * S + t];
          expect(Array.from(H, (_, i) => at(i % S, Math.floor(i / S)))).toEqual(Array.from(H));
        }
        expect(relativeError(inRuntime, [...inFloat64])).toBeLessThan(1e-4);
      }),
      { numRuns: 10 },
    );
  });
});

describe('a product of what different groups move', () => {
  it('is curved in both, and neither alone', () => {
    const [p, q] = [G.input('p', [2], 'float64'), G.input('q', [2], 'float64')];
    const loss = G.reduceSum(G.mul(G.exp(q), p));
    const groups = [p, q].map((parameter) => [{ parameter, direction: parameter }]);
    const values = {
      p: { shape: [2], data: Float64Array.of(0.3, -0.7) },
      q: { shape: [2], data: Float64Array.of(0.2, 1.1) },
    };
    const of = (engine: 'stacked' | 'generic') => {
      const { gbar, Hbar, D3 } = G.summary(loss, groups, { engine });
      return G.evaluate([gbar, Hbar!, D3!], values).map(({ data }) => [...data]);
    };
    const generic = of('generic');
    for (const [i, part] of of('stacked').entries()) {
      for (const [k, value] of part.entries()) expect(Math.abs(value - generic[i]![k]!)).toBeLessThan(1e-13);
    }
  });
});

describe('a direction computed from the parameters', () => {
  it('is held fixed by both engines', () => {
    const w = G.input('w', [3], 'float64');
    const loss = G.reduceSum(G.exp(w));
    const groups: G.Groups = [[{ parameter: w, direction: G.grad(loss, [w])[0]! }]];
    const value = { w: { shape: [3], data: Float64Array.of(0.1, -0.4, 0.6) } };
    // φ(η) = Σ exp(w + η eʷ): its derivatives at 0 are Σ eʷ·(eʷ)ᵈ.
    const expected = [2, 3, 4].map((power) => value.w.data.reduce((sum, x) => sum + Math.exp(power * x), 0));
    for (const engine of ['stacked', 'generic'] as const) {
      const { gbar, Hbar, D3 } = G.summary(loss, groups, { engine });
      const actual = G.evaluate([gbar, Hbar!, D3!], value).map((v) => v.data[0]!);
      expect(relativeError(actual, expected)).toBeLessThan(1e-14);
    }
  });
});

describe('an elementwise function', () => {
  const x = G.input('x', [5, 3], 'float64');
  const w = G.input('w', [3, 4], 'float64');
  const u = G.input('u', [3, 4], 'float64');
  const groups: G.Groups = [[{ parameter: w, direction: u }]];
  const productsOf = (f: (x: G.Expr) => G.Expr): number => {
    const { gbar, Hbar, D3 } = G.summary(G.reduceSum(f(G.matmul(x, w))), groups);
    return G.topologicalOrder([gbar, Hbar!, D3!]).filter(({ op }) => op.name === 'matmul').length;
  };
  it.each([
    ['gelu', G.geluTanh],
    ['x·sigmoid(x)', (h: G.Expr) => G.mul(h, G.sigmoid(h))],
    ['x³', (h: G.Expr) => G.mul(G.square(h), h)],
  ])('costs as many matrix products as one operation: %s', (_, f) => {
    expect(productsOf(f)).toBe(productsOf(G.tanh));
  });

  it('that shares work with another one keeps its own derivatives', () => {
    const h = G.matmul(x, w);
    const shared = G.square(h);
    const loss = G.add(
      G.reduceSum(G.tanh(G.mul(shared, h))),
      G.reduceSum(G.matmul(shared, G.transpose(G.sin(shared)))),
    );
    const of = (shape: number[], f: (i: number) => number) => ({
      shape,
      data: Float64Array.from({ length: shape[0]! * shape[1]! }, (_, i) => f(i)),
    });
    const values = {
      x: of([5, 3], Math.sin),
      w: of([3, 4], (i) => Math.cos(2 * i) / 2),
      u: of([3, 4], (i) => Math.sin(3 * i + 1)),
    };
    const [stacked, generic] = (['stacked', 'generic'] as const).map((engine) => {
      const { gbar, Hbar, D3 } = G.summary(loss, groups, { engine });
      return G.evaluate([gbar, Hbar!, D3!], values).flatMap((t) => [...t.data]);
    }) as [number[], number[]];
    expect(relativeError(Float64Array.from(stacked), generic)).toBeLessThan(1e-11);
  });
});
