/** Graph → ONNX: standard operators only, deterministic names and bytes, symbolic dimensions kept. */

import Long from 'long';
import onnxProto, { type onnx as Onnx } from 'onnx-proto';
import { joinConvolutions } from '../convolution/joined.js';
import { type Dim, evaluateDim, symbolsIn } from '../dim.js';
import { GraphError } from '../error.js';
import { type Expr, topologicalOrder } from '../expr.js';
import type { Graph } from '../graph.js';
import { isConstant } from '../ops/constant.js';
import { isInput } from '../ops/input.js';
import { type OptionNames, requireKnown } from '../options.js';
import { lowerFloat64 } from '../transforms/rewrite.js';
import { type Draft, makeEmitter, namer } from './emitter.js';
import { listed } from './listed.js';
import { encodeTensor } from './messages.js';
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
  /**
   * Declare the shapes that a runtime may not find out, where symbols are in them (default false). ONNX Runtime opens a graph of 10,000 nodes several times
   * faster, and takes up to twice the memory, for it then keeps buffers for one another (docs/ort-kernels.md, Opening).
   */
  readonly declareShapes?: boolean;
}

const ENCODE_OPTIONS: OptionNames<EncodeOptions> = {
  keepInitializers: true,
  name: true,
  metadata: true,
  lowerFloat64: true,
  lengths: true,
  declareShapes: true,
};

/** The operator set an exported file declares unless an operation needs a newer one, and the file format version that goes with both. */
export const OPSET = 17;
const IR_VERSION = 8;

const encodeDim = (dim: Dim): Onnx.TensorShapeProto.IDimension =>
  typeof dim === 'number' ? { dimValue: Long.fromNumber(dim) } : { dimParam: dim.replaceAll(' ', '') };

const checkLengths = (lengths: ReadonlyMap<string, number>, { inputs }: Graph): void => {
  const own = new Set(inputs.flatMap(({ shape }) => shape.flatMap(symbolsIn)));
  for (const [name, length] of lengths) {
    if (!own.has(name))
      throw new GraphError(
        'encode',
        `no input has the symbol "${name}" to give a length; there are ${listed([...own])}`,
      );
    if (!(Number.isSafeInteger(length) && length >= 0))
      throw new GraphError('encode', `the length of "${name}" is ${length}; give a whole number, 0 or more`);
  }
};

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

/** Of what the nodes make, values whose shape a runtime may not find out: symbols, and an operation that computes with them. */
const undetermined = (
  nodes: readonly Onnx.INodeProto[],
  { written }: Draft,
  lengths: ReadonlyMap<string, number>,
): readonly (readonly [string, Expr])[] => {
  const length = evaluateDim(lengths);
  const made = new Set(nodes.flatMap((n) => n.output!));
  return [...written].filter(
    ([name, { op, shape }]) => made.has(name) && !op.elementwise && shape.some((d) => length(d) === undefined),
  );
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
 * symbolic dimension cannot be computed from the inputs, where a length is no whole number or of no input's symbol, where an initializer to keep is none of the graph's, where there is no such option, and where the file
 * would exceed protobuf's 2 GB.
 */
export const encode = (graph: Graph, options: EncodeOptions = {}): Uint8Array => {
  requireKnown('encode', options, ENCODE_OPTIONS);
  const {
    keepInitializers = false,
    name = 'hograd',
    metadata = {},
    lengths = new Map(),
    declareShapes = false,
  } = options;
  checkLengths(lengths, graph);
  const encodeValueInfo = valueInfosWith(lengths);
  const values = graph.outputs.map((o) => o.value);
  const outputs = joinConvolutions((options.lowerFloat64 ?? true) ? lowerFloat64(values) : values);
  const order = topologicalOrder(outputs);
  const draft: Draft = { nodes: [], initializers: [], written: new Map() };
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
      valueInfo: (declareShapes ? undetermined(nodes, draft, lengths) : []).map(([value, expr]) =>
        encodeValueInfo(value, expr),
      ),
      initializer: [
        ...stored.map((input) => encodeTensor(input, graph.initializers.get(input)!)),
        ...draft.initializers.filter((t) => read.has(t.name!)),
      ],
    },
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
  };
  const written = [
    ...(model.graph!.initializer ?? []),
    ...nodes.flatMap((n) => (n.attribute ?? []).flatMap((a) => a.t ?? [])),
  ];
  const size = written.reduce((sum, t) => sum + (t.rawData?.length ?? 0), 0);
  if (size >= 2 ** 31 - 2 ** 20) {
    throw new GraphError(
      'encode',
      `initializers and constants of ${size} bytes exceed the 2 GB of one protobuf file; leave them as inputs (keepInitializers: false)`,
    );
  }
  return onnx.ModelProto.encode(onnx.ModelProto.create(model)).finish();
};
