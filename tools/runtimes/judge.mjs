// A runtime's outputs against onnxruntime-node's, in single precision.
import { readFileSync } from 'node:fs';

/** Largest difference of an output from what is expected, over that output's largest entry. */
export const TOLERANCE = 1e-4;

/** Outputs that are zero in exact arithmetic hold only rounding errors. */
const FLOOR = 1e-3;

const arrays = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  int64: BigInt64Array,
  bool: Uint8Array,
};

const arrayOf = (dtype, bytes) => {
  const array = arrays[dtype];
  return new array(Uint8Array.from(bytes).buffer, 0, bytes.length / array.BYTES_PER_ELEMENT);
};

/** Numbers from the same runtime differ by this much from those expected; Infinity where one is not a number. */
const distance = (actual, expected) => {
  let largest = FLOOR;
  let gap = 0;
  // An output has more elements than a call takes arguments.
  for (let i = 0; i < expected.length; i++) {
    const wanted = Number(expected[i]);
    const own = Math.abs(Number(actual[i]) - wanted);
    if (!Number.isFinite(own)) return Number.POSITIVE_INFINITY;
    largest = Math.max(largest, Math.abs(wanted));
    gap = Math.max(gap, own);
  }
  return gap / largest;
};

const judgeOutput = (actual, expected, data) => {
  if (actual?.name !== expected.name) return { problem: `output ${expected.name} is missing` };
  const shapes = [actual.shape, expected.shape].map((shape) => `[${shape.join(', ')}]`);
  if (shapes[0] !== shapes[1])
    return { problem: `output ${expected.name} has shape ${shapes[0]} instead of ${shapes[1]}` };
  if (actual.dtype !== expected.dtype)
    return { problem: `output ${expected.name} is ${actual.dtype} instead of ${expected.dtype}` };
  const wanted = arrayOf(expected.dtype, data.subarray(expected.offset, expected.offset + expected.length));
  const far = distance(arrayOf(actual.dtype, Buffer.from(actual.data, 'base64')), wanted);
  return far <= TOLERANCE ? { far } : { far, problem: `output ${expected.name} differs by ${far.toExponential(1)}` };
};

/** { verdict: 'agrees' | 'differs' | 'refuses', reason, far } of a runtime's answer to a case. */
export const judge = (item, answer, checksOnly = false) => {
  // A runtime may lack an operator; a file that the checker rejects is wrong.
  if (answer.error !== undefined) return { verdict: checksOnly ? 'differs' : 'refuses', reason: answer.error };
  if (checksOnly) return { verdict: 'agrees', far: 0 };
  const data = readFileSync(`${item.path}/data.bin`);
  const judged = item.sets.flatMap((set, s) =>
    set.outputs.map((port, i) => judgeOutput(answer.sets[s]?.[i], port, data)),
  );
  const problem = judged.find((j) => j.problem);
  if (problem) return { verdict: 'differs', reason: problem.problem };
  return { verdict: 'agrees', far: Math.max(...judged.map((j) => j.far)) };
};
