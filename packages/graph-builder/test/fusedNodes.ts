/** Nodes of the domain com.microsoft, for the tests of what ONNX Runtime's optimizers fuse. */

import type { OneNode, Operand } from './oneNode.js';

export const fused = (node: Omit<OneNode, 'domain'>): OneNode => ({ domain: 'com.microsoft', ...node });

/** An int32 operand, the type that these operators count in. */
export const int32s = (shape: readonly number[], data: readonly number[], rest: Partial<Operand> = {}): Operand => ({
  shape,
  data,
  dtype: 'int32',
  ...rest,
});
