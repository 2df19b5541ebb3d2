/** Where a graph can run. */

/** An execution provider of ONNX Runtime. */
export type Device = 'cpu' | 'cuda' | 'webgpu';

/** The order in which `auto` tries: fastest first. */
export const FASTEST_FIRST: readonly Device[] = ['cuda', 'webgpu', 'cpu'];
