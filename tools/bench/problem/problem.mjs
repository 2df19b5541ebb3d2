// A problem: the very numbers that every peer is given (weights, a batch, and a direction for each parameter), in one folder.
import { mkdirSync, writeFileSync } from 'node:fs';
import { normal, readNpz, uniform, writeNpz } from '@hograd/data';
import { elementCount, tensor } from '@hograd/graph-builder';
import { initialize } from '@hograd/model-zoo';
import { right } from '../../right.mjs';

const SEED = 1;

const whole = (key, shape, below) =>
  tensor(
    uniform([SEED, key], elementCount(shape)).map((u) => Math.floor(u * below)),
    shape,
    'int64',
  );

/** Random inputs of unit variance (a language model: random tokens) and random labels; what they are changes no time. */
const batchOf = ({ model, batch }) => {
  const shape = [batch, ...model.inputShape];
  const tokens = model.inputType === 'int64';
  return {
    x: tokens ? whole('x', shape, model.classes) : tensor(normal([SEED, 'x'], elementCount(shape)), shape, 'float32'),
    y: whole('y', tokens ? shape : [batch], model.classes),
  };
};

/** Each tensor of a gradient at unit length, so that no group's curvature is lost beside another's in a comparison. */
const directionsOf = (gradient) =>
  new Map(
    [...gradient].map(([name, { data, shape, dtype }]) => {
      const norm = Math.sqrt(data.reduce((sum, v) => sum + v * v, 0));
      return [name, tensor(norm > 0 ? data.map((v) => v / norm) : data, shape, dtype)];
    }),
  );

/** A problem without directions yet. */
export const draftProblem = (benchModel) => ({
  ...benchModel,
  values: initialize(benchModel.model, { seed: SEED }),
  ...batchOf(benchModel),
});

/**
 * Writes problem.json and arrays.npz (x, y, `value.NAME`, `direction.NAME`) into a folder, for peers of any language; the
 * directions come from the gradient.
 */
export const writeProblem = async (folder, draft, gradient) => {
  mkdirSync(folder, { recursive: true });
  const { name, model, architecture, batch, x, y, values } = draft;
  const directions = directionsOf(gradient);
  const named = (prefix, tensors) =>
    Object.fromEntries([...tensors].map(([key, value]) => [`${prefix}.${key}`, value]));
  const arrays = { x, y, ...named('value', values), ...named('direction', directions) };
  right(await writeNpz(`${folder}/arrays.npz`)(arrays)());
  const parameters = model.parameters.map((p) => p.name);
  writeFileSync(`${folder}/problem.json`, `${JSON.stringify({ name, batch, architecture, parameters }, null, 2)}\n`);
};

/** x, y, and values and directions by name, from a problem's folder. */
export const readArrays = async (folder, parameters) => {
  const arrays = right(await readNpz(`${folder}/arrays.npz`)());
  const named = (prefix) => new Map(parameters.map((name) => [name, arrays[`${prefix}.${name}`]]));
  return { x: arrays.x, y: arrays.y, values: named('value'), directions: named('direction') };
};
