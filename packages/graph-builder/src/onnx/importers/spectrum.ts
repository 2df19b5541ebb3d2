/** Import of Fourier transforms and what goes with them: windows, mel bands. */

import { type Expr, isFloat } from '../../expr.js';
import { constant, tensor } from '../../ops/constant.js';
import { normalizeAxis } from '../../shape.js';
import { dft } from '../../spectrum/dft.js';
import { melEdges, melWeights } from '../../spectrum/mel.js';
import { stft } from '../../spectrum/stft.js';
import { cosineSums, cosineWindow } from '../../spectrum/windows.js';
import type { DType } from '../../tensor.js';
import type { Importer, ImportNode } from '../importer.js';
import { numberAt } from './selection.js';

/** More elements than this in one window is taken for a damaged file. */
const MOST_ELEMENTS = 2 ** 24;

/** From here on the axis of a transform is an operand. */
const AXIS_OPERAND_SINCE = 20;

/** Operand i, a whole number of at least `least`. */
const countAt = (n: ImportNode, i: number, least: number): number => {
  const value = numberAt(n, i);
  const fits = Number.isInteger(value) && value >= least && value <= MOST_ELEMENTS;
  return fits ? value : n.fail(`needs ${least} to ${MOST_ELEMENTS} as operand ${i}, got ${value}`);
};

const partsOf = (n: ImportNode, x: Expr, onesided: boolean): number => {
  const parts = x.shape.at(-1);
  if (!isFloat(x.dtype) || x.shape.length < 2 || (parts !== 1 && parts !== 2))
    return n.fail(
      `transforms ${x.dtype}[${x.shape.join(', ')}]; it needs floating-point numbers, and a last axis of 1 or 2 for real or complex ones`,
    );
  if (onesided && parts === 2)
    return n.fail('is to give one side of the spectrum of a complex signal, whose sides differ; set onesided to 0');
  return parts;
};

const lengthAt = (n: ImportNode, x: Expr, axis: number): number => {
  const length = x.shape[axis]!;
  return typeof length === 'number'
    ? length
    : n.fail(
        `transforms axis ${axis}, whose length "${length}" is not a number; export the model with signals of static length`,
      );
};

const dftImporter: Importer = (n) => {
  const x = n.input(0);
  const [inverse, onesided] = [n.int('inverse', 0) === 1, n.int('onesided', 0) === 1];
  const parts = partsOf(n, x, onesided && !inverse);
  if (onesided && inverse && parts === 1)
    return n.fail('inverts one side of a spectrum of real numbers; it needs complex ones (a last axis of 2)');
  const given = n.opset >= AXIS_OPERAND_SINCE ? (n.optional(2) ? numberAt(n, 2) : -2) : n.int('axis', 1);
  const axis = normalizeAxis(n.opType, given, x.shape.length);
  if (axis === x.shape.length - 1) return n.fail(`transforms axis ${given}, which holds the parts of complex numbers`);
  const from = lengthAt(n, x, axis);
  const length = n.optional(1) ? countAt(n, 1, 1) : onesided && inverse ? 2 * (from - 1) : from;
  if (length < 1) return n.fail(`has signals of length ${length}; give a dft_length of at least 1`);
  return [dft(x, axis, { length, inverse, onesided })];
};

const stftImporter: Importer = (n) => {
  const x = n.input(0);
  const onesided = n.int('onesided', 1) === 1;
  partsOf(n, x, onesided);
  if (x.shape.length !== 3) return n.fail(`needs signals [N, length, 1 or 2], got rank ${x.shape.length}`);
  const window = n.optional(2);
  const length = n.optional(3) ? countAt(n, 3, 1) : Number(window ? window.shape[0] : lengthAt(n, x, 1));
  if (window && window.shape[0] !== length)
    return n.fail(`has a window of ${window.shape[0]} elements for frames of ${length}; they must agree`);
  const whole = x.shape[1]!;
  if (typeof whole === 'number' && whole < length)
    return n.fail(`cuts frames of ${length} from signals of ${whole}; they must not be longer`);
  return [stft(x, window, { length, step: countAt(n, 1, 1), onesided })];
};

const outputType = (n: ImportNode): DType =>
  n.dtype(n.int('output_datatype', 1)) ??
  n.fail(`has element type ${n.int('output_datatype', 1)}, which is not supported`);

const windowImporter =
  (coefficients: readonly [number, number, number]): Importer =>
  (n) => {
    const values = cosineWindow(coefficients, countAt(n, 0, 0), n.int('periodic', 1) === 1);
    return [constant(tensor(values, [values.length], outputType(n)))];
  };

const melWeightMatrix: Importer = (n) => {
  const [bands, length, sampleRate] = [countAt(n, 0, 1), countAt(n, 1, 1), countAt(n, 2, 1)];
  const [lowest, highest] = [numberAt(n, 3), numberAt(n, 4)];
  const mel = { bands, length, sampleRate, lowest, highest };
  const bins = Math.floor(length / 2) + 1;
  const fits = lowest >= 0 && lowest <= highest && melEdges(mel).every((edge) => edge < bins);
  if (!fits)
    return n.fail(
      `has bands from ${lowest} to ${highest} Hz; they must lie between 0 and half of the sample rate, ${sampleRate / 2} Hz`,
    );
  if (bins * bands > MOST_ELEMENTS)
    return n.fail(`makes a matrix of ${bins} by ${bands}; at most ${MOST_ELEMENTS} elements are supported`);
  return [constant(tensor(melWeights(mel), [bins, bands], outputType(n)))];
};

export const spectra: Readonly<Record<string, Importer>> = {
  BlackmanWindow: windowImporter(cosineSums.BlackmanWindow),
  DFT: dftImporter,
  HammingWindow: windowImporter(cosineSums.HammingWindow),
  HannWindow: windowImporter(cosineSums.HannWindow),
  MelWeightMatrix: melWeightMatrix,
  STFT: stftImporter,
};
