/** Import of elementwise operators that are one primitive each. */

import type { Expr } from '../../expr.js';
import { logOf } from '../../functions/logProbability.js';
import { abs } from '../../ops/abs.js';
import { acos } from '../../ops/acos.js';
import { acosh } from '../../ops/acosh.js';
import { add } from '../../ops/add.js';
import { asin } from '../../ops/asin.js';
import { asinh } from '../../ops/asinh.js';
import { atan } from '../../ops/atan.js';
import { atanh } from '../../ops/atanh.js';
import { bitShift, bitwiseAnd, bitwiseNot, bitwiseOr, bitwiseXor } from '../../ops/bitwise.js';
import { ceil } from '../../ops/ceil.js';
import { celu } from '../../ops/celu.js';
import { clip } from '../../ops/clip.js';
import { equal, greater, greaterOrEqual, less, lessOrEqual } from '../../ops/compare.js';
import { uniformValue } from '../../ops/constant.js';
import { cos } from '../../ops/cos.js';
import { cosh } from '../../ops/cosh.js';
import { elu } from '../../ops/elu.js';
import { erf } from '../../ops/erf.js';
import { exp } from '../../ops/exp.js';
import { maximum, minimum } from '../../ops/extremum.js';
import { floor } from '../../ops/floor.js';
import { gelu, geluTanh } from '../../ops/gelu.js';
import { hardSigmoid } from '../../ops/hardSigmoid.js';
import { hardSwish } from '../../ops/hardSwish.js';
import { leakyRelu } from '../../ops/leakyRelu.js';
import { and, not, or, xor } from '../../ops/logic.js';
import { mish } from '../../ops/mish.js';
import { mul } from '../../ops/mul.js';
import { neg } from '../../ops/neg.js';
import { pow } from '../../ops/pow.js';
import { prelu } from '../../ops/prelu.js';
import { reciprocal } from '../../ops/reciprocal.js';
import { relu } from '../../ops/relu.js';
import { round } from '../../ops/round.js';
import { SELU_ALPHA, SELU_GAMMA, selu } from '../../ops/selu.js';
import { shrink } from '../../ops/shrink.js';
import { sigmoid } from '../../ops/sigmoid.js';
import { sign } from '../../ops/sign.js';
import { sin } from '../../ops/sin.js';
import { sinh } from '../../ops/sinh.js';
import { softplus } from '../../ops/softplus.js';
import { softsign } from '../../ops/softsign.js';
import { sqrt } from '../../ops/sqrt.js';
import { sub } from '../../ops/sub.js';
import { swish } from '../../ops/swish.js';
import { tan } from '../../ops/tan.js';
import { tanh } from '../../ops/tanh.js';
import { thresholdedRelu } from '../../ops/thresholdedRelu.js';
import { where } from '../../ops/where.js';
import type { Importer, ImportNode } from '../importer.js';

const one =
  (f: (x: Expr) => Expr): Importer =>
  (n) => [f(n.input(0))];
const two =
  (f: (a: Expr, b: Expr) => Expr): Importer =>
  (n) => [f(n.input(0), n.input(1))];

/** All operands, at least one. */
const operands = (n: ImportNode): readonly Expr[] => [n.input(0), ...n.inputs.slice(1).map((_, i) => n.input(i + 1))];

/** Operators that take any number of operands. */
const folded =
  (f: (a: Expr, b: Expr) => Expr): Importer =>
  (n) => [operands(n).reduce(f)];

/** A bound of Clip: an attribute before opset 11, an operand since. */
const bound = (n: ImportNode, name: string, i: number): Expr | number | undefined => {
  if (n.opset < 11) return n.attributes.includes(name) ? n.float(name, 0) : undefined;
  const given = n.optional(i);
  return given && given.shape.length === 0 ? (uniformValue(given) ?? given) : given;
};

const bitShiftImporter: Importer = (n) => {
  const direction = n.string('direction', '');
  if (direction !== 'LEFT' && direction !== 'RIGHT')
    return n.fail(`has the direction "${direction}"; it must be LEFT or RIGHT`);
  return [bitShift(n.input(0), n.input(1), direction === 'LEFT' ? 'left' : 'right')];
};

const geluImporter: Importer = (n) => {
  const approximate = n.string('approximate', 'none');
  if (approximate === 'none') return [gelu(n.input(0))];
  if (approximate === 'tanh') return [geluTanh(n.input(0))];
  return n.fail(`has the unknown approximation "${approximate}"`);
};

export const elementwise: Readonly<Record<string, Importer>> = {
  Abs: one(abs),
  Acos: one(acos),
  Acosh: one(acosh),
  Add: two(add),
  And: two(and),
  Asin: one(asin),
  Asinh: one(asinh),
  Atan: one(atan),
  Atanh: one(atanh),
  BitShift: bitShiftImporter,
  BitwiseAnd: two(bitwiseAnd),
  BitwiseNot: one(bitwiseNot),
  BitwiseOr: two(bitwiseOr),
  BitwiseXor: two(bitwiseXor),
  Ceil: one(ceil),
  Celu: (n) => [celu(n.input(0), n.float('alpha', 1))],
  Clip: (n) => [clip(n.input(0), bound(n, 'min', 1), bound(n, 'max', 2))],
  Cos: one(cos),
  Cosh: one(cosh),
  Elu: (n) => [elu(n.input(0), n.float('alpha', 1))],
  Equal: two(equal),
  Erf: one(erf),
  Exp: one(exp),
  Floor: one(floor),
  Gelu: geluImporter,
  Greater: two(greater),
  GreaterOrEqual: two(greaterOrEqual),
  HardSigmoid: (n) => [hardSigmoid(n.input(0), n.float('alpha', 0.2), n.float('beta', 0.5))],
  HardSwish: one(hardSwish),
  LeakyRelu: (n) => [leakyRelu(n.input(0), n.float('alpha', 0.01))],
  Less: two(less),
  LessOrEqual: two(lessOrEqual),
  Log: one(logOf),
  Max: folded(maximum),
  Mean: (n) => [
    mul(
      operands(n).reduce((a, b) => add(a, b)),
      1 / n.inputs.length,
    ),
  ],
  Min: folded(minimum),
  Mish: one(mish),
  Mul: two(mul),
  Neg: one(neg),
  Not: one(not),
  Or: two(or),
  Pow: two(pow),
  PRelu: two(prelu),
  Reciprocal: one(reciprocal),
  Relu: one(relu),
  Round: one(round),
  Selu: (n) => [selu(n.input(0), n.float('alpha', SELU_ALPHA), n.float('gamma', SELU_GAMMA))],
  Shrink: (n) => [shrink(n.input(0), n.float('lambd', 0.5), n.float('bias', 0))],
  Sigmoid: one(sigmoid),
  Sign: one(sign),
  Sin: one(sin),
  Sinh: one(sinh),
  Softplus: one(softplus),
  Softsign: one(softsign),
  Sqrt: one(sqrt),
  Sub: two(sub),
  Sum: folded(add),
  Swish: (n) => [swish(n.input(0), n.float('alpha', 1))],
  Tan: one(tan),
  Tanh: one(tanh),
  ThresholdedRelu: (n) => [thresholdedRelu(n.input(0), n.float('alpha', 1))],
  Where: (n) => [where(n.input(0), n.input(1), n.input(2))],
  Xor: two(xor),
};
