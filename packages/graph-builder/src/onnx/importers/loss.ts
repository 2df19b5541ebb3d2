/** Import of SoftmaxCrossEntropyLoss and NegativeLogLikelihoodLoss: mean, sum or none, class weights, ignored labels. */

import { describe, type Expr } from '../../expr.js';
import { mean } from '../../functions/mean.js';
import { cast } from '../../ops/cast.js';
import { equal } from '../../ops/compare.js';
import { constant } from '../../ops/constant.js';
import { gather } from '../../ops/gather.js';
import { gatherElements } from '../../ops/gatherElements.js';
import { logSoftmax } from '../../ops/logSoftmax.js';
import { mul } from '../../ops/mul.js';
import { neg } from '../../ops/neg.js';
import { div } from '../../ops/reciprocal.js';
import { reduceSum } from '../../ops/reduceSum.js';
import { reshape } from '../../ops/reshape.js';
import { sub } from '../../ops/sub.js';
import { where } from '../../ops/where.js';
import type { Importer, ImportNode } from '../importer.js';

const likelihoodLoss = (n: ImportNode, logProbabilities: Expr): Expr => {
  const labels = n.input(1);
  const classWeights = n.optional(2);
  const ignored = n.attributes.includes('ignore_index') ? n.int('ignore_index', 0) : undefined;
  const { dtype, shape } = logProbabilities;
  if (shape.length < 2 || labels.shape.length !== shape.length - 1) {
    return n.fail(
      `needs scores [N, C, …] and labels [N, …], got ${describe(logProbabilities)} and ${describe(labels)}`,
    );
  }
  const skip = ignored === undefined ? undefined : equal(labels, ignored);
  // An ignored label may lie outside 0..C−1: read class 0 in its place and give it no weight.
  const safe = skip ? where(skip, constant(0, labels.dtype), labels) : labels;
  const index = reshape(safe, [labels.shape[0]!, 1, ...labels.shape.slice(1)]);
  const losses = neg(reshape(gatherElements(logProbabilities, index, 1), labels.shape));
  const counted = skip && sub(1, cast(skip, dtype));
  const chosen = classWeights && gather(classWeights, safe, 0);
  const weights = counted && chosen ? mul(chosen, counted) : (chosen ?? counted);
  const weighted = weights ? mul(losses, weights) : losses;
  const reduction = n.string('reduction', 'mean');
  if (reduction === 'none') return weighted;
  if (reduction === 'sum') return reduceSum(weighted);
  if (reduction !== 'mean') return n.fail(`has the unknown reduction "${reduction}"`);
  return weights ? div(reduceSum(weighted), reduceSum(weights)) : mean(losses);
};

export const softmaxCrossEntropyLoss: Importer = (n) => {
  const logProbabilities = logSoftmax(n.input(0), 1);
  return [likelihoodLoss(n, logProbabilities), logProbabilities];
};

export const negativeLogLikelihoodLoss: Importer = (n) => [likelihoodLoss(n, n.input(0))];
