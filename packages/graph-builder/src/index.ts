export type { DataOf, DType, Tensor, TensorData } from './tensor.js';
