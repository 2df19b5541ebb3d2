/** Losses: one number from a batch of outputs, a mean over the batch. */

import { GraphError } from '../error.js';
import { describe, type Expr } from '../expr.js';
import { gatherElements } from '../ops/gatherElements.js';
import { logSoftmax } from '../ops/logSoftmax.js';
import { square } from '../ops/mul.js';
import { neg } from '../ops/neg.js';
import { reshape } from '../ops/reshape.js';
import { sub } from '../ops/sub.js';
import { sameShape } from '../shape.js';
import { mean } from './mean.js';

/**
 * Mean negative log-likelihood: −mean log p[n, labels[n]] for log-probabilities [N, C] (or [N, C, …]) and integer labels [N]
 * (or [N, …]) in 0..C−1. Throws GraphError where the shapes do not fit.
 */
export const negativeLogLikelihood = (logProbabilities: Expr, labels: Expr): Expr => {
  const [n, , ...rest] = logProbabilities.shape;
  const wanted = [n, ...rest];
  if (
    logProbabilities.shape.length < 2 ||
    labels.shape.length !== wanted.length ||
    labels.shape.some((d, i) => d !== wanted[i])
  ) {
    throw new GraphError(
      'negativeLogLikelihood',
      `labels ${describe(labels)} do not fit log-probabilities ${describe(logProbabilities)}; one integer label for each row is needed`,
    );
  }
  const index = reshape(labels, [labels.shape[0]!, 1, ...rest]);
  return neg(mean(gatherElements(logProbabilities, index, 1)));
};

/** Mean softmax cross-entropy of logits [N, C] (or [N, C, …]) against integer labels [N] (or [N, …]) in 0..C−1. */
export const softmaxCrossEntropy = (logits: Expr, labels: Expr): Expr =>
  negativeLogLikelihood(logSoftmax(logits, 1), labels);

/**
 * Mean over all entries of (output − target)², both of one shape. Throws GraphError where they are not: [N, 1] against
 * [N] would broadcast to every pair of examples.
 */
export const meanSquaredError = (output: Expr, target: Expr): Expr => {
  if (!sameShape(output.shape, target.shape)) {
    throw new GraphError(
      'meanSquaredError',
      `target ${describe(target)} is not of the shape of output ${describe(output)}; reshape one of them`,
    );
  }
  return mean(square(sub(output, target)));
};
