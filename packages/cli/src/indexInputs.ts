/** Integer inputs that pick along an axis: labels of classes, tokens of a vocabulary. */

import { type Expr, type Input, isInput, topologicalOrder, uniformValue } from '@hograd/graph-builder';

/** An input whose values are the positions themselves. */
interface Index {
  readonly input: Input;
  /** A value that is put aside before anything is picked, such as PyTorch's ignore_index. */
  readonly ignored?: number;
}

/** An input's name and the length of an axis that it indexes. */
export interface IndexInput extends Pick<Index, 'ignored'> {
  readonly name: string;
  readonly count: number;
}

/** Operations that hand an index on as it is. */
const CARRIERS: readonly string[] = ['cast', 'reshape', 'expand', 'transpose'];

/** The value that `where(input = value, …)` puts aside. */
const ignoredBy = (condition: Expr, input: Input): number | undefined => {
  if (condition.op.name !== 'equal') return undefined;
  const [one, other] = condition.args;
  const value = uniformValue(one!) ?? uniformValue(other!);
  const compared = uniformValue(one!) === undefined ? one! : other!;
  return indexOf(compared)?.input === input ? value : undefined;
};

/** The input that an index is, if it is one: what is computed of an input has other values. */
const indexOf = (e: Expr): Index | undefined => {
  if (isInput(e)) return e.dtype === 'bool' ? undefined : { input: e as Input };
  if (CARRIERS.includes(e.op.name)) return indexOf(e.args[0]!);
  if (e.op.name !== 'where') return undefined;
  const [condition, taken, otherwise] = e.args;
  const index = uniformValue(taken!) === undefined ? undefined : indexOf(otherwise!);
  const ignored = index && ignoredBy(condition!, index.input);
  return index && ignored !== undefined ? { ...index, ignored } : undefined;
};

/** The inputs that are the indices of the operations so named, where the axis that they index has a known length. */
export const indexInputs = (loss: Expr, operations: readonly string[]): readonly IndexInput[] =>
  topologicalOrder([loss]).flatMap((node) => {
    const count = node.args[0]?.shape[node.attributes.axis];
    if (!operations.includes(node.op.name) || typeof count !== 'number') return [];
    const index = indexOf(node.args[1]!);
    return index
      ? [{ name: index.input.attributes.name, count, ...(index.ignored !== undefined && { ignored: index.ignored }) }]
      : [];
  });

/** The shortest axis that the input of that name indexes: its values are below; undefined where it indexes none. */
export const shortestIndexed = (indices: readonly IndexInput[], name: string): number | undefined => {
  const lengths = indices.filter((i) => i.name === name).map((i) => i.count);
  return lengths.length > 0 ? Math.min(...lengths) : undefined;
};
