/**
 * Import of operators that draw random numbers: Bernoulli, Multinomial, RandomNormal, RandomNormalLike, RandomUniform,
 * RandomUniformLike (https://onnx.ai/onnx/operators/, each on the page of its name).
 *
 * A graph has no random numbers: they come in as an input named `<output>.noise` after the node's first output, standard normal or
 * uniform in [0, 1), and the graph scales them. `mean` and `scale` of a model that multiplies and adds on its own, as a variational
 * autoencoder does, get their exact derivatives that way.
 */

import { type Expr, isFloat } from '../../expr.js';
import { add } from '../../ops/add.js';
import { cast } from '../../ops/cast.js';
import { greaterOrEqual, less } from '../../ops/compare.js';
import { cumSum } from '../../ops/cumSum.js';
import { type Draw, input } from '../../ops/input.js';
import { mul } from '../../ops/mul.js';
import { reduceSum } from '../../ops/reduceSum.js';
import { reshape } from '../../ops/reshape.js';
import { sliceAxis } from '../../ops/slice.js';
import { softmax } from '../../ops/softmax.js';
import type { Shape } from '../../shape.js';
import type { DType } from '../../tensor.js';
import type { Importer, ImportNode } from '../importer.js';
import { onnxTypeOf } from '../types.js';

const noise = (n: ImportNode, shape: Shape, dtype: DType, distribution: Draw): Expr =>
  input(n.inputName('noise'), shape, dtype, distribution);

/** The element type of the attribute `dtype`, else the other. */
const typeOf = (n: ImportNode, otherwise: DType): DType => {
  if (!n.attributes.includes('dtype')) return otherwise;
  const type = n.int('dtype', 0);
  return n.dtype(type) ?? n.fail(`draws numbers of element type ${type}, which is not supported`);
};

const floating = (n: ImportNode, dtype: DType): DType =>
  isFloat(dtype) ? dtype : n.fail(`draws numbers of type ${dtype}; they must be floating-point`);

/** start + noise·width, of the attribute `shape` or the operand's. */
const scaled = (n: ImportNode, distribution: Draw, start: number, width: number): readonly Expr[] => {
  const like = n.operands.length > 0 ? n.input(0) : undefined;
  const shape = like?.shape ?? n.ints('shape') ?? n.fail('needs its shape');
  const dtype = floating(n, typeOf(n, like?.dtype ?? n.dtype(onnxTypeOf.float32)!));
  const standard = noise(n, shape, dtype, distribution);
  const scaledNoise = width === 1 ? standard : mul(standard, width);
  return [start === 0 ? scaledNoise : add(scaledNoise, start)];
};

const normal: Importer = (n) => scaled(n, 'normal', n.float('mean', 0), n.float('scale', 1));

const uniform: Importer = (n) => {
  const low = n.float('low', 0);
  return scaled(n, 'uniform', low, n.float('high', 1) - low);
};

/** Is the noise, uniform in [0, 1), below the probability? */
const bernoulli: Importer = (n) => {
  const probability = n.input(0);
  const drawn = less(noise(n, probability.shape, floating(n, probability.dtype), 'uniform'), probability);
  return [cast(drawn, typeOf(n, probability.dtype))];
};

/** Classes [N, sample_size] from logits [N, C]: for each number of uniform noise, how many running sums of softmax it has reached. */
const multinomial: Importer = (n) => {
  const logits = n.input(0);
  if (logits.shape.length !== 2) return n.fail(`needs logits of two axes, got [${logits.shape.join(', ')}]`);
  const [rows, classes] = logits.shape as [Shape[number], Shape[number]];
  const to = n.dtype(n.int('dtype', onnxTypeOf.int32));
  if (to !== 'int32' && to !== 'int64')
    return n.fail(`gives classes of type ${to ?? 'unknown'}; int32 and int64 are supported`);
  if (typeof classes !== 'number')
    return n.fail(`draws from the symbolic number ${classes} of classes; export it with a fixed one`);
  const samples = n.int('sample_size', 1);
  const sums = cumSum(softmax(logits, 1), 1);
  // The last sum is 1 up to rounding, which no noise may reach.
  const bounds = reshape(sliceAxis(sums, 1, 0, classes - 1), [rows, 1, classes - 1]);
  const reached = greaterOrEqual(
    reshape(noise(n, [rows, samples], logits.dtype, 'uniform'), [rows, samples, 1]),
    bounds,
  );
  return [reduceSum(cast(reached, to), [2])];
};

export const randoms: Readonly<Record<string, Importer>> = {
  Bernoulli: bernoulli,
  Multinomial: multinomial,
  RandomNormal: normal,
  RandomNormalLike: normal,
  RandomUniform: uniform,
  RandomUniformLike: uniform,
};
