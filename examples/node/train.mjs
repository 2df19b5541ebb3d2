// node train.mjs MODEL STEP OUT: takes MODEL's values, trains them with its training step STEP, and writes MODEL with the trained ones as OUT.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openDataset, shuffledSampler, sizeOfDataset, takeBatch } from '@hograd/data';
import { decode, encode } from '@hograd/graph-builder';
import { openSession, withSession } from '@hograd/session';

const EPOCHS = 3;
const BATCH = 100;
const RATE = 0.003;

const [modelPath, stepPath, outPath] = process.argv.slice(2);

const right = (either) => {
  if (either._tag === 'Left') throw new Error(either.left.message);
  return either.right;
};

// A step's outputs next.NAME are the following step's inputs NAME: the parameters, the optimizer's state, and the counter of steps.
const step = right(await openSession(stepPath)());
const carried = step.inputs.filter(({ name }) => step.outputs.some((output) => output.name === `next.${name}`));
const isZeroAtFirst = ({ name }) => name.startsWith('state.') || name === 'step';
const parameters = carried.filter((port) => !isZeroAtFirst(port)).map(({ name }) => name);

const zeros = ({ dtype, shape }) => ({ dtype, shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)) });
const externalData = (location) => readFileSync(join(dirname(modelPath), location));
const model = right(decode(readFileSync(modelPath), { parameters, externalData }));

let values = Object.fromEntries(
  carried.map((port) => [port.name, isZeroAtFirst(port) ? zeros(port) : model.initializers.get(port.name)]),
);

const { train, test } = right(await openDataset('synthetic')());
const size = sizeOfDataset(train);
const sampler = right(shuffledSampler({ size, batch: BATCH, seed: 1, stream: 'gradient' }));
const rate = { dtype: 'float32', shape: [], data: Float32Array.of(RATE) };

let state = sampler.initial;
for (let epoch = 1; epoch <= EPOCHS; epoch++) {
  let sum = 0;
  for (let b = 0; b < size / BATCH; b++) {
    const sampled = sampler.next(state);
    const outputs = right(await step.run({ ...values, ...takeBatch(train, sampled.indices), rate })());
    values = Object.fromEntries(carried.map(({ name }) => [name, outputs[`next.${name}`]]));
    sum += outputs.loss.data[0];
    state = sampled.state;
  }
  console.log(`epoch ${epoch}: mean loss ${((sum * BATCH) / size).toFixed(4)}`);
}

const initializers = new Map(parameters.map((name) => [name, values[name]]));
writeFileSync(outPath, encode({ ...model, initializers }, { keepInitializers: true }));

// The loss on the test set: of MODEL, of the trained values in the training step, of OUT.
const examples = takeBatch(
  test,
  Array.from({ length: sizeOfDataset(test) }, (_, i) => i),
);
const lossOf = async (path) =>
  right(await withSession(path, {}, (session) => session.run(examples, ['loss']))()).loss.data[0];
const trained = right(await step.run({ ...values, ...examples, rate }, ['loss'])()).loss.data[0];
const [before, after] = [await lossOf(modelPath), await lossOf(outPath)];
console.log(`test loss: ${before.toFixed(4)} before, ${trained.toFixed(4)} after, ${after.toFixed(4)} in ${outPath}`);
if (!(after < before)) throw new Error('the loss did not fall');
if (Math.abs(after - trained) > 1e-5 * trained) throw new Error(`${outPath} does not have the trained loss`);
right(await step.release()());
