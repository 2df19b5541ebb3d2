/** A small perceptron with its data, partition and graphs, for tests in the reference interpreter. */

import { type Direction, sgd } from '@hograd/baselines';
import {
  type Expr,
  evaluate,
  type Graph,
  type Input,
  input,
  softmaxCrossEntropy,
  type Tensor,
  type Value,
} from '@hograd/graph-builder';
import { initialize, type Model, mlp } from '@hograd/model-zoo';
import { canonical, type Partition } from '@hograd/partition';
import * as E from 'fp-ts/lib/Either.js';
import { type MeasuredSummary, type NewtonSummaryGraphs, newtonSummaryGraphs } from '../src/index.js';

export type Values = Readonly<Record<string, Value>>;

/** The Right, or the Left's message as the test's failure. */
export const right = <A>(either: E.Either<{ readonly message: string }, A>): A => {
  if (E.isLeft(either)) throw new Error(either.left.message);
  return either.right;
};

/** Runs a graph in the reference interpreter (float64). */
export const run = ({ outputs }: Graph, values: Values): Values => {
  const results = evaluate(
    outputs.map((o) => o.value),
    values,
  );
  return Object.fromEntries(outputs.map(({ name }, i) => [name, results[i]!]));
};

/** Tensors as values of the interpreter. */
export const valuesOf = (tensors: ReadonlyMap<string, Tensor>): Values =>
  Object.fromEntries(
    [...tensors].map(([name, { shape, data }]) => [name, { shape, data: Float64Array.from(data as Float64Array) }]),
  );

export interface Problem {
  readonly model: Model;
  readonly loss: Expr;
  readonly parameters: readonly Input[];
  readonly partition: Partition;
  readonly graphs: NewtonSummaryGraphs;
  readonly start: Values;
  /** x [N, 3] and y [N] in 0..2. */
  readonly batch: Values;
}

/** A reproducible number in (−1, 1) for each index: fractional parts of multiples of irrational numbers. */
export const wave = (seed: number, i: number): number => {
  const x = Math.sin(seed * 12.9898 + i * 78.233) * 43758.5453;
  return 2 * (x - Math.floor(x)) - 1;
};

export const perceptron = ({
  examples,
  seed,
  direction = sgd(),
  scaling = 'standard',
}: {
  readonly examples: number;
  readonly seed: number;
  readonly direction?: Direction;
  readonly scaling?: 'standard' | 'ntk';
}): Problem => {
  const model = mlp({ sizes: [3, 4, 3], activation: 'tanh', scaling });
  const parameters = model.parameters.map(({ name, shape }) => input(name, shape, 'float64') as Input);
  const x = input('x', ['N', 3], 'float64');
  const logits = model.forward(Object.fromEntries(parameters.map((p) => [p.attributes.name, p])), x);
  const loss = softmaxCrossEntropy(logits, input('y', ['N'], 'int64'));
  const partition = right(canonical(model.parameters.map(({ name, shape }) => ({ name, shape }))));
  const initial = initialize(model, { seed, dtype: 'float64' });
  return {
    model,
    loss,
    parameters,
    partition,
    graphs: newtonSummaryGraphs({ loss, parameters, partition, direction }),
    start: valuesOf(initial),
    batch: {
      x: { shape: [examples, 3], data: Float64Array.from({ length: 3 * examples }, (_, i) => wave(seed, i)) },
      y: { shape: [examples], data: Float64Array.from({ length: examples }, (_, i) => i % 3) },
    },
  };
};

export const sliceBatch = ({ x, y }: Values, start: number, end: number): Values => ({
  x: { shape: [end - start, x!.shape[1]!], data: x!.data.slice(start * x!.shape[1]!, end * x!.shape[1]!) },
  y: { shape: [end - start], data: y!.data.slice(start, end) },
});

/** What the summary graph's outputs say, as numbers. */
export const readSummary = (outputs: Values, count: number): MeasuredSummary => {
  const S = outputs.gbar!.data.length;
  return {
    count,
    loss: outputs.loss!.data[0]!,
    gbar: [...outputs.gbar!.data],
    Hbar: Array.from({ length: S }, (_, s) => [...outputs.Hbar!.data.slice(s * S, (s + 1) * S)]),
    D3: [...outputs.D3!.data],
  };
};

/** The summary of a batch at the start, along the gradient on the whole batch. */
export const evaluateSummary = (problem: Problem, batch: Values, count: number): MeasuredSummary => {
  const zeros = valuesOf(problem.graphs.step.initializers);
  const along = run(problem.graphs.direction, { ...problem.start, ...zeros, ...problem.batch });
  return readSummary(run(problem.graphs.summary, { ...problem.start, ...along, ...batch }), count);
};
