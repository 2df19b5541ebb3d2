/** Graph → ONNX: standard operators only, deterministic names and bytes, symbolic dimensions kept. */

import Long from 'long';
import onnxProto, { type onnx as Onnx } from 'onnx-proto';
import { joinConvolutions } from '../convolution/joined.js';
import { type Dim, evaluateDim, quotientOf, termsOf } from '../dim.js';
import { GraphError } from '../error.js';
import { type Expr, isFloat, topologicalOrder } from '../expr.js';
import type { Graph } from '../graph.js';
import type { Attributes, AttributeValue, Emitter } from '../op.js';
import { constant, isConstant, tensor, tensorOf } from '../ops/constant.js';
import { isInput } from '../ops/input.js';
import type { DType, Tensor } from '../tensor.js';
import { lowerFloat64 } from '../transforms/rewrite.js';
import { listed } from './listed.js';
import { onnxTypeOf } from './types.js';

const { onnx } = onnxProto;

/** Options of `encode`. */
export interface EncodeOptions {
  /** Write initializers into the file instead of asking for them as inputs: all, none (default), or those named, which the graph must have. */
  readonly keepInitializers?: boolean | readonly string[];
  /** The graph's name in the file. */
  readonly name?: string;
  /** Key-value metadata; `hograd.*` keys name the roles of inputs and outputs. */
  readonly metadata?: Readonly<Record<string, string>>;
  /**
   * Write float64 nodes that ONNX Runtime's CPU provider has no kernel for in those it has (default true). Other runtimes
   * have kernels for more.
   */
  readonly lowerFloat64?: boolean;
  /** Lengths by symbol, to stand for it in the shapes of inputs and outputs: the file then takes no others. Default: none. */
  readonly lengths?: ReadonlyMap<string, number>;
}

/** The operator set an exported file declares unless an operation needs a newer one, and the file format version that goes with both. */
export const OPSET = 17;
const IR_VERSION = 8;

const bytesOf = ({ data }: Tensor): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

/** A tensor as a protobuf message, its elements as raw little-endian bytes. */
const encodeTensor = (name: string, value: Tensor): Onnx.ITensorProto => ({
  name,
  dataType: onnxTypeOf[value.dtype],
  dims: value.shape.map((d) => Long.fromNumber(d)),
  rawData: bytesOf(value),
});

const encodeAttribute = (name: string, value: AttributeValue): Onnx.IAttributeProto => {
  const { AttributeType } = onnx.AttributeProto;
  if (typeof value === 'string') return { name, type: AttributeType.STRING, s: new TextEncoder().encode(value) };
  if (typeof value === 'boolean') return { name, type: AttributeType.INT, i: Long.fromNumber(Number(value)) };
  if (typeof value === 'number') {
    // A number does not tell whether it is a float's attribute or an int's: its name does.
    return FLOAT_ATTRIBUTES.has(name)
      ? { name, type: AttributeType.FLOAT, f: value }
      : { name, type: AttributeType.INT, i: Long.fromNumber(value) };
  }
  if (value.every((v) => typeof v === 'string')) {
    return { name, type: AttributeType.STRINGS, strings: value.map((v) => new TextEncoder().encode(v as string)) };
  }
  return { name, type: AttributeType.INTS, ints: value.map((v) => Long.fromNumber(v as number)) };
};

/** Attributes that ONNX types as float in the operators hograd writes. */
const FLOAT_ATTRIBUTES = new Set(['alpha', 'beta', 'gamma', 'epsilon', 'lambd', 'bias']);

const encodeDim = (dim: Dim): Onnx.TensorShapeProto.IDimension =>
  typeof dim === 'number' ? { dimValue: Long.fromNumber(dim) } : { dimParam: dim.replaceAll(' ', '') };

/** Inputs and outputs, where symbols have those lengths. */
const valueInfosWith = (lengths: ReadonlyMap<string, number>) => {
  const length = evaluateDim(lengths);
  return (name: string, { dtype, shape }: Pick<Expr, 'dtype' | 'shape'>): Onnx.IValueInfoProto => ({
    name,
    type: {
      tensorType: { elemType: onnxTypeOf[dtype], shape: { dim: shape.map((d) => encodeDim(length(d) ?? d)) } },
    },
  });
};

interface Draft {
  readonly nodes: Onnx.INodeProto[];
  readonly initializers: Onnx.ITensorProto[];
}

/** Names are numbered per operator in the order of writing, and never collide with the names that the user gave. */
const namer = (reserved: ReadonlySet<string>): ((base: string) => string) => {
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
const makeEmitter = (
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
      if (!source)
        throw new GraphError('encode', `nothing in the graph gives the dimension "${name}" that it computes with`);
      const from = emitter.write(source);
      const shape = symbols.get(`shape of ${from}`) ?? node('Shape', [from]);
      symbols.set(`shape of ${from}`, shape);
      value = node('Gather', [shape, int64([source.shape.indexOf(name)])], { axis: 0 });
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
    },
    write: (expr: Expr): string => {
      const known = names.get(expr);
      if (known !== undefined) return known;
      if (!isConstant(expr)) expr.args.forEach(emitter.write);
      const name = isConstant(expr) ? constantName(expr) : expr.op.emit(expr, emitter);
      names.set(expr, name);
      return name;
    },
  };
  return emitter;
};

