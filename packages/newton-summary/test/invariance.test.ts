import { type Direction, momentum, sgd } from '@hograd/baselines';
import { solveCubic } from '@hograd/cubic-solver';
import { add, type Expr, type Input, input, mul, softmaxCrossEntropy } from '@hograd/graph-builder';
import { initialize, mlp } from '@hograd/model-zoo';
import { canonical } from '@hograd/partition';
import { describe, expect, it } from 'vitest';
import {
  newtonSummaryGraphs,
  type RatesOptions,
  type RatesState,
  ratesOptions,
  type SummaryNumbers,
  updateRates,
} from '../src/index.js';
import { distance, PLAIN } from './descent.js';
import { readSummary, right, type Values, wave } from './perceptron.js';
import { openGraph } from './runtime.js';

const SIZES = [4, 6, 5, 3];
const EXAMPLES = 60;
const STEPS = 200;

/** How the parameters of a run relate to the standard ones: θ = scale·θ̃ + offset, tensor by tensor. */
interface Parameterization {
  readonly scaling: 'standard' | 'ntk';
  readonly scaleOf: (name: string, fanIn: number) => number;
  readonly offsetOf: (name: string) => number;
}

const standard: Parameterization = { scaling: 'standard', scaleOf: () => 1, offsetOf: () => 0 };

/** The layers' inputs are divided by √fan_in by the model itself, so its weights are √fan_in times the standard ones. */
const ntk: Parameterization = {
  scaling: 'ntk',
  scaleOf: (name, fanIn) => (name.endsWith('weight') ? 1 / Math.sqrt(fanIn) : 1),
  offsetOf: () => 0,
};

const hash = (name: string): number => [...name].reduce((sum, c) => 31 * sum + c.charCodeAt(0), 7) % 1009;

const random = (seed: number): Parameterization => ({
  scaling: 'standard',
  scaleOf: (name) => Math.sign(wave(seed, hash(name) + 1)) * 10 ** (2 * wave(seed, hash(name))),
  offsetOf: (name) => wave(seed, hash(name) + 2),
});

type Rule = (
  state: RatesState,
  summary: SummaryNumbers,
) => { readonly state: RatesState; readonly rates: readonly number[] };

const ruleOf = (options: Partial<RatesOptions>): Rule => {
  const update = updateRates(right(ratesOptions(2 * (SIZES.length - 1))({ ...PLAIN, ...options })));
  return (state, summary) => {
    const updated = update(state, summary);
    right(updated.solved);
    return updated;
  };
};

/** Nesterov and Polyak's own cubic term, (λ/6)‖η‖³ with no D. */
const isotropicCubic: Rule = (state, { gbar, Hbar }) => {
  const H = Hbar.map((row, s) => row.map((h, t) => (h + Hbar[t]![s]!) / 2));
  return { state, rates: right(solveCubic({ H, g: gbar, d: gbar.map(() => 1), lambda: 1 })).eta };
};

const batch: Values = {
  x: {
    shape: [EXAMPLES, SIZES[0]!],
    data: Float64Array.from({ length: EXAMPLES * SIZES[0]! }, (_, i) => 2 * wave(9, i)),
  },
  // Labels without a pattern: the loss cannot be driven to zero, where derivatives are noise.
  y: {
    shape: [EXAMPLES],
    data: Float64Array.from({ length: EXAMPLES }, (_, i) => Math.floor(1.5 * (wave(10, i) + 1))),
  },
};

interface Run {
  /** Mapped back to the standard parameterization. */
  readonly parameters: Float64Array;
  readonly losses: readonly number[];
}

