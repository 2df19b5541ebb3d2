/** Reading a model file and saying which scalar is the loss and what the parameters are. */

import {
  type DecodeError,
  decode,
  type Expr,
  type Graph,
  GraphError,
  type Input,
  input,
  inputNamed,
  isFloat,
  logitOf,
  logitsOf,
  meanSquaredError,
  type Output,
  outputNamed,
  reshape,
  softmaxCrossEntropy,
  transpose,
  twoClasses,
} from '@hograd/graph-builder';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { attempt, type Failure, orRefuse, wrongInput } from './failure.js';
import { type IndexInput, indexInputs } from './indexInputs.js';
import { type ModelFile, readModelFile } from './modelFile.js';
import { constantsOf, findParameters, namesIn, otherNames } from './parameters.js';

/** The options that name the loss and the parameters, shared by summarize and differentiate (cli contract). */
export interface LossOptions {
  readonly loss?: string;
  readonly softmaxCrossEntropy?: string;
  readonly labels?: string;
  /** Of the logits; may count from the end. Default 1. */
  readonly classAxis?: number;
  /** The label that counts for nothing. */
  readonly ignoreIndex?: number;
  readonly mse?: string;
  readonly target?: string;
  readonly params?: string;
  readonly dtype?: 'float32' | 'float64';
}

/** A model with its loss attached. */
export interface LossModel {
  readonly graph: Graph;
  readonly loss: Expr;
  readonly parameters: readonly Input[];
  /** Inputs that hold integer labels, with the number of classes that they index, and what else is known of them as indices. */
  readonly classes: readonly (Omit<IndexInput, 'name'> & { readonly labels: string })[];
  /** Labels that were attached to logits of the file, and which axis of these was taken for the classes. */
  readonly attached?: { readonly labels: string; readonly logits: Expr['shape']; readonly classAxis: number };
}

/** Label inputs: those that pick along an axis of known length. */
const labelInputs = (loss: Expr): LossModel['classes'] =>
  indexInputs(loss, ['gatherElements']).map(({ name, ...index }) => ({ labels: name, ...index }));

/** Names as a message lists them. */
export const quoted = (names: readonly string[]): string => names.map((n) => `"${n}"`).join(', ');

/** Is it one floating-point number? Losses are also written as [1] or [1, 1]. */
export const isOneNumber = ({ shape, dtype }: Expr): boolean => shape.every((d) => d === 1) && isFloat(dtype);

/** The outputs that may be the loss where nobody says: those of shape [], or where there is none, of one element. */
const scalarOutputs = ({ outputs }: Graph): readonly string[] => {
  const single = outputs.filter(({ value }) => isOneNumber(value));
  const scalars = single.filter(({ value }) => value.shape.length === 0);
  return (scalars.length > 0 ? scalars : single).map((o) => o.name);
};

const described = ({ name, value: { dtype, shape } }: Output): string => `"${name}" ${dtype}[${shape.join(', ')}]`;

const findOutput = (graph: Graph, name: string): E.Either<Failure, Expr> =>
  E.fromNullable(
    wrongInput(`the model has no output "${name}"; its outputs are ${quoted(graph.outputs.map((o) => o.name))}`),
  )(outputNamed(name)(graph));

/** The input of that name, or a new one appended to the model's. */
const headInput = (graph: Graph, name: string, like: Expr, dtype: 'int64' | Expr['dtype']): Input =>
  inputNamed(name)(graph) ?? (input(name, like.shape, dtype) as Input);

/** The head on an output; what does not fit is a shape or type in the user's file, so it is theirs to hear. */
const attachHead =
  (option: string, head: (output: Expr) => Expr) =>
  (output: Expr): E.Either<Failure, Expr> =>
    E.tryCatch(
      () => head(output),
      (cause) => {
        if (!(cause instanceof GraphError)) throw cause;
        return wrongInput(`${option} does not fit: ${cause.message}`);
      },
    );

