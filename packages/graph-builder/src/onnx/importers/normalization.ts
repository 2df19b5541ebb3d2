/** Import of normalisations, in the forms of all operator-set versions. */

import type { Expr } from '../../expr.js';
import { batchNorm, batchNormInference } from '../../functions/batchNorm.js';
import { groupNorm, instanceNorm, standardizeGroups } from '../../functions/groupNorm.js';
import { axesFrom, rmsNorm } from '../../functions/layerNorm.js';
import { localResponseNorm } from '../../functions/localResponseNorm.js';
import { lpNormalize } from '../../functions/lpNormalize.js';
import { meanVarianceNorm } from '../../functions/meanVarianceNorm.js';
import { affine, standardize } from '../../functions/standardize.js';
import { add } from '../../ops/add.js';
import { mul } from '../../ops/mul.js';
import { reshape } from '../../ops/reshape.js';
import type { Importer, ImportNode } from '../importer.js';

const EPSILON = 1e-5;

const epsilonOf = (n: ImportNode): number => n.float('epsilon', EPSILON);

/** Training mode is an attribute since opset 14; before, a node that lists more outputs than the value was in it. */
const isTraining = (n: ImportNode): boolean =>
  n.opset >= 14 ? n.int('training_mode', 0) === 1 : n.outputs.slice(1).some((name) => name !== '');

const batchNormalization: Importer = (n) => {
  const [x, scale, bias, mean, variance] = [0, 1, 2, 3, 4].map(n.input) as [Expr, Expr, Expr, Expr, Expr];
  if (n.int('spatial', 1) !== 1)
    return n.fail('normalises every position by itself (spatial = 0), which is not supported');
  if (!isTraining(n)) return [batchNormInference(x, scale, bias, mean, variance, epsilonOf(n))];
  const momentum = n.float('momentum', 0.9);
  const moved = (old: Expr, now: Expr): Expr => add(mul(old, momentum), mul(now, 1 - momentum));
  const batch = batchNorm(x, scale, bias, epsilonOf(n));
  return [batch.value, moved(mean, batch.mean), moved(variance, batch.variance)];
};

const layerNormalization: Importer = (n) => {
  const x = n.input(0);
  const { value, mean, inverseDeviation } = standardize(x, axesFrom(n.opType, x, n.int('axis', -1)), epsilonOf(n));
  return [affine(value, n.input(1), n.optional(2)), mean, inverseDeviation];
};

const groupNormalization: Importer = (n) => {
  const [x, scale, bias] = [n.input(0), n.input(1), n.input(2)];
  const groups = n.int('num_groups', 0);
  if (groups < 1) return n.fail(`has ${groups} groups; it needs one at least`);
  if (n.opset >= 21) return [groupNorm(x, groups, scale, bias, epsilonOf(n))];
  // Before opset 21 scale and bias were one number a group.
  const grouped = reshape(standardizeGroups(x, groups, epsilonOf(n)), [x.shape[0]!, groups, -1]);
  const [scales, biases] = [scale, bias].map((v) => reshape(v, [groups, 1])) as [Expr, Expr];
  return [reshape(affine(grouped, scales, biases), x.shape)];
};

const localResponseNormalization: Importer = (n) => {
  const size = n.attributes.includes('size') ? n.int('size', 0) : n.fail('needs its size');
  const options = { alpha: n.float('alpha', 1e-4), beta: n.float('beta', 0.75), bias: n.float('bias', 1) };
  return [localResponseNorm(n.input(0), size, options)];
};

const lpNormalization: Importer = (n) => {
  const p = n.int('p', 2);
  if (p !== 1 && p !== 2) return n.fail(`normalises by the ${p}-norm; ONNX defines the operator for p = 1 and p = 2`);
  return [lpNormalize(n.input(0), n.int('axis', -1), p)];
};

export const rmsNormalization: Importer = (n) => [
  rmsNorm(n.input(0), n.input(1), { axis: n.int('axis', -1), epsilon: epsilonOf(n) }),
];

export const normalizations: Readonly<Record<string, Importer>> = {
  BatchNormalization: batchNormalization,
  GroupNormalization: groupNormalization,
  InstanceNormalization: (n) => [instanceNorm(n.input(0), n.input(1), n.input(2), epsilonOf(n))],
  LayerNormalization: layerNormalization,
  LpNormalization: lpNormalization,
  LRN: localResponseNormalization,
  MeanVarianceNormalization: (n) => [meanVarianceNorm(n.input(0), n.ints('axes'))],
  RMSNormalization: rmsNormalization,
  // ONNX Runtime's name for it, which its tools write in ONNX's own domain.
  SimplifiedLayerNormalization: rmsNormalization,
};
