import * as G from '@hograd/graph-builder';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adam, adamw, type Direction, momentum, nesterov, rmsprop, sgd } from '../src/index.js';
import { follow } from './follow.js';

const SIZE = 3;

/** One coordinate's update rules, written as loops over plain numbers after the cited definitions. */
type Rule = (gradients: readonly number[], start: number, rate: number) => readonly number[];

const walk =
  (update: (gradient: number, t: number, theta: number) => number): Rule =>
  (gradients, start, rate) => {
    let theta = start;
    return gradients.map((g, i) => {
      theta -= rate * update(g, i + 1, theta);
      return theta;
    });
  };

const heavyBall = (beta: number, dampening: number, look: boolean) => {
  let b = 0;
  return walk((g, t) => {
    b = t === 1 ? g : beta * b + (1 - dampening) * g;
    return look ? g + beta * b : b;
  });
};

const moments = (beta1: number, beta2: number, eps: number, decay: number) => {
  let m = 0;
  let v = 0;
  return walk((g, t, theta) => {
    m = beta1 * m + (1 - beta1) * g;
    v = beta2 * v + (1 - beta2) * g * g;
    return m / (1 - beta1 ** t) / (Math.sqrt(v / (1 - beta2 ** t)) + eps) + decay * theta;
  });
};

const rootMeanSquare = (alpha: number, eps: number) => {
  let v = 0;
  return walk((g) => {
    v = alpha * v + (1 - alpha) * g * g;
    return g / (Math.sqrt(v) + eps);
  });
};

const CASES: readonly (readonly [string, Direction, () => Rule])[] = [
  ['sgd', sgd(), () => walk((g) => g)],
  ['momentum', momentum({ beta: 0.8 }), () => heavyBall(0.8, 0, false)],
  ['momentum with dampening', momentum({ beta: 0.8, dampening: 0.3 }), () => heavyBall(0.8, 0.3, false)],
  ['nesterov', nesterov({ beta: 0.8 }), () => heavyBall(0.8, 0, true)],
  ['adam', adam({ beta1: 0.7, beta2: 0.95, eps: 1e-3 }), () => moments(0.7, 0.95, 1e-3, 0)],
  ['adamw', adamw({ beta1: 0.7, beta2: 0.95, eps: 1e-3, weightDecay: 0.2 }), () => moments(0.7, 0.95, 1e-3, 0.2)],
  ['rmsprop', rmsprop({ alpha: 0.9, eps: 1e-3 }), () => rootMeanSquare(0.9, 1e-3)],
];

// Zero gradients included: a second moment of 0 must give 0, not NaN.
const entry = fc.oneof(fc.constant(0), fc.double({ min: -10, max: 10, noNaN: true }));
const point = fc.array(entry, { minLength: SIZE, maxLength: SIZE });

describe.each(CASES)('%s', (_, direction, rule) => {
  it('is its definition, coordinate by coordinate', () => {
    fc.assert(
      fc.property(fc.array(point, { minLength: 1, maxLength: 6 }), point, (gradients, start) => {
        const path = follow(direction, gradients, 0.1, start);
        for (let k = 0; k < SIZE; k++) {
          const expected = rule()(
            gradients.map((g) => g[k]!),
            start[k]!,
            0.1,
          );
          expected.forEach((value, t) => {
            expect(Math.abs(path[t]![k]! - value)).toBeLessThan(1e-11 * Math.max(1, Math.abs(value)));
          });
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe('Adam', () => {
  it('does not see the scale of the gradients where ε = 0', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.double({ min: 0.1, max: 10, noNaN: true }), { minLength: SIZE, maxLength: SIZE }), {
          minLength: 1,
          maxLength: 5,
        }),
        fc.double({ min: 0.01, max: 100, noNaN: true }),
        (gradients, scale) => {
          const start = [1, 2, 3];
          const plain = follow(adam({ eps: 0 }), gradients, 0.1, start).at(-1)!;
          const scaled = follow(
            adam({ eps: 0 }),
            gradients.map((g) => g.map((v) => v * scale)),
            0.1,
            start,
          ).at(-1)!;
          plain.forEach((value, k) => {
            expect(scaled[k]).toBeCloseTo(value, 10);
          });
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe('options out of range', () => {
  it.each([
    [() => momentum({ beta: 1 }), /momentum: beta is 1; it must be in \[0, 1\)/],
    [() => momentum({ dampening: -0.1 }), /dampening is -0.1/],
    [() => nesterov({ beta: Number.NaN }), /nesterov: beta is NaN/],
    [() => adam({ beta2: 1.5 }), /adam: beta2 is 1.5/],
    [() => adam({ eps: -1 }), /eps is -1; it must be a finite number of at least 0/],
    [() => adamw({ weightDecay: Infinity }), /adamw: weightDecay is Infinity/],
    [() => rmsprop({ alpha: -1 }), /rmsprop: alpha is -1/],
  ])('%s throws', (build, message) => {
    expect(build).toThrow(G.GraphError);
    expect(build).toThrow(message);
  });
});