/** A run of a tanh perceptron in ONNX Runtime, float64, from the same function at the start. */
const train = async (
  { scaling, scaleOf, offsetOf }: Parameterization,
  rule: Rule,
  steps: number,
  direction: Direction = sgd(),
): Promise<Run> => {
  const specs = mlp({ sizes: SIZES, activation: 'tanh' }).parameters;
  const parameters = specs.map(({ name, shape }) => input(name, shape, 'float64') as Input);
  /** With `ntk` the model applies the scale; otherwise it is part of the loss. */
  const inLoss = (name: string, fanIn: number): number => (scaling === 'ntk' ? 1 : scaleOf(name, fanIn));
  const seen: Record<string, Expr> = Object.fromEntries(
    specs.map(({ name, fanIn }, i) => [name, add(mul(parameters[i]!, inLoss(name, fanIn)), offsetOf(name))]),
  );
  const x = input('x', ['N', SIZES[0]!], 'float64');
  const logits = mlp({ sizes: SIZES, activation: 'tanh', scaling }).forward(seen, x);
  const loss = softmaxCrossEntropy(logits, input('y', ['N'], 'int64'));
  const partition = right(canonical(specs.map(({ name, shape }) => ({ name, shape }))));
  const graphs = newtonSummaryGraphs({ loss, parameters, partition, direction });
  const [along, summarize, apply] = await Promise.all([graphs.direction, graphs.summary, graphs.apply].map(openGraph));

  const initial = initialize(mlp({ sizes: SIZES, activation: 'tanh' }), { seed: 11, dtype: 'float64' });
  const float64 = (data: ArrayLike<number>): Float64Array => Float64Array.from(data);
  let carried: Values = Object.fromEntries([
    ...[...graphs.step.initializers].map(
      ([name, { shape, data }]) => [name, { shape, data: float64(data as Float64Array) }] as const,
    ),
    ...specs.map(({ name, shape, fanIn }) => {
      const data = float64(initial.get(name)!.data as Float64Array);
      return [name, { shape, data: data.map((v) => (v - offsetOf(name)) / scaleOf(name, fanIn)) }] as const;
    }),
  ]);
  let state: RatesState = {};
  const losses: number[] = [];
  for (let t = 0; t < steps; t++) {
    const u = await along!({ ...carried, ...batch });
    const summary = readSummary(await summarize!({ ...carried, ...u, ...batch }), EXAMPLES);
    const updated = rule(state, summary);
    state = updated.state;
    const rates = { shape: [partition.groups.length], data: float64(updated.rates) };
    const next: Values = { ...u, ...(await apply!({ ...carried, ...u, rates })) };
    losses.push(u.loss!.data[0]!);
    carried = Object.fromEntries(Object.keys(carried).map((name) => [name, next[`next.${name}`]!]));
  }
  return {
    losses,
    parameters: float64(
      specs.flatMap(({ name, fanIn }) => [
        ...carried[name]!.data.map((v) => scaleOf(name, fanIn) * v + offsetOf(name)),
      ]),
    ),
  };
};

// With steps as small as these rounding errors stay what they are. With λ1 = 0.1 along the gradient any two runs that differ in
// the last digit part within 200 steps, as it does where an eigenvalue of H̄ passes through zero.
const directions: readonly (readonly [string, Direction, number])[] = [
  ['the gradient', sgd(), 0.02],
  ['momentum', momentum({ beta: 0.9, dampening: 0.9 }), 0.05],
];

describe.each(directions)(`${STEPS} steps of a tanh perceptron along %s`, (_, direction, lambda1) => {
  const rule = ruleOf({ lambda1 });
  const reference = train(standard, rule, STEPS, direction);

  it('train it', async () => {
    const { losses } = await reference;
    expect(losses.at(-1)).toBeLessThan(0.8 * losses[0]!);
  });

  it.each([
    ['random scales and offsets for each tensor', random(1)],
    ['other random scales and offsets', random(2)],
    ['the parameterization of the neural tangent kernel', ntk],
  ])('are the same under %s', async (__, parameterization) => {
    const run = await train(parameterization, rule, STEPS, direction);
    expect(distance(run.parameters, (await reference).parameters)).toBeLessThan(1e-6);
  });
});

describe('the invariance is lost', () => {
  it.each([
    ['an isotropic cubic term', isotropicCubic],
    ['a ridge ε', ruleOf({ ridge: { kind: 'absolute', epsilon: 1e-3 } })],
  ])('with %s', async (_, rule) => {
    const [plain, scaled] = await Promise.all([train(standard, rule, 5), train(random(1), rule, 5)]);
    expect(distance(scaled.parameters, plain.parameters)).toBeGreaterThan(1e-2);
  });

  it('but not with the ridges that are invariant', async () => {
    for (const ridge of [
      { kind: 'diagonal', factor: 0.01 },
      { kind: 'cubic-metric', factor: 0.01 },
    ] as const) {
      const [plain, scaled] = await Promise.all([
        train(standard, ruleOf({ ridge }), 5),
        train(random(1), ruleOf({ ridge }), 5),
      ]);
      expect(distance(scaled.parameters, plain.parameters)).toBeLessThan(1e-9);
    }
  });
});

describe('a run', () => {
  it('is repeated to the last bit', async () => {
    const [first, second] = [
      await train(standard, ruleOf({ lambda1: 0.1 }), 20),
      await train(standard, ruleOf({ lambda1: 0.1 }), 20),
    ];
    expect(second).toEqual(first);
  });
});
