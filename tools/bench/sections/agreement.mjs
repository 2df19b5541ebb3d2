// Whether answers agree: each tensor's largest difference, as a fraction of the reference's largest entry.
import { readFileSync } from 'node:fs';

/** float32 sums over thousands of terms and 20 layers; wrong formulas miss by much more. */
export const TOLERANCE = 1e-3;

const flat = (value) => (Array.isArray(value) ? value.flat(Number.POSITIVE_INFINITY) : value);

const relativeDifference = (got, want) => {
  let [largest, difference] = [0, 0];
  for (let i = 0; i < want.length; i++) {
    largest = Math.max(largest, Math.abs(want[i]));
    difference = Math.max(difference, Math.abs(got[i] - want[i]));
  }
  return largest > 0 ? difference / largest : difference;
};

const floats = (path) => {
  const { buffer, byteOffset, byteLength } = readFileSync(path);
  return new Float32Array(buffer, byteOffset, byteLength / 4);
};

/** The largest relative difference of any parameter's gradient; files of float32 numbers, tensor after tensor. */
export const gradientDifference = (path, reference, sizes) => {
  const [got, want] = [floats(path), floats(reference)];
  if (got.length !== want.length) throw new Error(`${path} has ${got.length} numbers, ${reference} ${want.length}`);
  let at = 0;
  return Math.max(
    ...sizes.map((size) => {
      const difference = relativeDifference(got.subarray(at, at + size), want.subarray(at, at + size));
      at += size;
      return difference;
    }),
  );
};

/** The largest relative difference of ḡ, H̄ and D3, as far as the task asks for them. */
export const summaryDifference = (path, reference, task) => {
  const [got, want] = [path, reference].map((file) => JSON.parse(readFileSync(file, 'utf8')));
  const keys = task === 'order2' ? ['gbar', 'Hbar'] : ['gbar', 'Hbar', 'D3'];
  return Math.max(
    ...keys.map((key) => {
      const [g, w] = [flat(got[key] ?? []), flat(want[key])];
      if (g.length !== w.length) throw new Error(`${path}: ${key} has ${g.length} numbers, not ${w.length}`);
      return relativeDifference(g, w);
    }),
  );
};
