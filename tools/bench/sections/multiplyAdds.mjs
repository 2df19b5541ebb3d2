// Multiply-adds of an ONNX Runtime kernel, from its operator and the shapes of its inputs and outputs.
import { elementCount } from '@hograd/graph-builder';

const matrix = (dims) => elementCount(dims.slice(-2));

/** m·k·n from the sizes m·k, k·n and m·n, whichever operands are read transposed. */
const matrixProduct = ([a, b], [c]) =>
  Math.round(Math.sqrt(matrix(a) * matrix(b) * matrix(c))) * elementCount(c.slice(0, -2));

const convolution = ([, weights], [y]) => elementCount(y) * elementCount(weights.slice(1));

const transposedConvolution = ([x, weights]) => elementCount(x) * elementCount(weights.slice(1));

const PRODUCTS = {
  MatMul: matrixProduct,
  FusedMatMul: matrixProduct,
  Gemm: matrixProduct,
  FusedGemm: matrixProduct,
  Conv: convolution,
  FusedConv: convolution,
  ConvTranspose: transposedConvolution,
};

/**
 * Multiply-adds of matrix products and convolutions, padding counted as if it were data; 0 for other operators. Throws for
 * those that multiply matrices and are not known here, rather than count too little.
 */
export const multiplyAddsOf = (operator, inputs, outputs) => {
  const count = PRODUCTS[operator];
  if (count) return count(inputs, outputs);
  if (!/Einsum|Attention|MatMul|Gemm|Conv|RNN|LSTM|GRU/.test(operator)) return 0;
  throw new Error(`the products of ${operator} are not counted; add it to tools/bench/sections/multiplyAdds.mjs`);
};
