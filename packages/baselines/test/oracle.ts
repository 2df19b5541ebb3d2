/** Trajectories of independent implementations (test-fixtures/baselines, `npm run oracles:baselines`) and a way to replay them. */

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as G from '@hograd/graph-builder';
import { type Direction, type StepRule, trainStep } from '../src/index.js';
import { openStep } from './onnxRuntime.js';
import { carry, initialValues, type Values } from './trajectory.js';

interface Stored {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

interface Problem {
  readonly parameters: readonly (Stored & { readonly name: string })[];
  readonly batches: readonly { readonly x: Stored; readonly y: Stored }[];
}

export type ProblemName = 'perceptron' | 'convolution' | 'regression';

export interface Oracle {
  readonly oracle: string;
  readonly problem: ProblemName;
  readonly fullBatch: boolean;
  /** Before each step. */
  readonly losses: readonly number[];
  /** After each step, all parameters one after another. */
  readonly positions: readonly Float32Array[];
  readonly rate: number;
  /** ±1, step after step, in the order of the parameters. */
  readonly probes?: string;
}

const read = (name: string) =>
  JSON.parse(
    readFileSync(fileURLToPath(new URL(`../../../test-fixtures/baselines/${name}.json`, import.meta.url)), 'utf8'),
  );

const problems: Readonly<Record<ProblemName, Problem>> = read('problems');

const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
const parametersSize = (problem: Problem): number =>
  problem.parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0);

export const loadOracle = (name: string): Oracle => {
  const { parameters, ...rest } = read(name);
  const bytes = Buffer.from(parameters, 'base64');
  const size = parametersSize(problems[rest.problem as ProblemName]);
  const all = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  const positions = rest.losses.map((_: number, t: number) => all.slice(t * size, (t + 1) * size));
  return { rate: 0, ...rest, positions };
};

type DType = 'float32' | 'float64';

const linear = (x: G.Expr, w: G.Expr, b: G.Expr): G.Expr => G.add(G.matmul(x, G.transpose(w)), b);
const convolved = (x: G.Expr, w: G.Expr, b: G.Expr, options: Parameters<typeof G.conv>[2]): G.Expr =>
  G.add(G.conv(x, w, options), G.reshape(b, [-1, 1, 1]));

/** The networks of tools/oracles/problems.py. */
const networks: Readonly<Record<ProblemName, (x: G.Expr, p: readonly G.Expr[]) => G.Expr>> = {
  perceptron: (x, p) => linear(G.tanh(linear(x, p[0]!, p[1]!)), p[2]!, p[3]!),
  convolution: (x, p) => {
    const first = G.tanh(convolved(x, p[0]!, p[1]!, { padsBefore: [1, 1] }));
    const second = G.tanh(convolved(first, p[2]!, p[3]!, { strides: [2, 2] }));
    return linear(G.reshape(second, [second.shape[0]!, 8]), p[4]!, p[5]!);
  },
  regression: (x, p) => linear(x, p[0]!, p[1]!),
};

export interface ProblemGraph {
  readonly parameters: readonly G.Input[];
  readonly logits: G.Expr;
  readonly loss: G.Expr;
}

export const problemGraph = (name: ProblemName, dtype: DType): ProblemGraph => {
  const { parameters: stored, batches } = problems[name];
  const parameters = stored.map((p) => G.input(p.name, p.shape, dtype));
  const x = G.input('x', ['N', ...batches[0]!.x.shape.slice(1)], dtype);
  const logits = networks[name](x, parameters);
  return { parameters, logits, loss: G.softmaxCrossEntropy(logits, G.input('y', ['N'], 'int64')) };
};

const asValue = ({ shape, data }: Stored): G.Value => ({ shape, data: Float64Array.from(data) });

/** The initial parameters of a problem by name. */
export const startOfProblem = (name: ProblemName): Values =>
  Object.fromEntries(problems[name].parameters.map((p) => [p.name, asValue(p)]));

export const batchOf = (name: ProblemName, t: number): Values => {
  const { batches } = problems[name];
  const { x, y } = batches[t % batches.length]!;
  return { x: asValue(x), y: asValue(y) };
};

const probesAt = ({ probes, problem }: Oracle, t: number): Values => {
  if (probes === undefined) return {};
  let at = t * parametersSize(problems[problem]);
  return Object.fromEntries(
    problems[problem].parameters.map(({ name, shape }) => {
      const signs = Array.from(probes.slice(at, at + sizeOf(shape)), (sign) => (sign === '+' ? 1 : -1));
      at += signs.length;
      return [`probe.${name}`, { shape, data: Float64Array.from(signs) }];
    }),
  );
};

export interface Optimizer {
  /** The direction of the graph that step t runs; one graph is built for each different direction. */
  readonly direction: (problem: ProblemGraph) => (t: number) => Direction;
  readonly rule: StepRule;
}

/** Largest difference, relative to numbers above 1, from the oracle's loss and position, step by step, of the train step run in ONNX Runtime. */
export const deviationsFrom = async (
  oracle: Oracle,
  optimizer: Optimizer,
  dtype: DType,
): Promise<readonly number[]> => {
  const problem = problemGraph(oracle.problem, dtype);
  const directionAt = optimizer.direction(problem);
  const steps = new Map<Direction, (values: Values) => Promise<Values>>();
  const first = trainStep({ ...problem, direction: directionAt(0), rule: optimizer.rule });
  let values: Values = {
    ...initialValues(first),
    ...startOfProblem(oracle.problem),
    rate: { shape: [], data: Float64Array.of(oracle.rate) },
  };
  const result: number[] = [];
  for (const [t, loss] of oracle.losses.entries()) {
    const direction = directionAt(t);
    if (!steps.has(direction))
      steps.set(direction, await openStep(trainStep({ ...problem, direction, rule: optimizer.rule })));
    const fed = { ...values, ...batchOf(oracle.problem, oracle.fullBatch ? 0 : t), ...probesAt(oracle, t) };
    const outputs = await steps.get(direction)!(fed);
    values = { ...values, ...carry({}, outputs) };
    const position = problem.parameters.flatMap((p) => Array.from(values[p.attributes.name]!.data));
    const off = position.map((v, i) => Math.abs(v - oracle.positions[t]![i]!) / Math.max(1, Math.abs(v)));
    result.push(Math.max(Math.abs(outputs.loss!.data[0]! - loss), ...off));
  }
  return result;
};
