/** What a model is fed with: arrays from files, checked against its inputs. */

import { stat } from 'node:fs/promises';
import { readNpz, readTensorProtos } from '@hograd/data';
import { type Expr, type GraphError, type Input, isFloat, makeGraph, type Tensor, tensor } from '@hograd/graph-builder';
import * as E from 'fp-ts/lib/Either.js';
import { draws } from './draws.js';
import { orRefuse, refuse, wrongInput } from './failure.js';
import { pickingPlaces } from './indexInputs.js';
import type { LossModel } from './model.js';

export type Arrays = Readonly<Record<string, Tensor>>;

export const directionName = (parameter: Input): string => `direction.${parameter.attributes.name}`;

/** An array by its name, which may be one that every object has. */
const named = (arrays: Arrays, name: string): Tensor | undefined =>
  Object.hasOwn(arrays, name) ? arrays[name] : undefined;

const readArchive = async (path: string): Promise<Arrays> =>
  orRefuse(await readNpz(path)(), (e) => wrongInput(e.message));

const isFolder = async (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );

/** The inputs that the model does not bring values for, in the file's order; labels or targets of a loss head last. */
export const ownInputs = ({ graph, loss }: Pick<LossModel, 'graph' | 'loss'>): readonly Input[] =>
  makeGraph([{ name: 'loss', value: loss }], graph.inputs).inputs.filter(
    (i) => !graph.initializers.has(i.attributes.name),
  );

/** Inputs by name: an archive's own names, or a folder's tensors in the order of the graph's inputs. */
const readInputs = async (path: string, ports: readonly string[]): Promise<Arrays> => {
  if (!(await isFolder(path))) return readArchive(path);
  const tensors = orRefuse(await readTensorProtos(path)(), (e) => wrongInput(e.message));
  if (tensors.length > ports.length) {
    return refuse(
      `${path} holds ${tensors.length} tensors; the model has the ${ports.length} inputs ${ports.join(', ')}`,
    );
  }
  return Object.fromEntries(tensors.map(({ tensor: value }, i) => [ports[i]!, value]));
};

/** Refuses entries of an array for which `isWrong` holds. */
const checkEntries = (array: Tensor, name: string, source: string, isWrong: (entry: number) => boolean): void => {
  if (!isFloat(array.dtype)) return;
  const at = (array.data as Float64Array).findIndex(isWrong);
  if (at >= 0) refuse(`${source}: array "${name}" holds ${array.data[at]} at flat index ${at}; clean the data`);
};

const isNotFinite = (v: number): boolean => !Number.isFinite(v);

/** −∞ is what masks add to scores; NaN or +∞ is damage. */
const isDamaged = (v: number): boolean => Number.isNaN(v) || v === Number.POSITIVE_INFINITY;

/**
 * An array in the type that the graph's input has; integers and floats convert among themselves, never into one another. Refuses an entry
 * that the type does not reach.
 */
export const converted = (array: Tensor, like: Input, source: string): Tensor => {
  const { name, dtype } = like.attributes;
  if (array.dtype === dtype) return array;
  if (isFloat(array.dtype) !== isFloat(dtype))
    return refuse(`${source}: array "${name}" is ${array.dtype}, the model needs ${dtype}; store it as that`);
  const numbers = Float64Array.from(array.data as ArrayLike<number | bigint>, Number);
  if (!isFloat(dtype)) {
    const held = E.tryCatch(
      () => tensor(numbers, array.shape, dtype),
      (cause) => cause as GraphError,
    );
    return orRefuse(held, ({ message }) => wrongInput(`${source}: array "${name}" does not fit: ${message}`));
  }
  const value = tensor(numbers, array.shape, dtype);
  const at = (value.data as Float32Array).findIndex((v, i) => isNotFinite(v) && !isNotFinite(Number(array.data[i])));
  return at < 0
    ? value
    : refuse(
        `${source}: array "${name}" holds ${array.data[at]} at flat index ${at}, which ${dtype} does not reach; use --dtype float64, or scale the data`,
      );
};

const dimsText = (dims: Expr['shape']): string => `[${dims.join(', ')}]`;

/** What to try where labels have the shape of the logits without another axis than the one that was taken for the classes. */
const classAxisAdvice = (name: string, shape: readonly number[], attached: LossModel['attached']): string => {
  if (attached?.labels !== name) return '';
  const { logits, classAxis } = attached;
  const isLike = (dims: Expr['shape']): boolean =>
    dims.length === shape.length && dims.every((d, axis) => typeof d !== 'number' || d === shape[axis]);
  const axis = logits.findLastIndex(
    (_, k) => k > 0 && k !== classAxis && isLike(logits.filter((__, other) => other !== k)),
  );
  if (axis < 0) return '';
  const option = `--class-axis ${axis === logits.length - 1 ? -1 : axis}`;
  return `, since the classes are taken to be on axis ${classAxis} of the logits ${dimsText(logits)}; these labels fit ${option}`;
};

