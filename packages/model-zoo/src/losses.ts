/** Losses by name, from a model's outputs and targets. */

import {
  describe,
  type Expr,
  GraphError,
  mean,
  meanSquaredError,
  mul,
  reshape,
  softmaxCrossEntropy,
  softplus,
  sub,
} from '@hograd/graph-builder';
import type { Loss } from './model.js';
import { sameShape } from './shape.js';

/**
 * Mean over all entries of −t·log p − (1 − t)·log(1 − p) with p = sigmoid(logit), for targets t in [0, 1] of the logits'
 * shape; computed as softplus(logit) − t·logit, without overflow. Throws GraphError where the shapes differ: [N, 1] against [N]
 * would broadcast to every pair of examples. PyTorch's BCEWithLogitsLoss.
 */
export const bernoulliCrossEntropy = (logits: Expr, targets: Expr): Expr => {
  if (!sameShape(logits.shape, targets.shape)) {
    throw new GraphError(
      'bernoulliCrossEntropy',
      `targets ${describe(targets)} are not of the shape of logits ${describe(logits)}; reshape one of them`,
    );
  }
  return mean(sub(softplus(logits), mul(targets, logits)));
};

/** Mean over all positions of the cross-entropy: classes on the last axis of the logits [N, …, classes], labels [N, …]. */
const crossEntropyOfLastAxis = (logits: Expr, labels: Expr): Expr =>
  softmaxCrossEntropy(reshape(logits, [-1, logits.shape.at(-1)!]), reshape(labels, [-1]));

/** The losses by name: (output, target) to a scalar, a mean over what their own docstrings say. */
export const losses: Readonly<Record<Loss, (output: Expr, y: Expr) => Expr>> = {
  softmaxCrossEntropy: crossEntropyOfLastAxis,
  meanSquaredError,
  bernoulliCrossEntropy,
};
