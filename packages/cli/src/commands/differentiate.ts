/** hograd differentiate: a model's file becomes one that also yields derivatives, in standard ONNX. */

import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import {
  type Expr,
  encode,
  grad,
  hvp,
  type Input,
  input,
  makeGraph,
  type Output,
  summary,
} from '@hograd/graph-builder';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Failure, failed, wrongInput } from '../failure.js';
import { type LossModel, type LossOptions, readModel } from '../model.js';

export interface DifferentiateOptions extends LossOptions {
  readonly out: string;
  readonly order?: '1';
  readonly hvp?: boolean;
  readonly summary?: boolean;
  readonly keepInitializers?: boolean;
}

const nameOf = (parameter: Input): string => parameter.attributes.name;

const like = (prefix: string, parameter: Input): Input =>
  input(`${prefix}.${nameOf(parameter)}`, parameter.shape, parameter.dtype) as Input;

/** The outputs asked for, in the order loss, grad.*, hvp.*, gbar, Hbar, D3. */
const derivatives = (
  { loss, parameters }: LossModel,
  options: DifferentiateOptions,
): { outputs: readonly Output[]; inputs: readonly Input[] } => {
  const gradients = options.order === '1' || (!options.hvp && !options.summary);
  const tangents = options.hvp ? parameters.map((p) => like('tangent', p)) : [];
  const directions = options.summary ? parameters.map((p) => like('direction', p)) : [];
  const named = (prefix: string, values: readonly Expr[]): readonly Output[] =>
    values.map((value, i) => ({ name: `${prefix}.${nameOf(parameters[i]!)}`, value }));
  const groups = parameters.map((parameter, i) => [{ parameter, direction: directions[i]! }]);
  const curvature = options.summary ? summary(loss, groups) : undefined;
  return {
    inputs: [...tangents, ...directions],
    outputs: [
      { name: 'loss', value: loss },
      ...(gradients ? named('grad', grad(loss, parameters)) : []),
      ...(options.hvp ? named('hvp', hvp(loss, parameters, tangents)) : []),
      ...(curvature
        ? [
            { name: 'gbar', value: curvature.gbar },
            { name: 'Hbar', value: curvature.Hbar! },
            { name: 'D3', value: curvature.D3! },
          ]
        : []),
    ],
  };
};

/** Written beside the target and renamed, so that an interrupted run leaves no half file. */
const writeWhole = (path: string, bytes: Uint8Array): TE.TaskEither<Failure, void> =>
  TE.tryCatch(
    async () => {
      await mkdir(dirname(path), { recursive: true });
      const partial = `${path}.${process.pid}.partial`;
      await writeFile(partial, bytes);
      await rename(partial, path);
    },
    (cause) => wrongInput(`cannot write ${path}: ${(cause as NodeJS.ErrnoException).code ?? (cause as Error).message}`),
  );

/** What was written, for the terminal and for --json. */
export interface Differentiated {
  readonly out: string;
  readonly bytes: number;
  readonly parameters: readonly string[];
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** Reads MODEL, appends derivatives of its loss, and writes the result to `options.out`. */
export const differentiate = (path: string, options: DifferentiateOptions): TE.TaskEither<Failure, Differentiated> =>
  TE.chain((model: LossModel) => {
    const { inputs, outputs } = derivatives(model, options);
    const graph = makeGraph(outputs, [...model.graph.inputs, ...inputs], model.graph.initializers);
    let bytes: Uint8Array;
    try {
      bytes = encode(graph, {
        keepInitializers: options.keepInitializers ?? false,
        name: 'hograd',
        metadata: { 'hograd.parameters': model.parameters.map(nameOf).join(',') },
      });
    } catch (cause) {
      return TE.left(failed((cause as Error).message));
    }
    const kept = (name: string): boolean => options.keepInitializers === true && graph.initializers.has(name);
    return TE.map(
      (): Differentiated => ({
        out: options.out,
        bytes: bytes.length,
        parameters: model.parameters.map(nameOf),
        inputs: graph.inputs.map(nameOf).filter((name) => !kept(name)),
        outputs: outputs.map((o) => o.name),
      }),
    )(writeWhole(options.out, bytes));
  })(readModel(path, options));
