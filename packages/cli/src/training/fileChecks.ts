/** What a model's file must be like to be trained on a data set; each check refuses with what was found and what to do. */

import { type Dataset, NO_LABEL, type Targets } from '@hograd/data';
import {
  type Dim,
  type Expr,
  elementCount,
  evaluateDim,
  type Input,
  isFloat,
  isSymbol,
  symbolsIn,
  type Tensor,
} from '@hograd/graph-builder';
import { refuse } from '../failure.js';
import { indexInputs, pickingPlaces } from '../indexInputs.js';
import type { LossModel } from '../model.js';
import type { Fed } from './fileInputs.js';
import { datasetsOf, type Parts } from './trainable.js';

const text = (shape: readonly Dim[]): string => `[${shape.join(', ')}]`;

const nameOf = (of: Input): string => of.attributes.name;

/** The batch must be of any size: batches of training, of a summary's slices and of evaluation differ. */
export const checkBatch = (of: Input): void => {
  const [batch] = of.shape;
  const name = nameOf(of);
  if (typeof batch === 'string') {
    if (isSymbol(batch)) return;
    refuse(
      `input "${name}" ${text(of.shape)} is ${batch} long; training feeds one row an example: reshape it within the model`,
    );
  }
  refuse(
    batch === undefined
      ? `input "${name}" is a scalar; training feeds it a batch`
      : `input "${name}" ${text(of.shape)} has its batch frozen at ${batch}; export it with a free one: torch.onnx.export(…, dynamic_shapes=({0: torch.export.Dim("batch")},)), or dynamic_axes={"${name}": {0: "batch"}} with dynamo=False`,
  );
};

/** As many random numbers as the batch says: a length that the data do not bind cannot be drawn. */
export const checkDraws = (drawn: readonly Input[], fed: readonly Input[]): void => {
  const known = evaluateDim(
    new Map(fed.flatMap(({ shape }) => shape.flatMap(symbolsIn).map((name) => [name, 1] as const))),
  );
  for (const { attributes, shape } of drawn) {
    const open = shape.find((dim) => known(dim) === undefined);
    if (open !== undefined)
      refuse(
        `"${attributes.name}" ${text(shape)}, which the model draws at random, is as long as ${open}, and the data do not say how long that is; export it in inference mode (model.eval()), or with that length fixed`,
      );
  }
};

const fit = (dim: Dim, length: number | undefined): boolean => typeof dim === 'string' || dim === length;

/** Is a shape of these lengths one of the given, in which symbols stand for any? */
export const fits = (wanted: readonly Dim[], own: readonly number[]): boolean =>
  wanted.length === own.length && wanted.every((dim, i) => fit(dim, own[i]));

/** A shape with its lengths other than 1 in the places that the wanted one has for them; undefined where it has not as many, or others. */
const withOnesOf = (wanted: readonly Dim[], given: readonly number[]): readonly number[] | undefined => {
  const own = given.filter((length) => length !== 1);
  if (
    !fits(
      wanted.filter((d) => d !== 1),
      own,
    )
  )
    return undefined;
  const lengths = own.values();
  return wanted.map((dim) => (dim === 1 ? 1 : lengths.next().value!));
};

/** The types of examples that a model may take. */
const EXAMPLES: readonly string[] = ['float32', 'int32', 'int64', 'uint8', 'bool'];

/** The shape in which an example of the data is the model's: its own, and of `x` also flattened, or with or without axes of length 1. */
export const fittedShape = (
  { input: own, name }: Fed,
  dataName: string,
  given: readonly number[],
): readonly number[] => {
  const wanted = own.shape.slice(1);
  if (!EXAMPLES.includes(own.dtype))
    refuse(`input "${nameOf(own)}" is ${own.dtype}; training feeds ${EXAMPLES.join(', ')}`);
  if (fits(wanted, given)) return given;
  if (name === 'x' && fits(wanted, [elementCount(given)])) return [elementCount(given)];
  const filled = name === 'x' ? withOnesOf(wanted, given) : undefined;
  if (filled) return filled;
  return refuse(
    `input "${nameOf(own)}" takes examples of shape ${text(wanted)}, those of ${dataName} are ${text(given)}; take the data that the model is made for`,
  );
};

