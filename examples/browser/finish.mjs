// node finish.mjs trained.bin: writes dist/trained.onnx, the model with the parameters that the page trained.
import { readFileSync, writeFileSync } from 'node:fs';
import { decode, encode } from '@hograd/graph-builder';

const read = (name) => readFileSync(new URL(`dist/${name}`, import.meta.url));

const decoded = decode(read('model.onnx'));
if (decoded._tag === 'Left') throw new Error(decoded.left.message);
const model = decoded.right;

const numbers = Uint8Array.from(readFileSync(process.argv[2])).buffer;
let offset = 0;
const values = JSON.parse(read('start.json')).map(({ name, shape }) => {
  const size = shape.reduce((product, length) => product * length, 1);
  const data = new Float32Array(numbers, offset, size);
  offset += 4 * size;
  return [name, { dtype: 'float32', shape, data }];
});
const initializers = new Map(values.filter(([name]) => model.initializers.has(name)));
const path = new URL('dist/trained.onnx', import.meta.url);
writeFileSync(path, encode({ ...model, initializers }, { keepInitializers: true }));
