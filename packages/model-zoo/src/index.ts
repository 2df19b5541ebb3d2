/** Models of arXiv 2312.03885 and others, their initial values and losses, as expressions and graphs. */

export { meanSquaredError, negativeLogLikelihood, softmaxCrossEntropy } from '@hograd/graph-builder';
export { type Activation, defaultSigma } from './activation.js';
export { type InitializeOptions, initialize } from './initialize.js';
export * as initializers from './initializers/index.js';
export type { Initializer } from './initializers/initializer.js';
export { bernoulliCrossEntropy } from './losses.js';
export { type LossGraphOptions, lossGraph } from './lossGraph.js';
export {
  type Loss,
  type Model,
  type ParameterExprs,
  type ParameterKind,
  type ParameterSpec,
  parameterCount,
} from './model.js';
export { type AutoencoderOptions, autoencoder } from './models/autoencoder.js';
export { type GptOptions, gpt } from './models/gpt.js';
export { type LenetOptions, lenet } from './models/lenet.js';
export type { PaperOptions } from './models/paper.js';
export {
  bigMlp,
  type ClassifierOptions,
  type DeepMlpOptions,
  deepMlp,
  type MlpOptions,
  mlp,
  paperMlp,
  smallMlp,
} from './models/perceptron.js';
export { type ResnetOptions, resnet18 } from './models/resnet.js';
export { type VggOptions, vgg11 } from './models/vgg.js';
export { ntkScaling } from './ntkScaling.js';
export { type DataShape, type ModelError, type ModelName, modelNamed, modelNames } from './registry.js';
