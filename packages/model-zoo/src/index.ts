/** Models of arXiv 2312.03885, their initial values and losses, as expressions and graphs. */

export { meanSquaredError, negativeLogLikelihood, softmaxCrossEntropy } from '@hograd/graph-builder';
export { type Activation, defaultSigma } from './activation.js';
export { type InitializeOptions, initialize } from './initialize.js';
export { type LossGraphOptions, lossGraph } from './lossGraph.js';
export { bigMlp, type MlpOptions, mlp, paperMlp } from './mlp.js';
export { type Model, type ParameterExprs, type ParameterSpec, parameterCount } from './model.js';
