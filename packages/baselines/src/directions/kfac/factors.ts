/** A layer's two Kronecker factors on one batch. */

import {
  cast,
  concat,
  constant,
  type Dim,
  dims,
  div,
  type Expr,
  expand,
  GraphError,
  grad,
  type Input,
  matmul,
  mul,
  reciprocal,
  reshape,
  square,
  sumOf,
  transpose,
  vjp,
} from '@hograd/graph-builder';
import type { DirectionArguments } from '../../direction.js';
import type { Fisher } from './fisher.js';
import type { Layer } from './layer.js';

/** A dimension as a floating-point scalar, computed when the graph runs where it is a symbol. */
const scalarOf = (dim: Dim, like: Expr): Expr => cast(reshape(dims([dim]), []), like.dtype);

/** The rows with a 1 at the end of each, for the bias. */
const homogeneous = (rows: Expr): Expr => concat([rows, expand(constant(1, rows.dtype), [rows.shape[0]!, 1])], 1);

const gram = (rows: Expr): Expr => matmul(transpose(rows), rows);

/** How many examples a batch has: the first axis of its inputs. Throws GraphError where they differ. */
const examplesOf = (batch: readonly Input[]): Dim => {
  const first = [...new Set(batch.flatMap(({ shape }) => shape.slice(0, 1)))];
  const [examples] = first;
  if (examples === undefined || first.length > 1) {
    throw new GraphError(
      'kfac',
      `the batch's inputs have the first axes [${first.join(', ')}], which do not say how many examples there are; ` +
        'give a fisher',
    );
  }
  return examples;
};

export interface Factors {
  /** Ω [inputs (+ 1), inputs (+ 1)]: second moments of the inputs, summed over the positions of an example. */
  readonly inputs: Expr;
  /** Γ [outputs, outputs]: second moments of the outputs' adjoints, averaged over those positions. */
  readonly outputs: Expr;
}

/**
 * Ω = Σ aaᵀ/N and Γ = Σ ggᵀ/rows, sums over all rows, with a the inputs of a row (and a 1 for the bias) and g the
 * adjoint of its outputs for one example's own loss: Ω ⊗ Γ is Martens and Grosse's factor (ICML 2015, section 3) where
 * an example is one row, and Grosse and Martens' for convolutions (ICML 2016, theorem 1) where its positions share the
 * weights. Without a Fisher matrix g is of the loss itself: the empirical Fisher.
 */
export const factorsOf = (
  layer: Layer,
  { loss, batch }: Pick<DirectionArguments, 'loss' | 'batch'>,
  fisher: Fisher | undefined,
): Factors => {
  const rows = layer.bias ? homogeneous(layer.inputRows) : layer.inputRows;
  const examples = scalarOf(fisher ? fisher.output.shape[0]! : examplesOf(batch), loss);
  const adjoints = fisher
    ? fisher.roots.flatMap((root) => vjp(new Map([[fisher.output, root]]), [layer.output]))
    : grad(loss, [layer.output]);
  const sum = sumOf(adjoints.map((adjoint) => gram(layer.outputRows(adjoint))));
  // The loss is a mean: its adjoint is an example's own over N, and its square that over N².
  const own = fisher ? sum : mul(sum, square(examples));
  return {
    inputs: mul(gram(rows), reciprocal(examples)),
    outputs: div(own, scalarOf(layer.inputRows.shape[0]!, loss)),
  };
};
