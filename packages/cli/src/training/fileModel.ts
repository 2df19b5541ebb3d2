/** A model's file as what a run trains: its own parameters, from the values in the file, on data that it is held against first. */

import { createHash } from 'node:crypto';
import { NO_LABEL, type Targets } from '@hograd/data';
import {
  cast,
  constant,
  type Dim,
  type Expr,
  equal,
  type Graph,
  grad,
  type Input,
  input,
  isFloat,
  substitute,
  topologicalOrder,
  uniformValue,
  where,
} from '@hograd/graph-builder';
import * as E from 'fp-ts/lib/Either.js';
import { attempt, orRefuse, refuse } from '../failure.js';
import { initializerTypes, replaceInitializers, selfContained, separated } from '../initializers.js';
import { graphFor, isOneNumber, type LossOptions, lossModel } from '../model.js';
import { type ModelFile, readModelFile } from '../modelFile.js';
import { checkInitialized, constantsOf } from '../parameters.js';
import { checkBatch, checkNames, checkParameters, checkTargets, fits, markOf } from './fileChecks.js';
import { fedInput, fittedData, labelInputsOf, type OpenLoss, rolesOf } from './fileInputs.js';
import { type Fitted, lacksLabels, type OpenModel, type Parts } from './trainable.js';

/** Names of the head's labels and targets where the options give none: the data set brings them, whatever they are called. */
const LABELS = 'labels';
const TARGETS = 'target';

const nameOf = (of: Input): string => of.attributes.name;

/** The options with what the data can add: whoever trains need not name the labels. */
const completed = (options: LossOptions): LossOptions => ({
  ...options,
  ...(options.softmaxCrossEntropy !== undefined && { labels: options.labels ?? LABELS }),
  ...(options.mse !== undefined && { target: options.target ?? TARGETS }),
});

/**
 * The axis of logits that holds the classes: the one without which they have the labels' shape; of several, the one that is long enough
 * for the classes. Undefined where that leaves none, or several.
 */
const classAxisOf = (logits: readonly Dim[], targets: Targets, classes: number): number | undefined => {
  const axes = logits.flatMap((_, axis) =>
    axis > 0 && fits(logits.toSpliced(axis, 1).slice(1), targets.shape.slice(1)) ? [axis] : [],
  );
  const long = axes.filter((axis) => Number(logits[axis]) >= classes);
  const [only, ...others] = axes.length === 1 ? axes : long;
  return others.length === 0 ? only : undefined;
};

/**
 * The options with what the data say. The loss where no option names one: the file's only scalar output (`readModel`'s default); where it has none, on
 * its only floating-point output, softmax cross-entropy for labels if that has their shape and an axis of classes more, or mean squared
 * error for targets. And that axis, where it is not given.
 */
const withDefaultLoss =
  ({ outputs }: Graph, dataName: string, { train: { targets, classes } }: Parts) =>
  (options: LossOptions): LossOptions => {
    if (options.loss ?? options.mse) return options;
    const { softmaxCrossEntropy: logits } = options;
    const [only, ...others] = outputs.filter(({ name, value }) =>
      logits === undefined ? isFloat(value.dtype) : name === logits,
    );
    if (!only || others.length > 0 || isOneNumber(only.value)) return options;
    if (!targets) {
      return refuse(
        `"${only.name}" is no loss, and ${dataName} has neither labels nor targets to compare it with; store them as "y_train" and "y_test", or export the loss as an output of one number`,
      );
    }
    if (classes === 0 && logits === undefined) return { ...options, mse: only.name };
    // One number an example, without an axis of classes.
    if (only.value.shape.length === 1) return { ...options, softmaxCrossEntropy: only.name };
    const classAxis = options.classAxis ?? classAxisOf(only.value.shape, targets, classes);
    return classAxis === undefined ? options : { ...options, softmaxCrossEntropy: only.name, classAxis };
  };

/** A file and the graph in it. */
interface OpenFile {
  readonly file: ModelFile;
  readonly graph: Graph;
}

/** With a loss attached, where the file has none, which leaves out the labels that count for nothing if there are any (`ignoring`). */
const openLoss = (
  { file, graph }: OpenFile,
  options: LossOptions,
  dataName: string,
  data: Parts,
  ignoring: boolean,
): OpenLoss => {
  const named = completed(withDefaultLoss(graph, dataName, data)(options));
  const leavesOut = ignoring && named.softmaxCrossEntropy !== undefined;
  const chosen = leavesOut ? { ...named, ignoreIndex: Number(NO_LABEL) } : named;
  return {
    ...orRefuse(
      lossModel(graph, chosen, () => constantsOf(file)),
      (failure) => failure,
    ),
    head: chosen.labels ?? chosen.target,
  };
};

/**
 * The scores [n, classes, …] that n·… labels pick from, in their order: logits where the loss takes their logarithm of softmax itself.
 */
const scoresOf = (loss: Expr): Expr | undefined => {
  const picked = topologicalOrder([loss]).find(
    ({ op, args, attributes }) =>
      op.name === 'gatherElements' &&
      attributes.axis === 1 &&
      !topologicalOrder([args[1]!]).some((index) => index.op.name === 'transpose'),
  )?.args[0];
  return picked?.op.name === 'logSoftmax' ? picked.args[0] : picked;
};

