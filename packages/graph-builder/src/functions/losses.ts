/** Losses: one number from a batch of outputs, a mean over the batch. */

import { GraphError } from '../error.js';
import { describe, type Expr } from '../expr.js';
import { cast } from '../ops/cast.js';
import { equal } from '../ops/compare.js';
import { constant } from '../ops/constant.js';
import { div } from '../ops/div.js';
import { maximum } from '../ops/extremum.js';
import { gatherElements } from '../ops/gatherElements.js';
import { logSoftmax } from '../ops/logSoftmax.js';
import { mul, square } from '../ops/mul.js';
import { neg } from '../ops/neg.js';
import { reduceSum } from '../ops/reduceSum.js';
import { reshape } from '../ops/reshape.js';
import { sub } from '../ops/sub.js';
import { where } from '../ops/where.js';
import { type OptionNames, requireKnown } from '../options.js';
import { sameShape, unequalLengths } from '../shape.js';
import { mean } from './mean.js';

/** Options of losses on labels. */
export interface LabelOptions {
  /**
   * The label of what counts for nothing: a whole number, also outside 0..C−1 (PyTorch's ignore_index), so −1 where that marks what has no
   * label. Default: every label counts, and a graph does not check them: from −C to −1 they count classes from the last, as indices do.
   */
  readonly ignored?: number | undefined;
}

const LABEL_OPTIONS: OptionNames<LabelOptions> = { ignored: true };

/** What is lost at each label, as the labels are shaped. */
export interface LabelLosses {
  /** −log p[n, labels[n]]. */
  readonly losses: Expr;
  /** The labels, class 0 in place of the ignored. */
  readonly labels: Expr;
  /** 1 where a label counts, 0 where it is ignored; undefined where every label counts. */
  readonly counted: Expr | undefined;
}

/** Negative log-likelihoods of labels [N, …] under log-probabilities [N, C, …] of the shape that goes with them. */
export const labelLosses = (logProbabilities: Expr, labels: Expr, { ignored }: LabelOptions): LabelLosses => {
  const skip = ignored === undefined ? undefined : equal(labels, ignored);
  // An ignored label may lie outside 0..C−1: read class 0 in its place and give it no weight.
  const safe = skip ? where(skip, constant(0, labels.dtype), labels) : labels;
  const index = reshape(safe, [labels.shape[0]!, 1, ...labels.shape.slice(1)]);
  const losses = neg(reshape(gatherElements(logProbabilities, index, 1), labels.shape));
  return { losses, labels: safe, counted: skip && sub(1, cast(skip, logProbabilities.dtype)) };
};

/**
 * Mean negative log-likelihood over the labels that count: −mean log p[n, labels[n]] for log-probabilities [N, C] (or [N, C, …]) and
 * integer labels [N] (or [N, …]) in 0..C−1; 0 where none counts. Throws GraphError where the shapes do not fit or
 * there is no such option.
 */
export const negativeLogLikelihood = (logProbabilities: Expr, labels: Expr, options: LabelOptions = {}): Expr => {
  requireKnown('negativeLogLikelihood', options, LABEL_OPTIONS);
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
      n === undefined ? undefined : unequalLengths([n, ...rest], labels.shape),
    );
  }
  const { losses, counted } = labelLosses(logProbabilities, labels, options);
  return counted ? div(reduceSum(mul(losses, counted)), maximum(reduceSum(counted), 1)) : mean(losses);
};

/** Mean softmax cross-entropy of logits [N, C] (or [N, C, …]) against integer labels [N] (or [N, …]) in 0..C−1, over those that count: a scalar, 0 where none does. Throws GraphError where the shapes do not fit, labels are no integers or there is no such option. */
export const softmaxCrossEntropy = (logits: Expr, labels: Expr, options: LabelOptions = {}): Expr => {
  requireKnown('softmaxCrossEntropy', options, LABEL_OPTIONS);
  return negativeLogLikelihood(logSoftmax(logits, 1), labels, options);
};

/**
 * Mean over all entries of (output − target)², both of one shape. Throws GraphError where they are not: [N, 1] against
 * [N] would broadcast to every pair of examples.
 */
export const meanSquaredError = (output: Expr, target: Expr): Expr => {
  if (!sameShape(output.shape, target.shape)) {
    throw new GraphError(
      'meanSquaredError',
      `target ${describe(target)} is not of the shape of output ${describe(output)}; reshape one of them`,
      unequalLengths(output.shape, target.shape),
    );
  }
  return mean(square(sub(output, target)));
};
