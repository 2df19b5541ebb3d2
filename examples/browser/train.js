// Trains in the page: one run of step.onnx is one step of Adam; its outputs next.NAME are the next run's inputs NAME.
import * as ort from './node_modules/onnxruntime-web/dist/ort.wasm.min.mjs';

const BATCH = 100;
const PIXELS = 784;
const EPOCHS = 10;
const RATE = 0.003;

ort.env.wasm.numThreads = 1; // more need a page that is cross-origin isolated

const fetched = async (name) => (await fetch(`dist/${name}`)).arrayBuffer();
const log = document.querySelector('pre');

const startingValues = async () => {
  const [parts, numbers] = [
    JSON.parse(new TextDecoder().decode(await fetched('start.json'))),
    await fetched('start.bin'),
  ];
  let offset = 0;
  const values = {};
  for (const { name, shape } of parts) {
    const size = shape.reduce((product, length) => product * length, 1);
    values[name] = new ort.Tensor('float32', new Float32Array(numbers, offset, size), shape);
    offset += 4 * size;
  }
  return values;
};

const session = await ort.InferenceSession.create(await fetched('step.onnx'), { executionProviders: ['wasm'] });
const x = new Float32Array(await fetched('x.bin'));
const y = new BigInt64Array(await fetched('y.bin'));
const batches = y.length / BATCH;
const rate = new ort.Tensor('float32', [RATE], []);

let values = await startingValues();
for (let epoch = 1; epoch <= EPOCHS; epoch++) {
  const began = performance.now();
  let sum = 0;
  for (let b = 0; b < batches; b++) {
    const outputs = await session.run({
      ...values,
      rate,
      x: new ort.Tensor('float32', x.subarray(b * BATCH * PIXELS, (b + 1) * BATCH * PIXELS), [BATCH, PIXELS]),
      y: new ort.Tensor('int64', y.subarray(b * BATCH, (b + 1) * BATCH), [BATCH]),
    });
    sum += outputs.loss.data[0];
    values = Object.fromEntries(Object.keys(values).map((name) => [name, outputs[`next.${name}`]]));
  }
  const milliseconds = (performance.now() - began).toFixed(0);
  log.textContent += `epoch ${epoch}: mean loss ${(sum / batches).toFixed(4)}, ${milliseconds} ms\n`;
}
log.textContent += 'done\n';

// The values now, laid out as start.bin: finish.mjs puts them into the model.
const trained = new Blob(Object.values(values).map(({ data }) => data));
const link = { href: URL.createObjectURL(trained), download: 'trained.bin', textContent: 'trained.bin' };
document.body.append(Object.assign(document.createElement('a'), link));
