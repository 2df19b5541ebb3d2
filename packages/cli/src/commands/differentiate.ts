/** hograd differentiate: a model's file becomes one that also yields derivatives, in standard ONNX. */

import { realpath } from 'node:fs/promises';
import {
  type Expr,
  encode,
  type Graph,
  grad,
  hvp,
  type Input,
  input,
  makeGraph,
  type Output,
} from '@hograd/graph-builder';
import type { Partition } from '@hograd/partition';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import { attempt, building, type Failure, orRefuse, refuse } from '../failure.js';
import { writeBinary } from '../files.js';
import { type LossModel, type LossOptions, readModel } from '../model.js';
import { checkFixed } from '../parameters.js';
import { DEFAULT_PARTITION, readPartition, shapesOf } from '../partition.js';
import { directionOf, summaryTerms } from '../summaryOutputs.js';
import type { Settings } from '../training/settings.js';
import { trainStepGraph } from './trainStepGraph.js';

export interface DifferentiateOptions extends LossOptions {
  readonly out: string;
  readonly order?: '1';
  readonly hvp?: boolean;
  readonly summary?: boolean;
  /** One of STEP_NAMES: a training step in place of derivatives. */
  readonly trainStep?: string;
  /** Options of that optimizer; those left out are its defaults. */
  readonly stepOption?: Settings;
  /** Groups of `summary`; left out: the canonical ones. */
  readonly partition?: string;
  readonly keepInitializers?: boolean;
}

const nameOf = (parameter: Input): string => parameter.attributes.name;

const like = (prefix: string, parameter: Input): Input =>
  input(`${prefix}.${nameOf(parameter)}`, parameter.shape, parameter.dtype) as Input;

/** The outputs asked for, in the order loss, grad.*, hvp.*, gbar, Hbar, D3. */
const derivatives = (
  model: LossModel,
  options: DifferentiateOptions,
  partition: Partition | undefined,
): { outputs: readonly Output[]; inputs: readonly Input[] } => {
  const { loss, parameters } = model;
  const gradients = options.order === '1' || (!options.hvp && !options.summary);
  const tangents = options.hvp ? parameters.map((p) => like('tangent', p)) : [];
  const directions = partition ? parameters.map(directionOf) : [];
  const named = (prefix: string, values: readonly Expr[]): readonly Output[] =>
    values.map((value, i) => ({ name: `${prefix}.${nameOf(parameters[i]!)}`, value }));
  return {
    inputs: [...tangents, ...directions],
    outputs: [
      { name: 'loss', value: loss },
      ...(gradients ? named('grad', grad(loss, parameters)) : []),
      ...(options.hvp ? named('hvp', hvp(loss, parameters, tangents)) : []),
      ...(partition ? summaryTerms(model, partition) : []),
    ],
  };
};

const derived = async (model: LossModel, options: DifferentiateOptions): Promise<Graph> => {
  const { summary, partition: spec = DEFAULT_PARTITION } = options;
  if (summary) checkFixed(model.parameters);
  const partition = summary ? await readPartition(spec, shapesOf(model.parameters)) : undefined;
  const { inputs, outputs } = derivatives(model, options, partition);
  return makeGraph(outputs, [...model.graph.inputs, ...inputs], model.graph.initializers);
};

const stepped = (model: LossModel, trainStep: string, options: DifferentiateOptions): Promise<Graph> => {
  if (options.order ?? options.hvp ?? options.summary)
    refuse('--train-step writes a file of its own; leave out --order, --hvp and --summary, or write two files');
  if (options.keepInitializers)
    refuse('--train-step gives next parameters, so they must be inputs; leave out --keep-initializers');
  return building(`--train-step ${trainStep} does not fit the model`, () =>
    trainStepGraph(model, trainStep, options.stepOption ?? {}),
  );
};

/** What was written, for the terminal and for --json. */
export interface Differentiated {
  readonly out: string;
  readonly bytes: number;
  readonly parameters: readonly string[];
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

const isSameFile = async (one: string, other: string): Promise<boolean> =>
  Promise.all([realpath(one), realpath(other)]).then(
    ([a, b]) => a === b,
    () => false,
  );

/** Reads MODEL, appends derivatives of its loss, and writes the result to `options.out`. */
export const differentiate =
  (path: string, options: DifferentiateOptions): TE.TaskEither<Failure, Differentiated> =>
  () =>
    attempt(async () => {
      const model = orRefuse(await readModel(path, options)(), (failure) => failure);
      const { keepInitializers = false, trainStep } = options;
      if (options.partition !== undefined && !options.summary)
        refuse('--partition names the groups of --summary; add that, or leave --partition out');
      if (options.stepOption !== undefined && trainStep === undefined)
        refuse('--step-option is of the optimizer of --train-step; add that, or leave --step-option out');
      if (!keepInitializers && (await isSameFile(path, options.out))) {
        refuse(
          '--out is the model itself, whose parameters would be lost: what is written has them as inputs; give another file, or --keep-initializers',
        );
      }
      const { graph, bytes } = await building(`the derivatives of ${path} cannot be written`, async () => {
        const graph = await (trainStep === undefined ? derived(model, options) : stepped(model, trainStep, options));
        const metadata = { 'hograd.parameters': model.parameters.map(nameOf).join(',') };
        return { graph, bytes: encode(graph, { keepInitializers, metadata }) };
      });
      await writeBinary(options.out, bytes);
      return {
        out: options.out,
        bytes: bytes.length,
        parameters: model.parameters.map(nameOf),
        inputs: graph.inputs.map(nameOf).filter((name) => !(keepInitializers && graph.initializers.has(name))),
        outputs: graph.outputs.map((o) => o.name),
      };
    });
