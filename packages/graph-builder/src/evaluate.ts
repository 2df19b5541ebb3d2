/** The reference interpreter: computes expressions in float64 from values of their inputs, slowly and plainly. */

import { type Dim, evaluateDim, symbolLengths } from './dim.js';
import { GraphError } from './error.js';
import { describe, type Expr, topologicalOrder } from './expr.js';
import type { Value } from './op.js';
import { type Input, isInput } from './ops/input.js';
import { elementCount, type Tensor } from './tensor.js';

/** The order with what tells lengths by its data, and what that needs, before all that may only have such a length in its shape. */
const countsFirst = (order: readonly Expr[]): Iterable<Expr> =>
  new Set([...order.filter(({ op }) => op.counts).flatMap((e) => topologicalOrder([e])), ...order]);

/** What an input may be fed with: its shape, and its elements in a typed array of any element type. */
export type Fed = Pick<Tensor, 'shape' | 'data'>;

const inFloat64 = (name: string, { shape, data }: Fed): Value => {
  if (data instanceof Float64Array) return { shape, data };
  const converted = Float64Array.from(data as ArrayLike<number | bigint>, Number);
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
    const changed = data.findIndex((element, i) => BigInt(converted[i]!) !== element);
    if (changed >= 0) {
      throw new GraphError(
        'evaluate',
        `the value of input "${name}" has ${data[changed]} as element ${changed}, which float64 does not hold; feed whole numbers up to 2⁵³`,
      );
    }
  }
  return { shape, data: converted };
};

/**
 * Values of expressions given their inputs' by name: any tensor does, as does a shape with a Float64Array. It computes in float64
 * whatever the dtypes say, which makes it the oracle of the tests, and needs no runtime. Throws GraphError on a missing input, a shape
 * that does not fit or that its data do not fill, a 64-bit integer that float64 does not hold, an index outside its axis, and numbers of places (`nonZero`) that share a name and differ.
 */
export const evaluate = (exprs: readonly Expr[], inputs: Readonly<Record<string, Fed>>): readonly Value[] => {
  const order = topologicalOrder(exprs);
  const fed = order.filter(isInput).map((expr) => {
    const { name, shape } = (expr as Input).attributes;
    const value = inputs[name];
    if (!value)
      throw new GraphError('evaluate', `input "${name}" has no value; give one of shape [${shape.join(', ')}]`);
    return { expr, name, shape, value };
  });
  // Of all inputs: a length may be a multiple of another input's, wherever that comes.
  const symbols = new Map(
    symbolLengths(
      fed.flatMap(({ shape, value }) =>
        shape.slice(0, value.shape.length).map((d, i) => [d, value.shape[i]!] as const),
      ),
    ),
  );
  const values = new Map<Expr, Value>();
  for (const { expr, name, shape, value } of fed) {
    const fits =
      value.shape.length === shape.length && shape.every((d, i) => evaluateDim(symbols)(d) === value.shape[i]);
    if (!fits)
      throw new GraphError(
        'evaluate',
        `input "${name}" is ${describe(expr)}, its value has shape [${value.shape.join(', ')}]`,
      );
    const size = elementCount(value.shape);
    if (value.data.length !== size) {
      throw new GraphError(
        'evaluate',
        `the value of input "${name}" has ${value.data.length} elements; its shape [${value.shape.join(', ')}] takes ${size}`,
      );
    }
    values.set(expr, inFloat64(name, value));
  }
  const bind = (dim: Dim): number => {
    const bound = evaluateDim(symbols)(dim);
    if (bound === undefined) throw new GraphError('evaluate', `nothing fixes the symbol in dimension ${dim}`);
    return bound;
  };
  for (const expr of countsFirst(order)) {
    if (isInput(expr)) continue;
    const { counts } = expr.op;
    if (counts) {
      const args = expr.args.map((a) => values.get(a)!);
      const [name, count] = [counts.symbol(expr), counts.evaluate(expr, args)];
      const before = symbols.get(name);
      if (before !== undefined && before !== count)
        throw new GraphError(
          'evaluate',
          `"${name}" is ${before} and ${count}; what is counted apart needs names apart`,
        );
      symbols.set(name, count);
    }
    const shape = expr.shape.map(bind);
    values.set(expr, {
      shape,
      data: expr.op.evaluate(
        expr,
        expr.args.map((a) => values.get(a)!),
        shape,
        bind,
      ),
    });
  }
  return exprs.map((e) => values.get(e)!);
};
