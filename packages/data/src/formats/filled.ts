/** Are a tensor's data what its type and shape say? */

import type { Tensor } from '@hograd/graph-builder';
import { arrayTypes, elementCount } from '@hograd/graph-builder/tensor';
import * as E from 'fp-ts/lib/Either.js';
import { type ShapeMismatch, shapeMismatch } from '../errors.js';

/** Extents are whole numbers from 0, with as many elements as they need; otherwise ShapeMismatch names the array. */
export const checkFilled =
  (array: string) =>
  <T extends Tensor>(tensor: T): E.Either<ShapeMismatch, T> => {
    const { shape, data } = tensor;
    const extents = `[${shape.join(', ')}]`;
    if (!shape.every((extent) => Number.isInteger(extent) && extent >= 0)) {
      return E.left(shapeMismatch(`${array}: shape ${extents}; each extent must be a whole number from 0`));
    }
    const wanted = elementCount(shape);
    return data.length === wanted
      ? E.right(tensor)
      : E.left(shapeMismatch(`${array}: ${data.length} elements; shape ${extents} takes ${wanted}`));
  };

/** Throws RangeError for a tensor that would be stored as other than it is: `checkFilled` refuses it, or its data are not of its type. */
export const requireStorable = (tensor: Tensor): void => {
  const { dtype, data } = tensor;
  const filled = checkFilled('the tensor')(tensor);
  if (E.isLeft(filled)) throw new RangeError(filled.left.message);
  if (!(data instanceof arrayTypes[dtype])) {
    const [found, wanted] = [data.constructor.name, arrayTypes[dtype].name];
    throw new RangeError(`the tensor: ${dtype} elements in a ${found}; give a ${wanted}`);
  }
};
