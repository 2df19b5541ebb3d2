// One node test: imported by hograd, written again, run in onnxruntime-node, compared with the results the test expects.
import { readFileSync } from 'node:fs';
import onnxProto from 'onnx-proto';
import * as ort from 'onnxruntime-node';
import { decodeTensorProto } from '../../packages/data/dist/index.js';
import { decode, encode, GraphError } from '../../packages/graph-builder/dist/index.js';
import { difference } from './compare.mjs';

const { onnx } = onnxProto;

/** Element types that hograd holds; half precision is computed in single precision. */
const HELD = new Set('FLOAT DOUBLE INT8 INT16 INT32 INT64 UINT8 UINT16 UINT32 UINT64 BOOL FLOAT16 BFLOAT16'.split(' '));
const HALF = new Set(['FLOAT16', 'BFLOAT16']);
const HALF_TOLERANCE = { rtol: 2 ** -8, atol: 2 ** -8 };

const passed = (fixed) => ({ verdict: 'passed', fixed });
const skipped = (reason) => ({ verdict: 'skipped', reason });
const refused = (reason) => ({ verdict: 'refused', reason });
const wrong = (reason) => ({ verdict: 'wrong', reason });

const firstLine = (cause) => String(cause.message ?? cause).split('\n')[0];

const readTensor = (path) => {
  const result = decodeTensorProto(path)(readFileSync(path));
  if (result._tag === 'Left') throw new Error(result.left.message);
  return result.right.tensor;
};

/** The model with the data of some inputs stored in it. */
const withStored = (bytes, names, files) => {
  const model = onnx.ModelProto.decode(bytes);
  const { graph } = model;
  const stored = graph.input.flatMap((info, i) =>
    names.includes(info.name)
      ? [onnx.TensorProto.create({ ...onnx.TensorProto.decode(readFileSync(files[i])), name: info.name })]
      : [],
  );
  graph.input = graph.input.filter((info) => !names.includes(info.name));
  graph.initializer = [...graph.initializer, ...stored];
  return onnx.ModelProto.encode(model).finish();
};

const NEEDS = /known when the file is read/;
const NAMED = /needs? operand \d+ \("([^"]*)"\)/;

/**
 * Decodes. The tests give shapes, axes, bounds and ratios as inputs, which exporters write as constants: where hograd says that
 * it must know an operand, that input and the integer inputs are stored in the model; `fixed` says which were.
 */
const importCase = (bytes, test, files, fixed = []) => {
  const result = decode(fixed.length > 0 ? withStored(bytes, fixed, files) : bytes);
  if (result._tag === 'Right') return { graph: result.right, fixed };
  const { message } = result.left;
  const needed = test.inputs.filter(
    (i) => NEEDS.test(message) && (/INT/.test(i.type) || i.name === NAMED.exec(message)?.[1]),
  );
  const more = [...new Set([...fixed, ...needed.map((i) => i.name)])];
  return more.length > fixed.length ? importCase(bytes, test, files, more) : { error: result.left };
};

const reasonOf = (error) =>
  error._tag === 'UnsupportedOperators'
    ? `not supported yet: ${[...new Set(error.nodes.map((n) => n.opType))].join(', ')}`
    : `${error._tag}: ${error.message}`;

const run = async (bytes, feeds) => {
  const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 4, intraOpNumThreads: 1 });
  try {
    const named = Object.entries(feeds).filter(([name]) => session.inputNames.includes(name));
    const tensors = Object.fromEntries(named.map(([name, t]) => [name, new ort.Tensor(t.dtype, t.data, t.shape)]));
    const results = await session.run(tensors);
    return Object.fromEntries(
      Object.entries(results).map(([name, t]) => [name, { dtype: t.type, shape: t.dims, data: t.data }]),
    );
  } finally {
    await session.release();
  }
};

/** Why ONNX Runtime does not run the test's own model; undefined where it does. */
const originalFailure = async (bytes, feeds) => {
  try {
    await run(bytes, feeds);
    return undefined;
  } catch (cause) {
    return firstLine(cause);
  }
};

/** Their results are sums of all elements: what ought to be 0 is, in the expected ones, what rounding left of the largest. */
const SUMS = new Set(['DFT', 'STFT']);
const rounding = ({ data }) => 2 ** -23 * data.reduce((most, v) => Math.max(most, Math.abs(v)), 0);

const toleranceFor = (test, type, expected) => {
  if (HALF.has(type)) return HALF_TOLERANCE;
  return SUMS.has(test.operator) ? { ...test, atol: Math.max(test.atol, rounding(expected)) } : test;
};

/** The first output that is not as expected, in words. */
const firstDifference = (test, results, expected) => {
  for (const [i, { name, type }] of test.outputs.entries()) {
    const problem = difference(results[name], expected[i], toleranceFor(test, type, expected[i]));
    if (problem) return `output ${name}: ${problem}`;
  }
  return undefined;
};

/** Does ONNX Runtime, given the test's own model, miss the expected numbers too and find hograd's? */
const agreesWithOriginal = async (bytes, test, feeds, results, expected) => {
  try {
    const own = await run(bytes, feeds);
    const found = test.outputs.map(({ name }) => own[name]);
    return firstDifference(test, own, expected) !== undefined && firstDifference(test, results, found) === undefined;
  } catch {
    return false;
  }
};

const isKnown = (name, graph, test) => graph.initializers.has(name) || test.inputs.some((i) => i.name === name);

const checkData = async (bytes, test, { input, output }) => {
  const { graph, fixed, error } = importCase(bytes, test, input);
  if (error) return refused(reasonOf(error));
  const added = graph.inputs.map((i) => i.attributes.name).filter((n) => !isKnown(n, graph, test));
  if (added.length > 0) return skipped(`random: hograd asks for ${added.map((n) => `"${n}"`).join(', ')} as an input`);
  let written;
  try {
    written = encode(graph, { keepInitializers: true });
  } catch (cause) {
    if (cause instanceof GraphError) return refused(`writing: ${cause.message}`);
    throw cause;
  }
  const feeds = Object.fromEntries(input.map((path, i) => [test.inputs[i].name, readTensor(path)]));
  let results;
  try {
    results = await run(written, feeds);
  } catch (cause) {
    const original = await originalFailure(bytes, feeds);
    return original === undefined
      ? wrong(`ONNX Runtime runs the test's own model but not hograd's: ${firstLine(cause)}`)
      : skipped(`ONNX Runtime's CPU has no kernel for the test's own model either: ${original}`);
  }
  const expected = output.map((path) => readTensor(path));
  const problem = firstDifference(test, results, expected);
  if (problem === undefined) return passed(fixed);
  return (await agreesWithOriginal(bytes, test, feeds, results, expected))
    ? skipped("ONNX Runtime, given the test's own model, gives hograd's numbers and not the test's")
    : wrong(problem);
};

/** { verdict: 'passed' | 'wrong' | 'refused' | 'skipped', reason, fixed: inputs stored in the model }. */
export const checkCase = async (test) => {
  const ports = [...test.inputs, ...test.outputs];
  const foreign = ports.find((port) => !HELD.has(port.type));
  if (foreign) return skipped(foreign.type === null ? 'sequences and optionals' : `element type ${foreign.type}`);
  if (test.data.length === 0) return skipped('the test has no data');
  const bytes = readFileSync(test.model);
  let last;
  for (const data of test.data) {
    last = await checkData(bytes, test, data);
    if (last.verdict !== 'passed') return last;
  }
  return last;
};