/** Labels of the data as the loss takes them: with its own mark for none, where there are such. */
const marked = (y: Expr, mark: number | undefined): Expr =>
  mark === undefined || mark === Number(NO_LABEL) ? y : where(equal(y, Number(NO_LABEL)), constant(mark, y.dtype), y);

const isZero = (value: Expr): boolean =>
  uniformValue(value) === 0 || (value.op.name === 'expand' && isZero(value.args[0]!));

/** Those of the parameters that the loss changes with; the options' own must all be. */
const learnable = (loss: Expr, parameters: readonly Input[], named: boolean): readonly Input[] => {
  const gradients = grad(loss, parameters);
  const moving = parameters.filter((_, i) => !isZero(gradients[i]!));
  const idle = parameters.find((p) => !moving.includes(p));
  if (named && idle)
    return refuse(`--params names "${nameOf(idle)}", which the loss does not change with; leave it out`);
  if (moving.length === 0) {
    return refuse(
      'there is nothing to learn: every path from its parameters to the loss is piecewise constant (ArgMax, Round, comparisons); name an output before that',
    );
  }
  return moving;
};

/** The name of the labels' or targets' input: what the options say, or what the file's own loss picks classes by. */
const targetsOf = ({ graph }: OpenFile, options: LossOptions): string | undefined => {
  const named = options.labels ?? options.target;
  if (named !== undefined) return named;
  const own = lossModel(graph, options);
  return E.isRight(own) ? labelInputsOf(own.right)[0] : undefined;
};

const fit = (file: OpenFile, options: LossOptions, dataName: string, data: Parts): Fitted => {
  const ignoring = lacksLabels(data);
  const opened = openLoss(file, options, dataName, data, ignoring);
  const { graph } = opened;
  checkInitialized(graph, opened.parameters, 'training');
  const { targets: compared, classes } = data.train;
  const given = { inputs: Object.keys(data.train.inputs), targets: compared !== undefined };
  const roles = rolesOf(opened, options.loss !== undefined, dataName, given);
  const { examples, targets } = roles;
  const parameters = learnable(opened.loss, opened.parameters, options.params !== undefined);
  const values = new Map(parameters.map((p) => [nameOf(p), graph.initializers.get(nameOf(p))!]));
  const bytes = separated(selfContained(file.file), values);
  checkNames(parameters, examples);
  checkParameters(parameters, values, initializerTypes(bytes));
  const parts = fittedData(roles, opened, dataName, data);
  if (targets && compared) {
    checkBatch(targets);
    checkTargets(targets, opened.classes, dataName, compared, classes);
  }
  const ignored = opened.classes.find(({ labels }) => targets && labels === nameOf(targets))?.ignored;
  const mark = ignoring ? markOf(ignored, dataName) : undefined;

  const trained = new Set<Expr>(parameters);
  const frozen = graph.inputs.filter((i) => graph.initializers.has(nameOf(i)) && !trained.has(i));
  const y = targets && compared && input('y', targets.shape, compared.dtype);
  const replacements = new Map<Expr, Expr>([
    ...examples.map((fed) => [fed.input, fedInput(fed)] as const),
    ...(targets && y ? [[targets, cast(marked(y, mark), targets.dtype)] as const] : []),
    ...frozen.map((i) => [i, constant(graph.initializers.get(nameOf(i))!)] as const),
  ]);
  const scores = targets && scoresOf(opened.loss);
  const [loss, output] = substitute([opened.loss, ...(scores ? [scores] : [])], replacements);
  return {
    ...parts,
    trainable: {
      parameters: parameters.map((p) => ({ name: nameOf(p), shape: p.shape as readonly number[] })),
      problem: () => ({ loss: loss!, output, parameters, values, ignoring }),
      encode: (next) => replaceInitializers(bytes, new Map(parameters.map((p) => [nameOf(p), next[nameOf(p)]!]))),
      digest: createHash('sha256').update(bytes).digest('hex'),
    },
  };
};

/**
 * The model of a file, which starts from the values in it. The loss is what the options name, else `withDefaultLoss`; normalisations are
 * as the file has them: running statistics stay, a batch's own are taken in training mode. Refuses, naming the file, what
 * cannot be read or differentiated; and fitted to data, what does not fit them, or has nothing to learn in float32.
 */
export const openModelFile = async (path: string, options: LossOptions, dataName: string): Promise<OpenModel> => {
  const naming = async <A>(work: () => A): Promise<A> =>
    orRefuse(await attempt(async () => work()), (failure) => ({ ...failure, message: `${path}: ${failure.message}` }));
  const file = orRefuse(await readModelFile(path)(), (failure) => failure);
  const graph = await naming(() => orRefuse(graphFor(options, file), (failure) => failure));
  return {
    targets: targetsOf({ file, graph }, options),
    fit: (data) => naming(() => fit({ file, graph }, options, dataName, data)),
  };
};
