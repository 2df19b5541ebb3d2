/** Initializers: composable, seeded initial values of parameters. */

export { filled, normal, ones, uniform, zeros } from './distributions.js';
export { byKind, type Initializer, own, scaled } from './initializer.js';
export { orthogonal } from './orthogonal.js';
export { pytorchDefault } from './pytorch.js';
export { fanInNormal, glorotNormal, glorotUniform, type HeOptions, heNormal, heUniform } from './variance.js';