/** How many values there are of a type, from 0 on; of others nearly any number. */
const valuesOf: Readonly<Record<string, number>> = { uint8: 256, bool: 2 };

/** Whole numbers, and none beyond their type or the axis that they pick from (the tokens of a vocabulary). */
export const checkIndices = (loss: Expr, { input: own, name }: Fed, dataName: string, parts: Parts): void => {
  const called = nameOf(own);
  const indices = indexInputs(loss, ['gather']).filter((index) => index.name === called);
  const values = valuesOf[own.dtype];
  for (const { inputs } of datasetsOf(parts)) {
    const { data, shape } = inputs[name]!;
    const limits = indices.map(({ part, count }) => ({ picks: pickingPlaces(part, called, shape), below: count }));
    // x has become floating-point numbers; what has kept its type and picks nothing may be any of them.
    if (values !== undefined || name === 'x') limits.push({ picks: () => true, below: values ?? Infinity });
    for (const { picks, below } of limits.sort((a, b) => a.below - b.below)) {
      const at = (data as Float32Array).findIndex(
        (value, place) => !(Number.isInteger(Number(value)) && value >= 0 && value < below) && picks(place),
      );
      if (at < 0) continue;
      const wanted = `whole numbers from 0${below === Infinity ? '' : ` to ${below - 1}`}`;
      refuse(
        `input "${called}" takes ${wanted}, ${dataName} holds ${data[at]} at flat index ${at} of its examples; take the data that the model is made for`,
      );
    }
  }
};

/** Labels under their input's own name: classes that there are, or the mark of none. */
export const checkClasses = (
  { count, ignored, part }: LossModel['classes'][number],
  { input: own, name }: Fed,
  dataName: string,
  parts: Parts,
): void => {
  for (const { inputs } of datasetsOf(parts)) {
    const { data, shape } = inputs[name]!;
    const picks = pickingPlaces(part, nameOf(own), shape);
    const at = (data as Float32Array).findIndex((v, place) => {
      const label = Number(v);
      return label !== ignored && !(Number.isInteger(label) && label >= 0 && label < count) && picks(place);
    });
    if (at < 0) continue;
    const none = ignored === undefined ? '' : `, or ${ignored} for none`;
    refuse(
      `input "${nameOf(own)}" holds labels of ${count} classes, 0 to ${count - 1}${none}; ${dataName} has ${data[at]} at flat index ${at}; correct it, or export the loss with ignore_index`,
    );
  }
};

/** One symbol in the shapes of several inputs is one length, also in the data. */
export const checkLengths = (
  examples: readonly Fed[],
  targets: Input | undefined,
  dataName: string,
  { inputs, targets: labels }: Dataset,
): void => {
  const known = new Map<Dim, { readonly name: string; readonly length: number }>();
  const fed = [
    ...examples.map(({ input: own, name }) => ({ own, name, shape: inputs[name]!.shape })),
    ...(targets && labels ? [{ own: targets, name: 'y', shape: labels.shape }] : []),
  ];
  for (const { own, name, shape } of fed) {
    for (const [axis, dim] of own.shape.entries()) {
      const length = shape[axis]!;
      const { name: other, length: before } = known.get(dim) ?? { name, length };
      if (typeof dim === 'string' && before !== length)
        refuse(
          `the model has "${other}" and "${name}" as long as one another (${dim}), and in ${dataName} that is ${before} and ${length}; store them alike`,
        );
      known.set(dim, { name: other, length: before });
    }
  }
  const lengthOf = evaluateDim(new Map([...known].map(([dim, { length }]) => [String(dim), length])));
  for (const [dim, { name, length }] of known) {
    const wanted = typeof dim === 'string' ? lengthOf(dim) : undefined;
    if (wanted !== undefined && wanted !== length)
      refuse(
        `the model has "${name}" as long as ${dim} says, ${wanted} of ${dataName}'s, and there that is ${length}; store them so`,
      );
  }
};

