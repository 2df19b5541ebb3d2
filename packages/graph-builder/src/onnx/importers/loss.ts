/** Import of SoftmaxCrossEntropyLoss and NegativeLogLikelihoodLoss: mean, sum or none, class weights, ignored labels. */

import { describe, type Expr } from '../../expr.js';
import { labelLosses } from '../../functions/losses.js';
import { mean } from '../../functions/mean.js';
import { div } from '../../ops/div.js';
import { gather } from '../../ops/gather.js';
import { logSoftmax } from '../../ops/logSoftmax.js';
import { mul } from '../../ops/mul.js';
import { reduceSum } from '../../ops/reduceSum.js';
import type { Importer, ImportNode } from '../importer.js';

const likelihoodLoss = (n: ImportNode, logProbabilities: Expr): Expr => {
  const labels = n.input(1);
  const classWeights = n.optional(2);
  const ignored = n.attributes.includes('ignore_index') ? n.int('ignore_index', 0) : undefined;
  const { shape } = logProbabilities;
  if (shape.length < 2 || labels.shape.length !== shape.length - 1) {
    return n.fail(
      `needs scores [N, C, …] and labels [N, …], got ${describe(logProbabilities)} and ${describe(labels)}`,
    );
  }
  const { losses, labels: safe, counted } = labelLosses(logProbabilities, labels, { ignored });
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
