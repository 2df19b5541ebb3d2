// Writes what the page fetches into dist/: a training step as an ONNX file, the values it starts from, and digits to learn;
// and the model, for finish.mjs.
import { mkdirSync, writeFileSync } from 'node:fs';
import { adam, constantRate, trainStep } from '@hograd/baselines';
import { syntheticDigits, takeBatch } from '@hograd/data';
import { encode, outputNamed } from '@hograd/graph-builder';
import { lossGraph, smallMlp } from '@hograd/model-zoo';

const EXAMPLES = 1000;

const write = (name, content) => writeFileSync(new URL(`dist/${name}`, import.meta.url), content);
const bytesOf = ({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

const model = lossGraph(smallMlp(), { seed: 1 });
const step = trainStep({
  loss: outputNamed('loss')(model),
  parameters: model.inputs.filter((input) => model.initializers.has(input.attributes.name)),
  direction: adam(),
  rule: constantRate(),
});

mkdirSync(new URL('dist', import.meta.url), { recursive: true });
write('model.onnx', encode(model, { keepInitializers: true }));
write('step.onnx', encode(step));

// Parameters from the model; zeros for the optimizer's state and the step counter. All are float32, one after another.
const start = [...new Map([...model.initializers, ...step.initializers])];
write('start.json', JSON.stringify(start.map(([name, { shape }]) => ({ name, shape }))));
write('start.bin', Buffer.concat(start.map(([, tensor]) => bytesOf(tensor))));

const digits = syntheticDigits({ seed: 1, train: EXAMPLES, test: 10 });
if (digits._tag === 'Left') throw new Error(digits.left.message);
const { x, y } = takeBatch(
  digits.right.train,
  Array.from({ length: EXAMPLES }, (_, i) => i),
);
write('x.bin', bytesOf(x));
write('y.bin', bytesOf(y));
