/** Writing expressions as nodes, one after the other. */

import onnxProto, { type onnx as Onnx } from 'onnx-proto';
import { type Dim, isolated, quotientOf, symbolsIn, termsOf } from '../dim.js';
import { GraphError } from '../error.js';
import { type Expr, isFloat } from '../expr.js';
import type { Graph } from '../graph.js';
import type { Attributes, Emitter } from '../op.js';
import { constant, isConstant, tensor, tensorOf } from '../ops/constant.js';
import type { DType } from '../tensor.js';
import { encodeAttribute, encodeTensor } from './messages.js';

const { onnx } = onnxProto;

/** What has been written so far. */
export interface Draft {
  readonly nodes: Onnx.INodeProto[];
  readonly initializers: Onnx.ITensorProto[];
  /** What each value that a node wrote is, by its name in the file. */
  readonly written: Map<string, Expr>;
}

/** Names are numbered per operator in the order of writing, and never collide with the names that the user gave. */
export const namer = (reserved: ReadonlySet<string>): ((base: string) => string) => {
  const counts = new Map<string, number>();
  return (base) => {
    for (;;) {
      const n = (counts.get(base) ?? 0) + 1;
      counts.set(base, n);
      const name = `${base}_${n}`;
      if (!reserved.has(name)) return name;
    }
  };
};

/** Writes expressions as nodes. Mutable inside, and only here: a file is written from first node to last. */
export const makeEmitter = (
  order: readonly Expr[],
  opset: number,
  inputs: Graph['inputs'],
  fresh: (base: string) => string,
  draft: Draft,
): Emitter => {
  const names = new Map<Expr, string>();
  const constants = new Map<Expr, string>();
  const symbols = new Map<string, string>();
  const uses = new Map<Expr, number>();
  for (const expr of order) for (const arg of new Set(expr.args)) uses.set(arg, (uses.get(arg) ?? 0) + 1);
  const counting = new Map(order.flatMap((expr) => (expr.op.counts ? [[expr.op.counts.symbol(expr), expr]] : [])));
  const present = new Set(order);
  const operations = new Set(order.map(({ op }) => op));

  const constantName = (expr: Expr): string => {
    const known = constants.get(expr);
    if (known) return known;
    const name = fresh('constant');
    constants.set(expr, name);
    const value = encodeTensor(name, tensorOf(expr)!);
    // Floating-point initializers are what readers, hograd among them, take for parameters: a constant is none.
    if (isFloat(expr.dtype) && expr.shape.length > 0) {
      const attribute = [{ name: 'value', type: onnx.AttributeProto.AttributeType.TENSOR, t: value }];
      draft.nodes.push({ opType: 'Constant', name, input: [], output: [name], attribute });
    } else draft.initializers.push(value);
    return name;
  };
  const int64 = (values: readonly number[]): string => constantName(constant(tensor(values, [values.length], 'int64')));

  const nodes: Emitter['nodes'] = (opType, args, outputs, attributes = {}) => {
    const base = fresh(opType);
    const output = Array.from({ length: outputs }, (_, i) => (i === 0 ? base : `${base}.${i}`));
    draft.nodes.push({
      opType,
      name: base,
      input: [...args],
      output,
      attribute: Object.entries(attributes as Attributes).flatMap(([name, value]) =>
        value === undefined ? [] : [encodeAttribute(name, value)],
      ),
    });
    return output;
  };
  const node: Emitter['node'] = (opType, args, attributes) => nodes(opType, args, 1, attributes)[0]!;

  /** The length of an axis, as a vector of one int64. */
  const lengthOf = (source: Expr, axis: number): string => {
    const from = emitter.write(source);
    const shape = symbols.get(`shape of ${from}`) ?? node('Shape', [from]);
    symbols.set(`shape of ${from}`, shape);
    return node('Gather', [shape, int64([axis])], { axis: 0 });
  };
  const isRead = (name: string): boolean => inputs.some((i) => i.shape.includes(name)) || counting.has(name);

  /** A symbol's value from an input that has a multiple of it, and what is known, as a dimension. */
  const solvedFor = (name: string): string => {
    for (const source of inputs) {
      for (const [axis, dim] of source.shape.entries()) {
        const found = isolated(dim, name);
        if (!found || !symbolsIn(found.rest).every(isRead)) continue;
        const whole = lengthOf(source, axis);
        const part = found.rest === 0 ? whole : node('Sub', [whole, dimValue(found.rest)]);
        return found.coefficient === 1 ? part : node('Div', [part, int64([found.coefficient])]);
      }
    }
    throw new GraphError('encode', `nothing in the graph gives the dimension "${name}" that it computes with`);
  };

  /** A symbol's value, as a vector of one int64, read off the shape of an input that has it as a dimension, or of what the data count. */
  const symbolValue = (name: string): string => {
    const known = symbols.get(name);
    if (known) return known;
    const quotient = quotientOf(name);
    let value: string;
    if (quotient) {
      value = node('Div', [dimValue(quotient.numerator), dimValue(quotient.denominator)]);
    } else {
      const source = inputs.find((i) => i.shape.includes(name)) ?? counting.get(name);
      value = source ? lengthOf(source, source.shape.indexOf(name)) : solvedFor(name);
    }
    symbols.set(name, value);
    return value;
  };
  const dimValue = (dim: Dim): string => {
    if (typeof dim === 'number') return int64([dim]);
    const known = symbols.get(`= ${dim}`);
    if (known) return known;
    const terms = termsOf(dim).map(({ coefficient, symbols: factors }) => {
      if (factors.length === 0) return int64([coefficient]);
      const product = factors.map(symbolValue).reduce((a, b) => node('Mul', [a, b]));
      return coefficient === 1 ? product : node('Mul', [product, int64([coefficient])]);
    });
    const value = terms.reduce((a, b) => node('Add', [a, b]));
    symbols.set(`= ${dim}`, value);
    return value;
  };

  const emitter: Emitter = {
    opset,
    name: (expr: Expr): string => {
      const known = names.get(expr);
      if (known !== undefined) return known;
      if (isConstant(expr)) return constantName(expr);
      throw new Error(`operand of ${expr.op.name} was not written before it`);
    },
    node,
    nodes,
    dims: (dims: readonly Dim[]): string => {
      if (dims.every((d) => typeof d === 'number')) return int64(dims);
      const key = `[${dims.join(', ')}]`;
      const known = symbols.get(key);
      if (known) return known;
      const value = dims.length === 1 ? dimValue(dims[0]!) : node('Concat', dims.map(dimValue), { axis: 0 });
      symbols.set(key, value);
      return value;
    },
    scalar: (dtype: DType, value: number): string => constantName(constant(value, dtype)),
    contains: (expr: Expr): boolean => present.has(expr),
    holds: (op: Expr['op']): boolean => operations.has(op),
    uses: (expr: Expr): number => uses.get(expr) ?? 0,
    bind: (expr: Expr, name: string): void => {
      names.set(expr, name);
      if (!draft.written.has(name)) draft.written.set(name, expr);
    },
    write: (expr: Expr): string => {
      const known = names.get(expr);
      if (known !== undefined) return known;
      if (!isConstant(expr)) expr.args.forEach(emitter.write);
      const name = isConstant(expr) ? constantName(expr) : expr.op.emit(expr, emitter);
      emitter.bind(expr, name);
      return name;
    },
  };
  return emitter;
};
