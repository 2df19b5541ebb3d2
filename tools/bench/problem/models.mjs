// The models that are measured: hograd's own description, and what a peer needs to know to build the same.
import { bigMlp, deepMlp, gpt, lenet, paperMlp, vgg11 } from '@hograd/model-zoo';

const VGG11 = [64, 'M', 128, 'M', 256, 256, 'M', 512, 512, 'M', 512, 512, 'M'];
const NARROW = VGG11.map((step) => (step === 'M' ? step : step / 16));

const tanhPerceptron = { kind: 'perceptron', activation: 'tanh' };
const eluPerceptron = { kind: 'perceptron', activation: 'elu' };

/** For gpt an example is 64 tokens: 16 of them are 1,024 rows in every product. */
const FULL = {
  mlp: { title: 'MLP', batch: 100, architecture: tanhPerceptron, build: () => paperMlp() },
  lenet: { title: 'LeNet-5', batch: 100, architecture: { kind: 'lenet' }, build: () => lenet() },
  bigmlp: { title: 'BigMLP', batch: 100, architecture: eluPerceptron, build: () => bigMlp() },
  'bigmlp-1000': { title: 'BigMLP', batch: 1000, architecture: eluPerceptron, build: () => bigMlp() },
  vgg11: {
    title: 'VGG-11′',
    batch: 32,
    architecture: { kind: 'vgg', plan: VGG11 },
    build: () => vgg11({ plan: VGG11 }),
  },
  gpt: {
    title: 'GPT, 4 blocks',
    batch: 16,
    architecture: { kind: 'gpt', blocks: 4, heads: 4 },
    build: () => gpt(),
  },
};

const smallChain = () => deepMlp({ inputs: 48, depth: 4, width: 32, activation: 'elu' });

/** The same kinds of model, small: for `--quick`, which shows that everything works and times nothing worth telling. */
const QUICK = {
  mlp: { batch: 8 },
  lenet: { batch: 4 },
  bigmlp: { batch: 8, build: smallChain },
  'bigmlp-1000': { batch: 16, build: smallChain },
  vgg11: { batch: 2, architecture: { kind: 'vgg', plan: NARROW }, build: () => vgg11({ plan: NARROW }) },
  gpt: {
    batch: 2,
    architecture: { kind: 'gpt', blocks: 2, heads: 2 },
    build: () => gpt({ blocks: 2, heads: 2, width: 16, vocabulary: 32, context: 8 }),
  },
};

export const MODEL_NAMES = Object.keys(FULL);

/** The name of a perceptron of `depth` hidden layers of `width`, for the growth of time with S and P. */
export const chainName = (depth, width) => `chain-${depth}x${width}`;

const chain = (name, quick) => {
  const [, depth, width] = /^chain-(\d+)x(\d+)$/.exec(name).map(Number);
  return {
    name,
    title: `${depth} × ${width}`,
    batch: quick ? 4 : 100,
    architecture: tanhPerceptron,
    model: deepMlp({ depth, width }),
  };
};

/** { name, title, batch, model, architecture } of one of MODEL_NAMES, or of a chain. */
export const benchModel = (name, quick) => {
  if (name.startsWith('chain-')) return chain(name, quick);
  const { build, ...rest } = { ...FULL[name], ...(quick && QUICK[name]) };
  return { name, ...rest, model: build() };
};
