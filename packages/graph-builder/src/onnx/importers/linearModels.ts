/** Import of ai.onnx.ml's linear models and of what scales their features; all give float32, whatever they take. */

import { describe, type Expr } from '../../expr.js';
import { logitsOf } from '../../functions/logits.js';
import { lpNormalize } from '../../functions/lpNormalize.js';
import { add } from '../../ops/add.js';
import { argMax } from '../../ops/argExtremum.js';
import { cast } from '../../ops/cast.js';
import { equal, greater } from '../../ops/compare.js';
import { concat } from '../../ops/concat.js';
import { constant, tensor } from '../../ops/constant.js';
import { div } from '../../ops/div.js';
import { gather } from '../../ops/gather.js';
import { matmul } from '../../ops/matmul.js';
import { mul } from '../../ops/mul.js';
import { reduceMax } from '../../ops/reduceExtremum.js';
import { keptShape } from '../../ops/reduceSum.js';
import { reshape } from '../../ops/reshape.js';
import { sigmoid } from '../../ops/sigmoid.js';
import { softmax } from '../../ops/softmax.js';
import { sub } from '../../ops/sub.js';
import { where } from '../../ops/where.js';
import type { Importer, ImportNode } from '../importer.js';

const FLOAT = 1;

/** The features in floating point: of one example [F] or of several [N, F]. */
const featuresOf = (n: ImportNode): Expr => {
  const x = cast(n.input(0), n.dtype(FLOAT)!);
  const known = x.shape.length >= 1 && x.shape.length <= 2 && typeof x.shape.at(-1) === 'number';
  return known ? x : n.fail(`needs features [N, F] or [F] of known number, got ${describe(x)}`);
};

/** [N, F] of either. */
const rowsOf = (n: ImportNode): Expr => {
  const x = featuresOf(n);
  return x.shape.length === 1 ? reshape(x, [1, ...x.shape]) : x;
};

const scaler: Importer = (n) => {
  const x = featuresOf(n);
  const each = (name: string): Expr => {
    const values = n.floats(name) ?? [];
    return values.length === 1 || values.length === x.shape.at(-1)
      ? constant(tensor(values, [values.length], x.dtype))
      : n.fail(
          `has ${values.length} numbers as its ${name}; it needs one, or one for each of ${x.shape.at(-1)} features`,
        );
  };
  return [mul(sub(x, each('offset')), each('scale'))];
};

/** Divided by the largest element of each example; 0 throughout stays so. */
const overMaximum = (x: Expr): Expr => {
  const axis = x.shape.length - 1;
  const largest = reshape(reduceMax(x, [axis]), keptShape(x, [axis]));
  return div(x, where(equal(largest, 0), constant(1, x.dtype), largest));
};

const normalizer: Importer = (n) => {
  const x = featuresOf(n);
  const norm = n.string('norm', 'MAX');
  if (norm === 'MAX') return [overMaximum(x)];
  if (norm === 'L2') return [lpNormalize(x)];
  if (norm !== 'L1') return n.fail(`has the norm "${norm}"; it must be MAX, L1 or L2`);
  // The elements of a softmax sum to 1 already, which scikit-learn's files make sure of: as a softmax it can have logits.
  return [logitsOf(x, x.shape.length - 1) ? x : lpNormalize(x, -1, 1)];
};

/** x·Cᵀ + b, [N, rows], for C [rows, F]. */
const affineOf = (n: ImportNode, rows: number): Expr => {
  const x = rowsOf(n);
  const features = x.shape[1] as number;
  const [coefficients, intercepts] = [n.floats('coefficients') ?? [], n.floats('intercepts') ?? []];
  if (coefficients.length !== rows * features)
    return n.fail(
      `has ${coefficients.length} coefficients; ${rows} rows of ${features} features need ${rows * features}`,
    );
  const columns = Array.from({ length: features }, (_, f) =>
    Array.from({ length: rows }, (_, row) => coefficients[row * features + f]!),
  ).flat();
  const product = matmul(x, constant(tensor(columns, [features, rows], x.dtype)));
  if (intercepts.length === 0) return product;
  if (intercepts.length !== rows) return n.fail(`has ${intercepts.length} intercepts for ${rows} rows of coefficients`);
  return add(product, constant(tensor(intercepts, [rows], x.dtype)));
};

/** The scores after the transformation that the node names. */
const transformed = (n: ImportNode, scores: Expr, known: Readonly<Record<string, (scores: Expr) => Expr>>): Expr => {
  const name = n.string('post_transform', 'NONE');
  const transform = Object.hasOwn(known, name) ? known[name] : undefined;
  return transform
    ? transform(scores)
    : n.fail(`transforms its scores by "${name}"; supported here are ${Object.keys(known).join(', ')}`);
};

const untouched = { NONE: (scores: Expr): Expr => scores };
const ofSeveral = { ...untouched, LOGISTIC: sigmoid, SOFTMAX: (scores: Expr): Expr => softmax(scores, 1) };

/** p beside what it leaves to 1. */
const pair = (p: Expr): Expr => concat([sub(1, p), p], 1);
const ofOne = { NONE: pair, LOGISTIC: (score: Expr): Expr => pair(sigmoid(score)) };

/** ONNX Runtime leaves the one score of a single target as it is, whatever the transformation is called: only NONE is clear. */
const linearRegressor: Importer = (n) => {
  const targets = n.int('targets', 1);
  return [transformed(n, affineOf(n, targets), targets === 1 ? untouched : ofSeveral)];
};

/**
 * Labels and scores. One row of coefficients is that of the second of two classes, as in ONNX Runtime. Labels that are texts are no values of
 * a graph: only the scores of such a model can be asked for.
 */
const linearClassifier: Importer = (n) => {
  const labels = n.ints('classlabels_ints');
  const classes = (labels ?? n.strings('classlabels_strings') ?? []).length;
  const features = rowsOf(n).shape[1] as number;
  const rows = (n.floats('coefficients') ?? []).length / features;
  const single = rows === 1 && classes === 2;
  if (rows !== classes && !single)
    return n.fail(
      `has ${n.floats('coefficients')?.length ?? 0} coefficients for ${classes} classes of ${features} features`,
    );
  const scores = affineOf(n, rows);
  const picked = single ? cast(greater(reshape(scores, [scores.shape[0]!]), 0), 'int64') : argMax(scores, 1);
  return [
    labels && gather(constant(tensor(labels, [classes], 'int64')), picked, 0),
    transformed(n, scores, single ? ofOne : ofSeveral),
  ];
};

export const linearModels: Readonly<Record<string, Importer>> = {
  LinearClassifier: linearClassifier,
  LinearRegressor: linearRegressor,
  Normalizer: normalizer,
  Scaler: scaler,
};
