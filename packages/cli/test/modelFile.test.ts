/** Models that keep their tensors in other files. */

import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encode, input, makeGraph, matmul, mean, square } from '@hograd/graph-builder';
import * as E from 'fp-ts/lib/Either.js';
import onnxProto from 'onnx-proto';
import { expect, it } from 'vitest';
import { readModelFile } from '../src/modelFile.js';
import { hograd } from './capture.js';
import { random, scratch } from './scratch.js';

const { ModelProto } = onnxProto.onnx;
const { folder, write } = scratch();

const values = new Map(['a', 'b'].map((name) => [name, random(name, 3, 3)]));
const product = matmul(matmul(input('x', ['N', 3]), input('a', [3, 3])), input('b', [3, 3]));
const whole = encode(makeGraph([{ name: 'loss', value: mean(square(product)) }], [], values), {
  keepInitializers: true,
});

/** The model with all its tensors in one file beside it. */
const proto = ModelProto.decode(whole);
const pieces = proto.graph!.initializer!.map((tensor) => Buffer.from(tensor.rawData!));
for (const [i, tensor] of proto.graph!.initializer!.entries()) {
  const offset = pieces.slice(0, i).reduce((sum, { length }) => sum + length, 0);
  tensor.externalData = Object.entries({ location: 'model.data', offset, length: pieces[i]!.length }).map(
    ([key, value]) => ({ key, value: String(value) }),
  );
  tensor.dataLocation = 1;
  tensor.rawData = new Uint8Array();
}
const path = write('model.onnx', ModelProto.encode(proto).finish());
const data = join(folder, 'model.data');

const differentiate = () => hograd('differentiate', path, '--out', join(folder, 'gradient.onnx'));

it('reads the file that all tensors are in once', async () => {
  writeFileSync(data, Buffer.concat(pieces));
  const file = await readModelFile(path)();
  if (E.isLeft(file)) throw new Error(file.left.message);
  const { externalData } = file.right;
  expect(externalData('model.data')).toEqual(Buffer.concat(pieces));
  expect(externalData('model.data')).toBe(externalData('./model.data'));
  expect(externalData('../model.data')).toBeUndefined();
  expect(await differentiate()).toMatchObject({ status: 0, err: '' });
});

it('says which file is missing, and of one that cannot be read why', async () => {
  rmSync(data);
  expect(await differentiate()).toMatchObject({
    status: 2,
    err: expect.stringMatching(
      /"a" keeps its data in the file "model\.data", which is not in the model's folder; put it/,
    ),
  });
  mkdirSync(data);
  const refused = {
    status: 2,
    err: expect.stringMatching(/cannot read .*model\.data: it is a folder, give a file\n$/),
  };
  expect(await differentiate()).toMatchObject(refused);
  expect(await hograd('train', '--model', path, '--out', join(folder, 'run'))).toMatchObject(refused);
});
