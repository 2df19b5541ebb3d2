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
import { subOp } from '../ops/sub.js';
import { isOne, logitOf } from './logits.js';

/** p of 1 − p, also where it is written 1 + (−p), as exporters write log1p(−p). */
const lessThanOne = ({ op, args }: Expr): Expr | undefined => {
  if (op === subOp && isOne(args[0]!)) return args[1];
  const added = op === addOp ? addedToOne(args) : undefined;
  return added?.op === negOp ? added.args[0] : undefined;
};

const addedToOne = ([a, b]: readonly Expr[]): Expr | undefined => (isOne(a!) ? b : isOne(b!) ? a : undefined);

/**
 * ln x, of any shape: where x is written as σ(z), 1 − σ(z), 1 + eᶻ or a softmax of z, by z, so that it and its derivatives are finite where x rounds to
 * 0 or ∞. Exporters write log σ, and with it a cross-entropy of logits, in such parts: ln(1 − σ(z)) is −∞ in float32 from z = 17 on,
 * ln σ(z) below −104. Otherwise `log`.
 */
export const logOf = (x: Expr): Expr => {
  const byLogit = (f: Expr): Expr => expand(f, x.shape);
  if (x.op === softmaxOp) return logSoftmax(x.args[0]!, x.attributes.axis);
  const logit = logitOf(x);
  if (logit) return neg(softplus(neg(logit)));
  const other = lessThanOne(x);
  const against = other && logitOf(other);
  if (against) return byLogit(neg(softplus(against)));
  const added = x.op === addOp ? addedToOne(x.args) : undefined;
  return added?.op === expOp ? byLogit(softplus(added.args[0]!)) : log(x);
};
