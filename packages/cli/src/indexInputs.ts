/** Integer inputs that pick along an axis: labels of classes, tokens of a vocabulary. */

import {
  type Expr,
  elementCount,
  evaluate,
  expand,
  type Input,
  isInput,
  substitute,
  symbolsIn,
  topologicalOrder,
  uniformValue,
} from '@hograd/graph-builder';

/** An input whose values are the positions themselves. */
interface Index {
  readonly input: Input;
  /** The input's values as far as they pick, whatever is put aside of them. */
  readonly read: Expr;
  /** Is a part of the input cut off before anything is picked? */
  readonly cut: boolean;
  /** A value that is put aside before anything is picked, such as PyTorch's ignore_index. */
  readonly ignored?: number;
}

/** An input's name and the length of an axis that it indexes. */
export interface IndexInput extends Pick<Index, 'ignored'> {
  readonly name: string;
  readonly count: number;
  /** The part of the input that picks, where it is not all of it: of a language model all tokens but the last, all labels but the first. */
  readonly part?: Expr;
}

/** Operations that hand an index on as it is. */
const CARRIERS: readonly string[] = ['cast', 'reshape', 'expand', 'transpose', 'slice'];

/** The value that `where(input = value, …)` puts aside. */
const ignoredBy = (condition: Expr, input: Input): number | undefined => {
  if (condition.op.name !== 'equal') return undefined;
  const [one, other] = condition.args;
  const value = uniformValue(one!) ?? uniformValue(other!);
  const compared = uniformValue(one!) === undefined ? one! : other!;
  return indexOf(compared)?.input === input ? value : undefined;
};

/** What hands an index on, as it does with the index's own values. */
const carried = (e: Expr): Index | undefined => {
  const [operand] = e.args as [Expr];
  const index = indexOf(operand);
  if (!index) return undefined;
  const read = index.read === operand ? e : substitute([e], new Map([[operand, index.read]]))[0]!;
  return { ...index, read, cut: index.cut || e.op.name === 'slice' };
};

/** The input that an index is, if it is one: what is computed of an input has other values. */
const indexOf = (e: Expr): Index | undefined => {
  if (isInput(e)) return e.dtype === 'bool' ? undefined : { input: e as Input, read: e, cut: false };
  if (CARRIERS.includes(e.op.name)) return carried(e);
  if (e.op.name !== 'where') return undefined;
  const [condition, taken, otherwise] = e.args;
  const index = uniformValue(taken!) === undefined ? undefined : indexOf(otherwise!);
  const ignored = index && ignoredBy(condition!, index.input);
  return index && ignored !== undefined ? { ...index, read: expand(index.read, e.shape), ignored } : undefined;
};

/** Do the lengths of an input say what part of it is read? */
const isTold = ({ input, read }: Index): boolean => {
  const own = new Set(input.shape.flatMap(symbolsIn));
  const asked = topologicalOrder([read]).flatMap(({ shape, attributes }) => [...shape, ...(attributes.starts ?? [])]);
  return asked.flatMap(symbolsIn).every((name) => own.has(name));
};

/** The inputs that are the indices of the operations so named, where the axis that they index has a known length. */
export const indexInputs = (loss: Expr, operations: readonly string[]): readonly IndexInput[] =>
  topologicalOrder([loss]).flatMap((node) => {
    const count = node.args[0]?.shape[node.attributes.axis];
    if (!operations.includes(node.op.name) || typeof count !== 'number') return [];
    const index = indexOf(node.args[1]!);
    if (!index || (index.cut && !isTold(index))) return [];
    const { input, read, cut, ignored } = index;
    return [
      { name: input.attributes.name, count, ...(cut && { part: read }), ...(ignored !== undefined && { ignored }) },
    ];
  });

/** The shortest axis that the input of that name indexes: its values are below; undefined where it indexes none. */
export const shortestIndexed = (indices: readonly IndexInput[], name: string): number | undefined => {
  const lengths = indices.filter((i) => i.name === name).map((i) => i.count);
  return lengths.length > 0 ? Math.min(...lengths) : undefined;
};

/** Does the value at a flat index of an array of that shape, fed to the input of that name, pick anything? */
export const pickingPlaces = (
  part: Expr | undefined,
  name: string,
  shape: readonly number[],
): ((place: number) => boolean) => {
  if (part === undefined) return () => true;
  const all = { shape, data: Float64Array.from({ length: elementCount(shape) }, (_, place) => place) };
  const places = new Set(evaluate([part], { [name]: all })[0]!.data);
  return (place) => places.has(place);
};
