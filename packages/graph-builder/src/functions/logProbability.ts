/** Logarithms of probabilities by their logits. */

import type { Expr } from '../expr.js';
import { addOp } from '../ops/add.js';
import { expOp } from '../ops/exp.js';
import { expand } from '../ops/expand.js';
import { log } from '../ops/log.js';
import { logSoftmax } from '../ops/logSoftmax.js';
import { neg, negOp } from '../ops/neg.js';
import { softmaxOp } from '../ops/softmax.js';
import { softplus } from '../ops/softplus.js';
import { isOne, lessThanOne, logitOf } from './logits.js';

/** What is added to 1. */
const addedToOne = ({ op, args: [a, b] }: Expr): Expr | undefined => {
  if (op !== addOp) return undefined;
  return isOne(a!) ? b : isOne(b!) ? a : undefined;
};

/**
 * ln x, of any shape: where x is written as σ(z), 1 − σ(z), 1 + eᶻ or a softmax of z, by z, so that it and its derivatives are finite where x rounds to
 * 0 or ∞. Exporters write log σ, and with it a cross-entropy of logits, in such parts: ln(1 − σ(z)) is −∞ in float32 from z = 17 on,
 * ln σ(z) below −104. Otherwise `log`.
 */
export const logOf = (x: Expr): Expr => {
  if (x.op === softmaxOp) return logSoftmax(x.args[0]!, x.attributes.axis);
  const logit = logitOf(x);
  if (logit) return neg(softplus(neg(logit)));
  const added = addedToOne(x);
  if (added?.op === expOp) return expand(softplus(added.args[0]!), x.shape);
  // As exporters write log1p(−p).
  const other = lessThanOne(x) ?? (added?.op === negOp ? added.args[0] : undefined);
  const against = other && logitOf(other);
  return against ? expand(neg(softplus(against)), x.shape) : log(x);
};