/** Labels or targets of the kind and shape that the loss reads, and no label beyond the model's classes. */
export const checkTargets = (
  targets: Input,
  classes: LossModel['classes'],
  dataName: string,
  own: Targets,
  labelled: number,
): void => {
  if (isFloat(targets.dtype) && labelled > 0)
    refuse(
      `the loss compares with numbers, but ${dataName} has labels; take --softmax-cross-entropy, or data with targets`,
    );
  if (!isFloat(targets.dtype) && labelled === 0)
    refuse(
      `the loss needs integer labels, but ${dataName} has floating-point targets; take --mse, or data with labels`,
    );
  const [wanted, given] = [targets.shape.slice(1), own.shape.slice(1)];
  if (!fits(wanted, given)) {
    const inAll = (shape: readonly Dim[]): string => text(['N', ...shape]);
    refuse(
      `the loss compares with ${labelled > 0 ? 'labels' : 'targets'} of shape ${inAll(wanted)}, those of ${dataName} are ${inAll(given)}; store them as the loss needs them`,
    );
  }
  const picked = classes.find(({ labels }) => labels === nameOf(targets));
  if (picked && picked.count < labelled) {
    const largest = labelled - 1;
    const alone = Array.from(own.data as BigInt64Array, Number).every((v) => v < picked.count || v === largest);
    const cure = alone ? `, or say --ignore-index ${largest} if ${largest} stands for no class` : '';
    refuse(
      `the model tells ${picked.count} classes apart, but ${dataName} has ${labelled}; take data with as many${cure}`,
    );
  }
};

/** The label that the loss leaves out, of data with labels that count for nothing. */
export const markOf = (ignored: number | undefined, dataName: string): number =>
  ignored ??
  refuse(
    `${dataName} has labels that count for nothing, and the loss reads every label; export it with ignore_index=${NO_LABEL}, or name the logits with --softmax-cross-entropy`,
  );

/** Inputs that a training step's graph has beside parameters and examples. */
const RESERVED = ['y', 'step', 'rate', 'rates', 'kfacUniforms'];

/** Refuses names that mean something else in a training step. */
export const checkNames = (parameters: readonly Input[], examples: readonly Fed[]): void => {
  const cure = 'is called like an input of the training step; rename it in the file';
  const parameter = parameters.map(nameOf).find((name) => [...RESERVED, 'x'].includes(name));
  if (parameter !== undefined) refuse(`parameter "${parameter}" ${cure}`);
  const example = examples.find(({ name }) => RESERVED.includes(name));
  if (example) refuse(`input "${example.name}" ${cure}`);
};

const FLOAT32 = 1;

const typeNames: Readonly<Record<number, string>> = { 10: 'float16', 11: 'float64', 16: 'bfloat16' };

/** Parameters in float32, whatever the graph holds them in, and finite. */
export const checkParameters = (
  parameters: readonly Input[],
  values: ReadonlyMap<string, Tensor>,
  types: ReadonlyMap<string, number>,
): void => {
  for (const name of parameters.map(nameOf)) {
    const type = types.get(name)!;
    if (type !== FLOAT32)
      refuse(
        `parameter "${name}" is ${typeNames[type] ?? `of element type ${type}`}; training is in float32; export it so (model.float())`,
      );
    const data = values.get(name)!.data as Float32Array;
    const at = data.findIndex((v) => !Number.isFinite(v));
    if (at >= 0) refuse(`parameter "${name}" holds ${data[at]} at flat index ${at}; training cannot start from there`);
  }
};
