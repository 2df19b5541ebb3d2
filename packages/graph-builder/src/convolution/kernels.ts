/** Reference kernels of convolution and its two adjoints: one loop over (example, group, map, channel, tap). */

import { elementCount } from '../tensor.js';
import { type ConvolutionAttributes, outputSizes, tapsOf } from './geometry.js';

/** Calls `visit` with the offsets of every (example, map, channel) triple and a tap: x, w and y elements that meet. */
const contract = (
  a: ConvolutionAttributes,
  batch: number,
  channels: number,
  maps: number,
  visit: (x: number, w: number, y: number, inputs: Int32Array, outputs: Int32Array) => void,
): void => {
  const outputs = outputSizes(a.sizes, a);
  const taps = tapsOf(a.sizes, outputs, a);
  const sizeX = elementCount(a.sizes);
  const sizeY = elementCount(outputs);
  const share = channels / a.groups;
  for (let n = 0; n < batch; n++) {
    for (let m = 0; m < maps; m++) {
      const first = Math.floor(m / (maps / a.groups)) * share;
      for (let c = 0; c < share; c++) {
        const x = (n * channels + first + c) * sizeX;
        const y = (n * maps + m) * sizeY;
        const w = (m * share + c) * taps.length;
        taps.forEach((tap, k) => {
          visit(x, w + k, y, tap.inputs, tap.outputs);
        });
      }
    }
  }
};

interface Operands {
  readonly batch: number;
  readonly channels: number;
  readonly maps: number;
  readonly size: number;
}

/** y[o] += w · x[i]. */
export const convLoop = (
  a: ConvolutionAttributes,
  x: Float64Array,
  w: Float64Array,
  { batch, channels, maps, size }: Operands,
): Float64Array => {
  const out = new Float64Array(size);
  contract(a, batch, channels, maps, (atX, atW, atY, inputs, outputs) => {
    const weight = w[atW]!;
    for (let p = 0; p < inputs.length; p++) out[atY + outputs[p]!]! += weight * x[atX + inputs[p]!]!;
  });
  return out;
};

/** x[i] += w · y[o]. */
export const convInputLoop = (
  a: ConvolutionAttributes,
  y: Float64Array,
  w: Float64Array,
  { batch, channels, maps, size }: Operands,
): Float64Array => {
  const out = new Float64Array(size);
  contract(a, batch, channels, maps, (atX, atW, atY, inputs, outputs) => {
    const weight = w[atW]!;
    for (let p = 0; p < inputs.length; p++) out[atX + inputs[p]!]! += weight * y[atY + outputs[p]!]!;
  });
  return out;
};

/** w += Σ x[i] · y[o]. */
export const convWeightLoop = (
  a: ConvolutionAttributes,
  x: Float64Array,
  y: Float64Array,
  { batch, channels, maps, size }: Operands,
): Float64Array => {
  const out = new Float64Array(size);
  contract(a, batch, channels, maps, (atX, atW, atY, inputs, outputs) => {
    let sum = 0;
    for (let p = 0; p < inputs.length; p++) sum += x[atX + inputs[p]!]! * y[atY + outputs[p]!]!;
    out[atW]! += sum;
  });
  return out;
};
