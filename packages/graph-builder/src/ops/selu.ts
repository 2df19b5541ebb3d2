/** Selu: the self-normalising exponential linear unit (Klambauer et al. 2017, arXiv 1706.02515). */

import type { Expr } from '../expr.js';
import { elu } from './elu.js';
import { mul } from './mul.js';

/** The fixed point of activations with mean 0 and variance 1, equation 14 there, as the ONNX specification rounds it. */
export const SELU_ALPHA = 1.6732631921768188;
export const SELU_GAMMA = 1.0507010221481323;

/** γx above zero, γα(eˣ − 1) below, elementwise; the derivative at 0 is γα (PyTorch's convention). */
export const selu = (x: Expr, alpha = SELU_ALPHA, gamma = SELU_GAMMA): Expr => mul(elu(x, alpha), gamma);
