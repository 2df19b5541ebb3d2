/** Checks of the options that describe a model. */

import { GraphError } from '@hograd/graph-builder';

/** Throws GraphError unless every number is a positive integer. */
export const checkCounts = (model: string, counts: Readonly<Record<string, number | readonly number[]>>): void => {
  for (const [name, value] of Object.entries(counts)) {
    const list = typeof value === 'number' ? [value] : value;
    if (list.some((count) => !Number.isSafeInteger(count) || count < 1)) {
      const given = typeof value === 'number' ? `${value}; it` : `[${value.join(', ')}]; each`;
      throw new GraphError(model, `${name} is ${given} must be a positive integer`);
    }
  }
};

/** Throws GraphError unless the number is finite. */
export const checkFinite = (what: string, option: string, value: number): void => {
  if (!Number.isFinite(value)) throw new GraphError(what, `${option} is ${value}; it must be a finite number`);
};

/** Throws GraphError unless the number is finite and 0 or more. */
export const checkSize = (what: string, option: string, value: number): void => {
  if (!(Number.isFinite(value) && value >= 0))
    throw new GraphError(what, `${option} is ${value}; it must be a finite number, 0 or more`);
};

/** Throws GraphError unless the option's value is one of the two names or more that it takes. */
export const checkChoice = (model: string, option: string, value: string, names: readonly string[]): void => {
  if (names.includes(value)) return;
  const quoted = names.map((name) => `"${name}"`);
  const wanted = `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`;
  throw new GraphError(model, `${option} is ${JSON.stringify(value)}; it must be ${wanted}`);
};

/** An image's channels, height and width. Throws GraphError unless the shape is three positive integers. */
export const imageShape = (model: string, shape: readonly number[]): readonly [number, number, number] => {
  if (shape.length !== 3) {
    throw new GraphError(model, `inputShape is [${shape.join(', ')}]; images are [channels, height, width]`);
  }
  checkCounts(model, { inputShape: shape });
  return shape as readonly [number, number, number];
};