/** Drops nodes whose outputs nobody reads (parts that a fused form made superfluous). */
const withoutDeadNodes = (nodes: readonly Onnx.INodeProto[], outputs: readonly string[]): Onnx.INodeProto[] => {
  const needed = new Set(outputs);
  const kept: Onnx.INodeProto[] = [];
  for (const node of [...nodes].reverse()) {
    if (!node.output!.some((o) => needed.has(o))) continue;
    for (const name of node.input!) needed.add(name);
    kept.push(node);
  }
  return kept.reverse();
};

/** Renames a value everywhere, so that a graph's output carries the user's name without a copy. */
const renamed = (nodes: readonly Onnx.INodeProto[], names: ReadonlyMap<string, string>): Onnx.INodeProto[] => {
  const rename = (name: string): string => names.get(name) ?? name;
  return nodes.map((node) => ({ ...node, input: node.input!.map(rename), output: node.output!.map(rename) }));
};

/**
 * The graph as an ONNX file of standard operators (opset 17, or 18 where it computes bit by bit). Equal graphs give equal bytes. Throws GraphError where a
 * symbolic dimension cannot be computed from the inputs, where an initializer to keep is none of the graph's, and where the file
 * would exceed protobuf's 2 GB.
 */
export const encode = (graph: Graph, options: EncodeOptions = {}): Uint8Array => {
  const { keepInitializers = false, name = 'hograd', metadata = {}, lengths = new Map() } = options;
  const encodeValueInfo = valueInfosWith(lengths);
  const values = graph.outputs.map((o) => o.value);
  const outputs = joinConvolutions((options.lowerFloat64 ?? true) ? lowerFloat64(values) : values);
  const order = topologicalOrder(outputs);
  const draft: Draft = { nodes: [], initializers: [] };
  const reserved = new Set([...graph.inputs.map((i) => i.attributes.name), ...graph.outputs.map((o) => o.name)]);
  const opset = order.reduce((newest, { op }) => Math.max(newest, op.opset ?? OPSET), OPSET);
  const emitter = makeEmitter(order, opset, graph.inputs, namer(reserved), draft);
  for (const expr of order) if (!isConstant(expr)) emitter.write(expr);

  const names = new Map<string, string>();
  const aliases: Onnx.INodeProto[] = [];
  graph.outputs.forEach((output, i) => {
    const expr = outputs[i]!;
    const written = emitter.write(expr);
    // A second name for one value, an input or a constant needs a copy; any other value is simply called so.
    if (isInput(expr) || isConstant(expr) || names.has(written)) {
      if (written !== output.name)
        aliases.push({ opType: 'Identity', name: `${output.name}.alias`, input: [written], output: [output.name] });
    } else names.set(written, output.name);
  });
  const unknown =
    typeof keepInitializers === 'boolean'
      ? undefined
      : keepInitializers.find((input) => !graph.initializers.has(input));
  if (unknown !== undefined) {
    throw new GraphError(
      'encode',
      `there is no initializer "${unknown}" to keep; the graph has ${listed([...graph.initializers.keys()])}`,
    );
  }
  const kept = (input: string): boolean =>
    graph.initializers.has(input) &&
    (typeof keepInitializers === 'boolean' ? keepInitializers : keepInitializers.includes(input));
  const stored = graph.inputs.map((i) => i.attributes.name).filter(kept);
  const nodes = withoutDeadNodes(
    renamed([...draft.nodes, ...aliases], names),
    graph.outputs.map((o) => o.name),
  );
  const read = new Set(nodes.flatMap((n) => n.input!));
  const model: Onnx.IModelProto = {
    irVersion: Long.fromNumber(IR_VERSION),
    producerName: 'hograd',
    opsetImport: [{ domain: '', version: Long.fromNumber(opset) }],
    graph: {
      name,
      node: nodes,
      input: graph.inputs.filter((i) => !kept(i.attributes.name)).map((i) => encodeValueInfo(i.attributes.name, i)),
      output: graph.outputs.map((o, i) => encodeValueInfo(o.name, outputs[i]!)),
      initializer: [
        ...stored.map((input) => encodeTensor(input, graph.initializers.get(input)!)),
        ...draft.initializers.filter((t) => read.has(t.name!)),
      ],
    },
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
  };
  const size = [...(model.graph!.initializer ?? [])].reduce((sum, t) => sum + (t.rawData?.length ?? 0), 0);
  if (size >= 2 ** 31 - 2 ** 20) {
    throw new GraphError(
      'encode',
      `initializers of ${size} bytes exceed the 2 GB of one protobuf file; leave them as inputs (keepInitializers: false)`,
    );
  }
  return onnx.ModelProto.encode(onnx.ModelProto.create(model)).finish();
};
