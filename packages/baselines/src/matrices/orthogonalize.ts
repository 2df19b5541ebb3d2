/** The nearest semi-orthogonal matrix, roughly, by matrix products alone. */

import { add, type Expr, GraphError, matmul, matrixTranspose, maximum, mul, reciprocal } from '@hograd/graph-builder';
import { globalNorm } from '../products.js';
import { requireCount, requireNonNegative } from '../state.js';

/** Options of `orthogonalize`. */
export interface OrthogonalizeOptions {
  /** A whole number of at least 1; default 5. */
  readonly iterations?: number;
  /** a, b, c of the odd polynomial as + bs³ + cs⁵ that acts on the singular values, finite; default 3.4445, −4.775, 2.0315. */
  readonly coefficients?: readonly [number, number, number];
  /** Least Frobenius norm to divide by, finite and not negative; default 1e-7. */
  readonly eps?: number;
}

/** The options with their defaults. Throws GraphError, in the direction's name, where one is out of its range. */
export const requireOrthogonalize = (
  direction: string,
  { iterations = 5, coefficients = [3.4445, -4.775, 2.0315], eps = 1e-7 }: OrthogonalizeOptions,
): Required<OrthogonalizeOptions> => {
  requireCount(direction, 'iterations', iterations);
  if (coefficients.length !== 3 || !coefficients.every(Number.isFinite)) {
    const message = `coefficients are [${coefficients.join(', ')}]; they must be three finite numbers`;
    throw new GraphError(direction, message);
  }
  requireNonNegative(direction, 'eps', eps);
  return { iterations, coefficients, eps };
};

/**
 * G = USVᵀ [m, n] with its singular values brought near 1: iterations X ← aX + (bXXᵀ + c(XXᵀ)²)X from X = G/‖G‖. The
 * default coefficients rise as fast as they can at 0 and leave singular values between about 0.7 and 1.2 rather than at
 * 1; (1.5, −0.5, 0) is the classical Newton–Schulz iteration, which converges to UVᵀ, slowly. Jordan et al., "Muon: an
 * optimizer for hidden layers in neural networks", 2024. Throws GraphError where an option is out of its range.
 */
export const orthogonalize = (matrix: Expr, options: OrthogonalizeOptions = {}): Expr => {
  const { iterations, coefficients, eps } = requireOrthogonalize('orthogonalize', options);
  const [a, b, c] = coefficients;
  // The Gram matrix of the shorter side is the cheaper one.
  const tall = Number(matrix.shape[0]) > Number(matrix.shape[1]);
  const scale = reciprocal(maximum(globalNorm([matrix]), eps));
  let x = mul(tall ? matrixTranspose(matrix) : matrix, scale);
  for (let k = 0; k < iterations; k++) {
    const gram = matmul(x, matrixTranspose(x));
    x = add(mul(x, a), matmul(add(mul(gram, b), mul(matmul(gram, gram), c)), x));
  }
  return tall ? matrixTranspose(x) : x;
};
