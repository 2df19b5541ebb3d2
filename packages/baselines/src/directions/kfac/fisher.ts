/** Fisher matrices of a model's output: what K-FAC takes the covariance of the outputs' adjoints under. */

import {
  add,
  argMax,
  constant,
  describe,
  type Expr,
  expand,
  GraphError,
  type Input,
  log,
  mul,
  neg,
  oneHot,
  reshape,
  sliceAxis,
  softmax,
  sqrt,
  sub,
  tensor,
} from '@hograd/graph-builder';

/** A square root of the Fisher matrix of each example's output. */
export interface Fisher {
  /** The model's output [N, C], one row an example. */
  readonly output: Expr;
  /** r_1 … r_k, each [N, C]: Σ_c r_c r_cᵀ is, or estimates, each example's Fisher matrix in its output. */
  readonly roots: readonly Expr[];
  /** Graph inputs that the roots read and the loss does not; default none. */
  readonly inputs?: readonly Input[];
}

const classesOf = (operation: string, output: Expr): number => {
  const [, classes] = output.shape;
  if (output.shape.length !== 2 || typeof classes !== 'number') {
    throw new GraphError(operation, `${describe(output)} must be [N, C]: one row of C numbers an example`);
  }
  return classes;
};

/** The c-th unit vector [1, classes]. */
const unit = (c: number, classes: number, like: Expr): Expr =>
  constant(
    tensor(
      Array.from({ length: classes }, (_, k) => Number(k === c)),
      [1, classes],
      like.dtype,
    ),
  );

const indices = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i);

/**
 * The Fisher matrix Diag(p) − ppᵀ of softmax cross-entropy in its logits [N, C], exactly: C roots √p_c(e_c − p), and so
 * C reverse passes. It is also the Hessian of the loss in the logits, which makes F the generalised Gauss–Newton
 * matrix. Throws GraphError unless the logits are [N, C].
 */
export const softmaxFisher = (logits: Expr): Fisher => {
  const classes = classesOf('softmaxFisher', logits);
  const p = softmax(logits, 1);
  return {
    output: logits,
    roots: indices(classes).map((c) => mul(sub(unit(c, classes, logits), p), sqrt(sliceAxis(p, 1, c, 1)))),
  };
};

/**
 * An estimate of the same from one label drawn for each example from the model's own prediction: one root e_y − p and
 * one reverse pass. `uniforms` [N, C] is a graph input for independent numbers in (0, 1), turned into Gumbel noise: y =
 * argmax(logits − ln(−ln uniforms)). Martens and Grosse, ICML 2015, section 5. Throws GraphError unless the logits are
 * [N, C].
 */
export const sampledSoftmaxFisher = (logits: Expr, uniforms: Input): Fisher => {
  const classes = classesOf('sampledSoftmaxFisher', logits);
  const gumbel = neg(log(neg(log(uniforms))));
  const label = argMax(add(logits, gumbel), 1);
  const drawn = oneHot(
    reshape(label, [logits.shape[0]!]),
    classes,
    constant(1, logits.dtype),
    constant(0, logits.dtype),
  );
  return { output: logits, roots: [sub(drawn, softmax(logits, 1))], inputs: [uniforms] };
};

/**
 * The Fisher matrix (2/C)·I of `meanSquaredError` in the output [N, C], of a Gaussian model: C constant roots, and so C
 * reverse passes. Throws GraphError unless the output is [N, C].
 */
export const gaussianFisher = (output: Expr): Fisher => {
  const classes = classesOf('gaussianFisher', output);
  const scale = Math.sqrt(2 / classes);
  return {
    output,
    roots: indices(classes).map((c) => expand(mul(unit(c, classes, output), scale), output.shape)),
  };
};