/** Options that say different things, or nothing without another. */
const contradiction = ({
  loss,
  softmaxCrossEntropy,
  labels,
  classAxis,
  ignoreIndex,
  mse,
  target,
}: LossOptions): string | undefined => {
  const losses = [
    ...(loss === undefined ? [] : ['--loss']),
    ...(softmaxCrossEntropy === undefined ? [] : ['--softmax-cross-entropy']),
    ...(mse === undefined ? [] : ['--mse']),
  ];
  if (losses.length > 1) return `${losses.join(' and ')} each name a loss; give one of them`;
  if (softmaxCrossEntropy !== undefined && labels === undefined)
    return '--softmax-cross-entropy needs --labels NAME, the name of the integer labels';
  if (mse !== undefined && target === undefined) return '--mse needs --target NAME, the name of the targets';
  if (labels !== undefined && softmaxCrossEntropy === undefined)
    return '--labels belongs to --softmax-cross-entropy OUTPUT, the name of the logits; give both or neither';
  if (classAxis !== undefined && softmaxCrossEntropy === undefined)
    return '--class-axis belongs to --softmax-cross-entropy OUTPUT, the name of the logits; give both or neither';
  if (ignoreIndex !== undefined && softmaxCrossEntropy === undefined)
    return '--ignore-index belongs to --softmax-cross-entropy OUTPUT, the name of the logits; give both or neither';
  if (target !== undefined && mse === undefined)
    return '--target belongs to --mse OUTPUT, the name of what is compared with it; give both or neither';
  return undefined;
};

/** Logits with the axis of their classes after the first, as the loss takes them. */
const classesSecond = (logits: Expr, classAxis: number): Expr => {
  const rank = logits.shape.length;
  const axis = classAxis < 0 ? classAxis + rank : classAxis;
  if (axis === 1) return logits;
  if (axis < 1 || axis >= rank) {
    const axes = `logits of rank ${rank} have them on axis 1 to ${rank - 1}`;
    throw new GraphError('--class-axis', `${classAxis} is no axis of classes; ${axes}`);
  }
  const others = logits.shape.map((_, i) => i).filter((i) => i !== axis);
  return transpose(logits, [others[0]!, axis, ...others.slice(1)]);
};

/**
 * What the loss takes of an output, the classes on axis 1. One number for each label, on that axis or without it, is the logit of class 1
 * against class 0, or its sigmoid: binary cross-entropy. An output that is a softmax along them already (Keras's activation="softmax",
 * scikit-learn's probabilities) stands for what it is the softmax of: the loss is then the negative log-likelihood of its
 * probabilities, not that of their softmax.
 */
const logitsFor = (output: Expr, classAxis: number): Expr => {
  const scores = output.shape.length === 1 ? reshape(output, [output.shape[0]!, 1]) : classesSecond(output, classAxis);
  if (scores.shape[1] === 1) return twoClasses(logitOf(scores) ?? scores, 1);
  return logitsOf(scores, 1) ?? scores;
};

const attachLoss = (graph: Graph, options: LossOptions): E.Either<Failure, Expr> => {
  if (options.softmaxCrossEntropy !== undefined) {
    const labels = options.labels!;
    const head = attachHead('--softmax-cross-entropy', (output) => {
      const logits = logitsFor(output, options.classAxis ?? 1);
      const classless = { ...logits, shape: logits.shape.filter((_, axis) => axis !== 1) };
      return softmaxCrossEntropy(logits, headInput(graph, labels, classless, 'int64'), {
        ignored: options.ignoreIndex,
      });
    });
    return E.chain(head)(findOutput(graph, options.softmaxCrossEntropy));
  }
  if (options.mse !== undefined) {
    const target = options.target!;
    const head = attachHead('--mse', (output) =>
      meanSquaredError(output, headInput(graph, target, output, output.dtype)),
    );
    return E.chain(head)(findOutput(graph, options.mse));
  }
  const scalars = scalarOutputs(graph);
  const name = options.loss ?? (scalars.length === 1 ? scalars[0]! : undefined);
  if (name === undefined) {
    return E.left(
      wrongInput(
        scalars.length === 0
          ? `the model has no scalar output to use as the loss; its outputs are ${graph.outputs.map(described).join(', ')}: name logits with --softmax-cross-entropy or outputs with --mse, or export a loss of shape [] in floating point`
          : `the model has several scalar outputs (${quoted(scalars)}); say which is the loss with --loss NAME`,
      ),
    );
  }
  return E.chain((value: Expr) =>
    isOneNumber(value)
      ? E.right(reshape(value, []))
      : E.left(
          wrongInput(
            `output "${name}" is not a scalar: it is ${value.dtype}[${value.shape.join(', ')}]; a loss is one number`,
          ),
        ),
  )(findOutput(graph, name));
};