const checkShape = (
  { shape }: Tensor,
  { attributes: { name }, shape: wanted }: Input,
  source: string,
  attached: LossModel['attached'],
): void => {
  const [found, declared] = [shape, wanted].map(dimsText);
  if (shape.length !== wanted.length || wanted.some((d, axis) => typeof d === 'number' && d !== shape[axis])) {
    refuse(
      `${source}: array "${name}" has shape ${found}, the model needs ${declared}${classAxisAdvice(name, shape, attached)}`,
    );
  }
  if (shape.includes(0)) refuse(`${source}: array "${name}" has shape ${found}: no example; give at least one`);
};

/** Labels outside 0..classes−1 would be read as other classes, or not at all, without a word from the runtime. */
const checkLabels = (
  array: Tensor,
  { labels, count, ignored, part }: LossModel['classes'][number],
  source: string,
): void => {
  const values = Array.from(array.data as ArrayLike<number | bigint>, Number);
  const picks = pickingPlaces(part, labels, array.shape);
  if (values.every((v, i) => v === ignored || !picks(i))) {
    refuse(`${source}: every label of "${labels}" is ${ignored}, which counts for nothing; give some that count`);
  }
  const at = values.findIndex((v, i) => v !== ignored && (v < 0 || v >= count) && picks(i));
  if (at >= 0) {
    const aside = ignored === undefined ? '' : `, and ${ignored} for none`;
    refuse(
      `${source}: label ${array.data[at]} at index ${at} of "${labels}" is out of range; the model has ${count} classes (0 to ${count - 1}${aside})`,
    );
  }
};

/**
 * Feeds of the model's own inputs, from arrays that `source` brought, and of its initializers; all checked. What the model draws at random and
 * `arrays` lack is left out. Refuses what does not fit.
 */
export const modelFeeds = (model: LossModel, arrays: Arrays, source: string): Arrays => {
  const { graph, loss, parameters, classes, attached } = model;
  const feeds = new Map<string, Tensor>();
  const taken = new Set(parameters);
  for (const port of makeGraph([{ name: 'loss', value: loss }]).inputs) {
    const { name, drawn } = port.attributes;
    const initial = graph.initializers.get(name);
    const array = named(arrays, name) ?? initial;
    if (array === undefined) {
      if (drawn !== undefined) continue;
      const needed = ownInputs(model).filter((i) => i.attributes.drawn === undefined);
      return refuse(
        `${source} has no array "${name}"; the model needs ${needed.map((i) => `"${i.attributes.name}"`).join(', ')}`,
      );
    }
    // What is no parameter may be NaN where the loss does not take it (`where(n > 0, v, NaN)`): that shows in the loss.
    const origin = array === initial ? 'the model’s file' : source;
    if (taken.has(port)) checkEntries(array, name, origin, isNotFinite);
    else if (array !== initial) checkEntries(array, name, origin, isDamaged);
    checkShape(array, port, source, attached);
    const value = converted(array, port, source);
    feeds.set(name, value);
    const labelled = classes.find((c) => c.labels === name);
    if (labelled) checkLabels(value, labelled, source);
  }
  for (const { attributes } of parameters) {
    if (!feeds.has(attributes.name)) feeds.set(attributes.name, graph.initializers.get(attributes.name)!);
  }
  return Object.fromEntries(feeds);
};

export interface ModelFeeds {
  readonly feeds: Arrays;
  /** The names of what was drawn, since the model draws it and the file does not bring it. */
  readonly drawn: readonly string[];
}

/**
 * Feeds of the model's own inputs, from a file or folder, and of its initializers; what the model draws at random, and the file does not
 * bring, is drawn from the seed. Refuses what does not fit.
 */
export const readModelFeeds = async (model: LossModel, path: string, seed: number): Promise<ModelFeeds> => {
  const inputs = ownInputs(model);
  const names = inputs.map((i) => i.attributes.name);
  const brought = modelFeeds(model, await readInputs(path, names), path);
  const drawn = draws(inputs, brought, [seed, 'draws']);
  return { feeds: { ...brought, ...drawn }, drawn: Object.keys(drawn) };
};

/** Directions by `direction.NAME`, from an archive with an array like each parameter. */
export const readDirections = async (parameters: readonly Input[], path: string): Promise<Arrays> => {
  const arrays = await readArchive(path);
  return Object.fromEntries(
    parameters.map((p) => {
      const { name } = p.attributes;
      const array = named(arrays, name) ?? refuse(`${path} has no array "${name}"; it needs one for each parameter`);
      if (array.shape.join() !== p.shape.join()) {
        return refuse(
          `${path}: array "${name}" has shape [${array.shape.join(', ')}], the parameter [${p.shape.join(', ')}]`,
        );
      }
      checkEntries(array, name, path, isNotFinite);
      return [directionName(p), converted(array, p, path)];
    }),
  );
};
