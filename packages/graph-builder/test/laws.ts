/** Laws that hold for every differentiable function of expressions, as checks at a point. */

import { expect } from 'vitest';
import * as G from '../src/index.js';
import { expectClose } from './oneNode.js';

export type Values = Readonly<Record<string, G.Value>>;

const moved = (at: Values, along: Values, t: number): Values =>
  Object.fromEntries(
    Object.entries(at).map(([name, { shape, data }]) => {
      const direction = along[name]?.data;
      return [name, { shape, data: direction ? data.map((v, i) => v + t * direction[i]!) : data }];
    }),
  );

/** A direction for each floating-point input: an input of its own, and fixed irregular numbers for it. */
const directionsFor = (xs: readonly G.Input[], at: Values) => {
  const inputs = new Map<G.Expr, G.Expr>(
    xs.map((x) => [x, G.input(`d_${x.attributes.name}`, x.shape, x.dtype)] as const),
  );
  const along = Object.fromEntries(
    xs.map((x, k) => {
      const value = at[x.attributes.name]!;
      return [x.attributes.name, { shape: value.shape, data: value.data.map((_, i) => Math.cos(2.1 * i + k + 1)) }];
    }),
  );
  const named = Object.fromEntries(Object.entries(along).map(([name, value]) => [`d_${name}`, value]));
  return { inputs, along, named };
};

/** First, second and third derivatives along one direction equal extrapolated difference quotients of the order below. */
export const expectDerivatives = (y: G.Expr, xs: readonly G.Input[], at: Values, tolerance = 1e-8): void => {
  const { inputs, along, named } = directionsFor(xs, at);
  const terms = G.jet(y, inputs, 3);
  const sample = (t: number) => G.evaluate(terms, { ...moved(at, along, t), ...named }).map((v) => v.data);
  const h = 0.01;
  const pairs = [h, h / 2, h / 4].map((step) => [step, sample(step), sample(-step)] as const);
  const centre = sample(0);
  for (let order = 1; order <= 3; order++) {
    const quotients = Array.from(centre[order]!, (_, i) => {
      const [d1, d2, d4] = pairs.map(([step, p, m]) => (p[order - 1]![i]! - m[order - 1]![i]!) / (2 * step)) as [
        number,
        number,
        number,
      ];
      return (16 * ((4 * d4 - d2) / 3) - (4 * d2 - d1) / 3) / 15;
    });
    expectClose(centre[order]!, quotients, tolerance);
  }
};

/** Every operation that y is made of maps a stack of tangents to one of its own shape. */
const expectStackedTangents = (y: G.Expr): void => {
  for (const node of G.topologicalOrder([y])) {
    node.args.forEach((arg, i) => {
      if (!node.op.differential || !G.isFloat(node.dtype) || !G.isFloat(arg.dtype)) return;
      const stack = G.input('stack', [2, ...arg.shape], arg.dtype);
      const pushed = node.op.differential.tangent(node, i, stack, 1);
      if (pushed) expect([node.op.name, ...pushed.shape]).toEqual([node.op.name, 2, ...node.shape]);
    });
  }
};

/** Every operation that y is made of maps a stack of adjoints as it maps each of its entries. */
const expectStackedAdjoints = (y: G.Expr, at: Values): void => {
  const pairs = G.topologicalOrder([y]).flatMap((node) =>
    node.args.flatMap((arg, i) => {
      const rule = node.op.differential?.adjoint;
      if (!rule || !G.isFloat(node.dtype) || !G.isFloat(arg.dtype)) return [];
      const entries = [G.cos(node), G.add(G.sin(node), 0.3)];
      const one = entries.map((entry) => rule(node, i, entry, 0));
      if (one.some((entry) => entry === undefined)) return [];
      const stacked = (parts: readonly G.Expr[]) =>
        G.concat(
          parts.map((part) => G.reshape(part, [1, ...part.shape])),
          0,
        );
      return [rule(node, i, stacked(entries), 1)!, stacked(one as G.Expr[])];
    }),
  );
  const values = G.evaluate(pairs, at);
  for (let i = 0; i < values.length; i += 2) {
    expect(values[i]!.shape).toEqual(values[i + 1]!.shape);
    expectClose(values[i]!.data, [...values[i + 1]!.data], 1e-11);
  }
};

/** ⟨Jv, w⟩ = ⟨v, Jᵀw⟩, and the same for stacks. */
export const expectAdjoint = (y: G.Expr, xs: readonly G.Input[], at: Values): void => {
  const { inputs, named } = directionsFor(xs, at);
  const seed = G.add(G.sin(y), 0.3);
  const left = G.reduceSum(G.mul(G.jvp([y], inputs)[0]!, seed));
  const back = G.vjp(new Map([[y, seed]]), xs);
  const right = G.sumOf(xs.map((x, i) => G.reduceSum(G.mul(back[i]!, inputs.get(x)!))));
  const [a, b] = G.evaluate([left, right], { ...at, ...named });
  expectClose(a!.data, b!.data, 1e-11);
  expectStackedAdjoints(y, at);
  expectStackedTangents(y);
};

/** ḡ, H̄ and D3 of Σ sin(y)·y by both engines, with one group for each half of each input's elements. */
export const expectOneSummary = (y: G.Expr, xs: readonly G.Input[], at: Values): void => {
  const loss = G.reduceSum(G.mul(G.sin(y), y));
  const directions: Record<string, G.Value> = {};
  const groups: G.Groups = xs.flatMap((x) =>
    [0, 1].map((half) => {
      const name = `u${half}_${x.attributes.name}`;
      const { shape, data } = at[x.attributes.name]!;
      directions[name] = { shape, data: data.map((_, i) => (i % 2 === half ? Math.cos(i + 1) : 0)) };
      return [{ parameter: x, direction: G.input(name, x.shape, x.dtype) }];
    }),
  );
  const [stacked, generic] = (['stacked', 'generic'] as const).map((engine) => {
    const { gbar, Hbar, D3 } = G.summary(loss, groups, { engine });
    return G.evaluate([gbar, Hbar!, D3!], { ...at, ...directions }).flatMap((t) => [...t.data]);
  }) as [number[], number[]];
  expect(Math.max(...generic.map(Math.abs))).toBeGreaterThan(1e-2);
  expectClose(stacked, generic, 1e-10);
};