const attachedLabels = (
  graph: Graph,
  { softmaxCrossEntropy, labels, classAxis = 1 }: LossOptions,
): Pick<LossModel, 'attached'> => {
  const logits = softmaxCrossEntropy === undefined ? undefined : outputNamed(softmaxCrossEntropy)(graph)?.shape;
  if (logits === undefined || labels === undefined) return {};
  return { attached: { labels, logits, classAxis: classAxis < 0 ? classAxis + logits.length : classAxis } };
};

/**
 * A graph with the loss and the parameters that the options name; the Left names what is wrong with them. `constants`: names of the Constant
 * nodes of the graph's file.
 */
export const lossModel = (
  graph: Graph,
  options: LossOptions,
  constants: () => readonly string[] = () => [],
): E.Either<Failure, LossModel> => {
  const wrong = contradiction(options);
  if (wrong !== undefined) return E.left(wrongInput(wrong));
  return E.chain((loss: Expr) =>
    E.map(
      (parameters: readonly Input[]): LossModel => ({
        graph,
        loss,
        parameters,
        classes: labelInputs(loss),
        ...attachedLabels(graph, options),
      }),
    )(findParameters(graph, loss, options.params, constants)),
  )(attachLoss(graph, options));
};

const decodeMessage = (error: DecodeError): string =>
  error._tag === 'MissingExternalData'
    ? `tensor "${error.tensor}" keeps its data in the file "${error.location}", which is not in the model's folder; put it there`
    : error.message;

/**
 * Only what the named loss needs: a classifier's labels may come from operators that nobody has to differentiate. Initializers that
 * are named as parameters are some, also where they would not be by default (statistics, buffers). Refuses a file of the model's data that
 * cannot be read.
 */
export const graphFor = (
  { softmaxCrossEntropy, mse, loss, dtype, params }: LossOptions,
  file: ModelFile,
): E.Either<Failure, Graph> => {
  const named = softmaxCrossEntropy ?? mse ?? loss;
  const read = (parameters?: readonly string[]) =>
    decode(file.bytes, {
      ...(dtype && { dtype }),
      ...(named !== undefined && { outputs: [named] }),
      ...(parameters && { parameters }),
      externalData: file.externalData,
    });
  const failure = (more: string) => (e: DecodeError) => wrongInput(`${decodeMessage(e)}${more}`);
  return E.chain((graph: Graph) => {
    const usual = [...graph.initializers.keys()];
    const others = namesIn(params ?? '').filter((name) => inputNamed(name)(graph) === undefined);
    return others.length === 0
      ? E.right(graph)
      : E.mapLeft(failure(otherNames(graph, constantsOf(file))))(read([...usual, ...others]));
  })(E.mapLeft(failure(''))(read()));
};

/** The model of a file with its loss and parameters; the Left names what is wrong with the file or the options. */
export const readModel = (path: string, options: LossOptions): TE.TaskEither<Failure, LossModel> =>
  pipe(
    readModelFile(path),
    TE.chain(
      (file) => () =>
        attempt(async () => {
          const graph = orRefuse(graphFor(options, file), ({ message }) => wrongInput(`${path}: ${message}`));
          return orRefuse(
            lossModel(graph, options, () => constantsOf(file)),
            (failure) => failure,
          );
        }),
    ),
  );
