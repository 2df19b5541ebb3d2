import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { decode, type Tensor, tensor } from '@hograd/graph-builder';
import * as E from 'fp-ts/lib/Either.js';
import onnxProto from 'onnx-proto';
import { describe, expect, it } from 'vitest';
import { initializerTypes, replaceInitializers, selfContained } from '../src/initializers.js';

const { ModelProto } = onnxProto.onnx;

const golden = fileURLToPath(new URL('../../../test-fixtures/golden', import.meta.url));
const models = readdirSync(golden).filter((name) => !name.endsWith('.json'));
const bytesOf = (name: string): Uint8Array => readFileSync(`${golden}/${name}/model.onnx`);

const initializersOf = (bytes: Uint8Array): ReadonlyMap<string, Tensor> => {
  const graph = decode(bytes);
  if (E.isLeft(graph)) throw new Error(graph.left.message);
  return graph.right.initializers;
};

/** A field that is newer than the schema of onnx-proto: ModelProto.configuration (26), empty. */
const UNKNOWN = Uint8Array.of(0xd2, 0x01, 0);

describe('replaceInitializers', () => {
  it.each(models)('%s: without values it gives the very bytes', (name) => {
    const bytes = Buffer.concat([bytesOf(name), UNKNOWN]);
    expect(Buffer.from(replaceInitializers(bytes, new Map())).equals(bytes)).toBe(true);
  });

  it.each(models)('%s: puts values in and changes nothing else', (name) => {
    const bytes = Buffer.concat([bytesOf(name), UNKNOWN]);
    const values = new Map(
      [...initializersOf(bytes)].map(([key, { shape, data }], i) => [
        key,
        tensor(
          Array.from(data as Float32Array, (_, k) => i + k / 8),
          shape,
          'float32',
        ),
      ]),
    );
    const replaced = replaceInitializers(bytes, values);
    expect(initializersOf(replaced)).toEqual(values);
    expect(Buffer.from(replaced.subarray(-UNKNOWN.length)).equals(UNKNOWN)).toBe(true);
    const back = replaceInitializers(replaced, initializersOf(bytes));
    expect(ModelProto.decode(back).toJSON()).toEqual(ModelProto.decode(bytes).toJSON());
  });
});

describe('selfContained', () => {
  it('brings data from other files into the model', () => {
    const bytes = bytesOf('mlp-tanh');
    const model = ModelProto.decode(bytes);
    const pieces: Uint8Array[] = [];
    let offset = 0;
    for (const proto of model.graph!.initializer!) {
      const data = proto.rawData!;
      proto.externalData = [
        { key: 'location', value: 'model.onnx.data' },
        { key: 'offset', value: String(offset) },
        { key: 'length', value: String(data.length) },
      ];
      proto.dataLocation = 1;
      proto.rawData = new Uint8Array();
      pieces.push(data);
      offset += data.length;
    }
    const split = ModelProto.encode(model).finish();
    const whole = selfContained({ path: '', bytes: split, externalData: () => Buffer.concat(pieces) });
    expect(split.length).toBeLessThan(bytes.length);
    expect(initializersOf(whole)).toEqual(initializersOf(bytes));
  });
});

describe('initializerTypes', () => {
  it('gives the element type of each initializer', () => {
    const types = initializerTypes(bytesOf('mlp-tanh'));
    expect([...types.keys()]).toEqual([...initializersOf(bytesOf('mlp-tanh')).keys()]);
    expect(new Set(types.values())).toEqual(new Set([1]));
  });
});
