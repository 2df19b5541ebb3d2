/** Inputs of a loss, and inputs that a graph around the loss makes. */

import { GraphError, type Input } from '@hograd/graph-builder';

/**
 * Refuses a loss one of whose inputs (parameters among them) has the name of one that a graph around it makes: equal inputs are one
 * object, so the batch would be the rate. `made` says what each list of such inputs is, to end the sentence "the loss reads NAME, which
 * is …". Throws GraphError, in the caller's name, for the first.
 */
export const requireApart = (
  caller: string,
  lossInputs: readonly Input[],
  made: readonly (readonly [what: string, inputs: readonly Input[]])[],
): void => {
  const names = new Set(lossInputs.map(({ attributes: { name } }) => name));
  for (const [what, inputs] of made) {
    const shared = inputs.find(({ attributes: { name } }) => names.has(name));
    if (shared === undefined) continue;
    throw new GraphError(
      caller,
      `the loss reads "${shared.attributes.name}", which is ${what}; give the loss's input another name`,
    );
  }
};
