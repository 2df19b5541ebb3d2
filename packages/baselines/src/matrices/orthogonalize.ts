/** The nearest semi-orthogonal matrix, roughly, by matrix products alone. */

import { add, type Expr, matmul, matrixTranspose, maximum, mul, reciprocal } from '@hograd/graph-builder';
import { globalNorm } from '../products.js';

export interface OrthogonalizeOptions {
  /** Default 5. */
  readonly iterations?: number;
  /** a, b, c of the odd polynomial as + bs³ + cs⁵ that acts on the singular values; default 3.4445, −4.775, 2.0315. */
  readonly coefficients?: readonly [number, number, number];
  /** Least Frobenius norm to divide by; default 1e-7. */
  readonly eps?: number;
}

/**
 * G = USVᵀ [m, n] with its singular values brought near 1: iterations X ← aX + (bXXᵀ + c(XXᵀ)²)X from X = G/‖G‖. The
 * default coefficients rise as fast as they can at 0 and leave singular values between about 0.7 and 1.2 rather than at
 * 1; (1.5, −0.5, 0) is the classical Newton–Schulz iteration, which converges to UVᵀ, slowly. Jordan et al., "Muon: an
 * optimizer for hidden layers in neural networks", 2024.
 */
export const orthogonalize = (matrix: Expr, options: OrthogonalizeOptions = {}): Expr => {
  const { iterations = 5, coefficients = [3.4445, -4.775, 2.0315], eps = 1e-7 } = options;
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
