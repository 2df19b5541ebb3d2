/** Are a tensor's data in the array of its element type? */

import { GraphError } from './error.js';
import { arrayTypes, type Tensor } from './tensor.js';

/** Throws GraphError unless they are: written to a file, the bytes of another array are other numbers. `what` is the tensor. */
export const requireOwnArray = (operation: string, what: string, { dtype, data }: Tensor): void => {
  if (data instanceof arrayTypes[dtype]) return;
  const [found, wanted] = [(data as object).constructor.name, arrayTypes[dtype].name];
  throw new GraphError(
    operation,
    `${what} has ${dtype} elements in a ${found}; give a ${wanted}, or convert with tensor`,
  );
};
