/** What a file's inputs are fed from: which of them from which arrays of the data, and those arrays as the inputs take them. */

import { type Dataset, exampleShape, type Inputs, type OnlyX } from '@hograd/data';
import { cast, type Expr, type Input, input, isFloat, type Tensor } from '@hograd/graph-builder';
import { drawnAmong } from '../draws.js';
import { refuse } from '../failure.js';
import { converted } from '../feeds.js';
import { indexInputs } from '../indexInputs.js';
import { inputsOf } from '../lengths.js';
import { type LossModel, quoted } from '../model.js';
import { checkBatch, checkClasses, checkDraws, checkIndices, checkLengths, fittedShape } from './fileChecks.js';
import { eachPart, type Parts } from './trainable.js';

const nameOf = (of: Input): string => of.attributes.name;

/** An input, and the data's name of what it is fed: its own, or x for the only one. */
export interface Fed {
  readonly input: Input;
  readonly name: string;
}

export interface Roles {
  readonly examples: readonly Fed[];
  readonly targets: Input | undefined;
}

/** A model's loss; `head`: the labels' or targets' name of one that has been attached. */
export type OpenLoss = LossModel & { readonly head?: string | undefined };

/** The inputs that a loss picks classes by, and that are nothing else: tokens that are also looked up in a vocabulary are examples. */
export const labelInputsOf = ({ classes, loss }: LossModel): readonly string[] => {
  const lookedUp = indexInputs(loss, ['gather']).map(({ name }) => name);
  return classes.map(({ labels }) => labels).filter((name) => !lookedUp.includes(name));
};

/** Refuses arrays that the model has no input for. */
const checkWanted = ({ graph }: LossModel, given: readonly string[], dataName: string): void => {
  const own = graph.inputs.map(nameOf).filter((name) => !graph.initializers.has(name));
  const other = given.find((name) => !own.includes(name));
  if (other === undefined) return;
  const alone = other === 'x' ? ' ("x" stands for the only one)' : '';
  refuse(
    `${dataName} has the arrays "${other}_train" and "${other}_test", and the model no input "${other}"${alone}; its inputs are ${quoted(own)}: rename the arrays, or leave them out`,
  );
};

/** What the loss reads beside initializers and parameters, in the file's order. */
const readBy = ({ graph, loss }: LossModel): readonly Input[] => {
  const read = new Set(inputsOf([loss]));
  const own = graph.inputs.filter((i) => read.has(i) && !graph.initializers.has(nameOf(i)));
  return [...own, ...[...read].filter((i) => !graph.inputs.includes(i))];
};

/** Refuses examples that the data have no arrays for. */
const checkBrought = (
  { examples, targets }: { readonly examples: readonly Input[]; readonly targets: Input | undefined },
  given: readonly string[],
  dataName: string,
): void => {
  const lacking = examples.map(nameOf).filter((name) => !given.includes(name));
  const [first] = lacking;
  if (first === undefined) return;
  const read = `${quoted(examples.map(nameOf))}${targets ? ` beside ${quoted([nameOf(targets)])}` : ''}`;
  refuse(
    `its loss reads the inputs ${read}, and ${dataName} has none for ${quoted(lacking)}; store "${first}_train" and "${first}_test" in a FILE.npz, or make "${first}" a constant when exporting`,
  );
};

/** What the data have: inputs by name, and whether labels or targets beside them. */
interface Given {
  readonly inputs: readonly string[];
  readonly targets: boolean;
}

/**
 * What the loss reads, told apart. Of what is given, x alone stands for the only input, whatever that is called; where there are no targets, all
 * that the loss reads are inputs. Refuses inputs and targets that the data lack, and inputs that the model lacks.
 */
