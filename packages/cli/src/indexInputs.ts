/** Integer inputs that pick along an axis: labels of classes, tokens of a vocabulary. */

import { type Expr, type Input, isInput, topologicalOrder } from '@hograd/graph-builder';

/** An input's name and the length of an axis that it indexes. */
export interface IndexInput {
  readonly name: string;
  readonly count: number;
}

/** The inputs behind the indices of the operations so named, where the axis that they index has a known length. */
export const indexInputs = (loss: Expr, operations: readonly string[]): readonly IndexInput[] =>
  topologicalOrder([loss]).flatMap((node) => {
    const [values, index] = node.args;
    const count = values?.shape[node.attributes.axis];
    if (!operations.includes(node.op.name) || typeof count !== 'number') return [];
    const inputs = topologicalOrder([index!]).filter(isInput) as readonly Input[];
    return inputs.map((input) => ({ name: input.attributes.name, count }));
  });
