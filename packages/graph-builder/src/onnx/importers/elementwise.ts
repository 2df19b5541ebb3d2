/** Import of elementwise operators that are one primitive each. */

import type { Expr } from '../../expr.js';
import { abs } from '../../ops/abs.js';
import { acos } from '../../ops/acos.js';
import { acosh } from '../../ops/acosh.js';
import { add } from '../../ops/add.js';
import { asin } from '../../ops/asin.js';
import { asinh } from '../../ops/asinh.js';
import { atan } from '../../ops/atan.js';
import { atanh } from '../../ops/atanh.js';
import { ceil } from '../../ops/ceil.js';
import { equal, greater, greaterOrEqual, less, lessOrEqual } from '../../ops/compare.js';
import { cos } from '../../ops/cos.js';
import { cosh } from '../../ops/cosh.js';
import { elu } from '../../ops/elu.js';
import { erf } from '../../ops/erf.js';
import { exp } from '../../ops/exp.js';
import { maximum, minimum } from '../../ops/extremum.js';
import { floor } from '../../ops/floor.js';
import { log } from '../../ops/log.js';
import { mul } from '../../ops/mul.js';
import { neg } from '../../ops/neg.js';
import { pow } from '../../ops/pow.js';
import { reciprocal } from '../../ops/reciprocal.js';
import { relu } from '../../ops/relu.js';
import { round } from '../../ops/round.js';
import { sigmoid } from '../../ops/sigmoid.js';
import { sign } from '../../ops/sign.js';
import { sin } from '../../ops/sin.js';
import { sinh } from '../../ops/sinh.js';
import { softplus } from '../../ops/softplus.js';
import { sqrt } from '../../ops/sqrt.js';
import { sub } from '../../ops/sub.js';
import { tan } from '../../ops/tan.js';
import { tanh } from '../../ops/tanh.js';
import { where } from '../../ops/where.js';
import type { Importer } from '../importer.js';

const one =
  (f: (x: Expr) => Expr): Importer =>
  (n) => [f(n.input(0))];
const two =
  (f: (a: Expr, b: Expr) => Expr): Importer =>
  (n) => [f(n.input(0), n.input(1))];

/** Operators that take any number of operands. */
const folded =
  (f: (a: Expr, b: Expr) => Expr): Importer =>
  (n) => [n.inputs.map((_, i) => n.input(i)).reduce(f)];

export const elementwise: Readonly<Record<string, Importer>> = {
  Abs: one(abs),
  Acos: one(acos),
  Acosh: one(acosh),
  Asin: one(asin),
  Asinh: one(asinh),
  Atan: one(atan),
  Atanh: one(atanh),
  Cosh: one(cosh),
  Erf: one(erf),
  Sinh: one(sinh),
  Softplus: one(softplus),
  Add: two(add),
  Ceil: one(ceil),
  Cos: one(cos),
  Floor: one(floor),
  Pow: two(pow),
  Round: one(round),
  Sign: one(sign),
  Sin: one(sin),
  Sqrt: one(sqrt),
  Tan: one(tan),
  Elu: (n) => [elu(n.input(0), n.float('alpha', 1))],
  Equal: two(equal),
  Exp: one(exp),
  Greater: two(greater),
  GreaterOrEqual: two(greaterOrEqual),
  Less: two(less),
  LessOrEqual: two(lessOrEqual),
  Log: one(log),
  Max: folded(maximum),
  Min: folded(minimum),
  Mul: two(mul),
  Neg: one(neg),
  Reciprocal: one(reciprocal),
  Relu: one(relu),
  Sigmoid: one(sigmoid),
  Sub: two(sub),
  Tanh: one(tanh),
  Where: (n) => [where(n.input(0), n.input(1), n.input(2))],
};