export const rolesOf = (opened: OpenLoss, lossNamed: boolean, dataName: string, data: Given): Roles => {
  const compared = [opened.head, ...labelInputsOf(opened)];
  const given = data.inputs;
  const all = readBy(opened);
  const drawn = drawnAmong(all);
  const inputs = all.filter((i) => !drawn.includes(i));
  const isGiven = (i: Input): boolean => given.includes(nameOf(i));
  const isCompared = (i: Input): boolean => compared.includes(nameOf(i));
  const byName = given.join() !== 'x' || inputs.some(isGiven);
  const others = inputs.filter((i) => !isGiven(i));
  const lacking = others.find((i) => nameOf(i) === opened.head) ?? others.find(isCompared);
  if (!data.targets && lacking) {
    const what = isFloat(lacking.dtype) ? 'targets' : 'labels';
    return refuse(`the loss compares with ${what}, and ${dataName} has none; store them as "y_train" and "y_test"`);
  }
  const targets = data.targets
    ? (lacking ?? others.find((i) => !isFloat(i.dtype)) ?? others[byName ? 0 : 1])
    : undefined;
  const twice = inputs.find(isCompared);
  if (data.targets && !targets && twice)
    return refuse(`${dataName} has targets under two names, "y" and "${nameOf(twice)}"; leave one of them out`);
  if (data.targets && !targets && !lossNamed) {
    return refuse(
      'its only scalar output reads no labels; name it with --loss to train it all the same, or the logits with --softmax-cross-entropy',
    );
  }
  const examples = inputs.filter((i) => i !== targets);
  if (examples.length === 0) return refuse('its loss reads no examples; there is nothing to learn from');
  const single = !byName && examples.length === 1;
  if (!single) {
    checkBrought({ examples, targets }, given, dataName);
    checkWanted(opened, given, dataName);
  }
  checkDraws(drawn, [...examples, ...(targets ? [targets] : [])]);
  return { examples: examples.map((i) => ({ input: i, name: single ? 'x' : nameOf(i) })), targets };
};

/** Bytes as the numbers that they are, for a model that takes integers: not as v/255, as of images. */
const inWholeNumbers = (x: OnlyX['x']): Tensor<'float32'> =>
  x.dtype === 'uint8' ? { ...x, dtype: 'float32', data: Float32Array.from(x.data) } : x;

/** The data with what the inputs are fed, in their shapes and, but for x, in their types. Refuses what does not fit them. */
export const fittedData = (
  { examples, targets }: Roles,
  { loss, classes }: Pick<LossModel, 'loss' | 'classes'>,
  dataName: string,
  data: Parts,
): Parts => {
  for (const { input: own } of examples) checkBatch(own);
  const shapes = new Map(
    examples.map((fed) => [fed.name, fittedShape(fed, dataName, exampleShape(data.train.inputs[fed.name]!))]),
  );
  const taken = ({ inputs }: Dataset, { input: own, name }: Fed): Tensor => {
    const array = inputs[name]!;
    const shaped = { ...array, shape: [array.shape[0]!, ...shapes.get(name)!] };
    if (name !== 'x') return converted(shaped, own, dataName);
    return isFloat(own.dtype) ? shaped : inWholeNumbers(shaped as OnlyX['x']);
  };
  const fitted = eachPart(data, ({ normalization, ...dataset }) => ({
    ...dataset,
    inputs: Object.fromEntries(examples.map((fed) => [fed.name, taken(dataset, fed)])) as Inputs,
    ...(examples.some(({ name, input: own }) => name === 'x' && isFloat(own.dtype)) && { normalization }),
  }));
  for (const fed of examples) {
    if (!isFloat(fed.input.dtype)) checkIndices(loss, fed, dataName, fitted);
    const picked = classes.find(({ labels }) => labels === nameOf(fed.input));
    if (picked) checkClasses(picked, fed, dataName, fitted);
  }
  checkLengths(examples, targets, dataName, fitted.train);
  return fitted;
};

/** What stands in the graph for an input: x comes as floating-point numbers, whatever the model takes; all others as they are. */
export const fedInput = ({ input: own, name }: Fed): Expr =>
  name === 'x' ? cast(input('x', own.shape), own.dtype) : own;
