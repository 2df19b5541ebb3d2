import type { onnx as Onnx } from 'onnx-proto';
import { describe, expect, it } from 'vitest';
import * as G from '../src/index.js';
import { expectClose, fileOf, graphOf, modelOf, refusalOf, storedTensor, valueInfo, wave } from './oneNode.js';

const floats = (values: readonly number[]): Uint8Array => new Uint8Array(Float32Array.from(values).buffer);

/** x + w with w's data in another file. */
const withExternal = (entries: Readonly<Record<string, string>>, dims: readonly number[] = [3]): Uint8Array => {
  const { rawData: _, ...w } = storedTensor('w', G.tensor(Array(dims[0]).fill(0), dims, 'float32'));
  const external: Onnx.ITensorProto = {
    ...w,
    dataLocation: 1,
    externalData: Object.entries(entries).map(([key, value]) => ({ key, value })),
  };
  return modelOf(
    {
      node: [{ opType: 'Add', input: ['x', 'w'], output: ['y'], name: 'sum' }],
      input: [valueInfo('x', 'float32', [3])],
      initializer: [external],
      output: [valueInfo('y', 'float32', [3])],
    },
    17,
  );
};

describe('external data', () => {
  const folder = new Map([['weights.bin', floats([9, 1, 2, 3, 4])]]);
  const externalData = (location: string): Uint8Array | undefined => folder.get(location);
  const valuesOf = (bytes: Uint8Array): number[] =>
    Array.from(graphOf(bytes, { externalData }).initializers.get('w')!.data as Float32Array);

  it('is read where the model points', () => {
    expect(valuesOf(withExternal({ location: 'weights.bin', offset: '4', length: '12' }))).toEqual([1, 2, 3]);
    expect(valuesOf(withExternal({ location: 'weights.bin', offset: '8' }))).toEqual([2, 3, 4]);
    expect(valuesOf(withExternal({ location: 'weights.bin', checksum: 'ignored' }))).toEqual([9, 1, 2]);
  });
  it('may be aligned to no element', () => {
    const shifted = Uint8Array.from([0, ...floats([5, 6, 7])]);
    const graph = graphOf(withExternal({ location: 'w', offset: '1' }), { externalData: () => shifted });
    expect(Array.from(graph.initializers.get('w')!.data as Float32Array)).toEqual([5, 6, 7]);
  });
  it('that is missing is an error that names the file', () => {
    const bytes = withExternal({ location: 'elsewhere.bin' });
    for (const options of [{}, { externalData }]) {
      expect(refusalOf(bytes, options)).toMatchObject({
        _tag: 'MissingExternalData',
        tensor: 'w',
        location: 'elsewhere.bin',
        message: expect.stringMatching(/keeps its data in the file "elsewhere\.bin", which is missing/),
      });
    }
  });
  it.each([
    [{}, /does not say which/],
    [{ location: 'weights.bin', offset: '-4' }, /has offset "-4"/],
    [{ location: 'weights.bin', offset: 'here' }, /has offset "here"/],
    [{ location: 'weights.bin', length: '8' }, /has 8 bytes in the file "weights\.bin"; its shape needs 12/],
    [{ location: 'weights.bin', offset: '12' }, /ends at byte 24 of "weights\.bin", which has 20/],
  ] as const)('%o is refused', (entries, message) => {
    const error = refusalOf(withExternal(entries), { externalData });
    expect(error._tag).toBe('InvalidTensor');
    expect(error.message).toMatch(message);
  });
});

describe('precision', () => {
  const mean = fileOf({ type: 'ReduceMean', operands: [{ shape: [3] }], opset: 13 });

  it('is taken before anything is computed, so that nothing is rounded to the file’s', () => {
    const graph = graphOf(mean, { dtype: 'float64' });
    expect(graph.inputs[0]!.dtype).toBe('float64');
    const [y] = G.evaluate([graph.outputs[0]!.value], { in0: { shape: [3], data: Float64Array.of(1, 1, 1) } });
    expectClose(y!.data, [1], 1e-15);
  });
  it.each(['float32', 'float64'] as const)('%s holds for every floating-point value', (dtype) => {
    const bytes = modelOf(
      {
        node: [
          { opType: 'Cast', input: ['n'], output: ['m'], attribute: [{ name: 'to', type: 2, i: 1 }] },
          { opType: 'Constant', output: ['c'], attribute: [{ name: 'value_float', type: 1, f: 0.5 }] },
          { opType: 'Shape', input: ['m'], output: ['s'] },
          { opType: 'ConstantOfShape', input: ['s'], output: ['z'] },
          { opType: 'Sum', input: ['m', 'c', 'z', 'w'], output: ['y'] },
        ],
        input: [valueInfo('n', 'int64', [2])],
        initializer: [storedTensor('w', G.tensor([1, 2], [2], 'float32'))],
        output: [valueInfo('y', 'float32', [2])],
      },
      17,
    );
    const graph = graphOf(bytes, { dtype });
    expect(G.topologicalOrder([graph.outputs[0]!.value]).map((e) => e.dtype)).not.toContain(
      dtype === 'float32' ? 'float64' : 'float32',
    );
    expect(graph.initializers.get('w')!.dtype).toBe(dtype);
    const [y] = G.evaluate([graph.outputs[0]!.value], {
      n: { shape: [2], data: Float64Array.of(3, 4) },
      w: { shape: [2], data: Float64Array.of(1, 2) },
    });
    expect([...y!.data]).toEqual([4.5, 6.5]);
  });
});

describe('parameters', () => {
  const four = (stored: boolean) => ({ shape: [2], data: wave([2], 1).map(Math.abs), stored });
  const normalization = fileOf({
    type: 'BatchNormalization',
    operands: [{ shape: [3, 2], batch: true }, four(true), four(true), four(true), four(true)],
  });
  it('are the initializers but for running statistics', () => {
    expect([...graphOf(normalization).initializers.keys()]).toEqual(['in1', 'in2']);
  });
  it('are those that the caller names', () => {
    expect([...graphOf(normalization, { parameters: ['in1', 'in3'] }).initializers.keys()]).toEqual(['in1', 'in3']);
  });
});

describe('operator sets', () => {
  it.each([6, 27])('%i is refused', (opset) => {
    const error = refusalOf(fileOf({ type: 'Relu', operands: [{ shape: [2] }], opset }));
    expect(error.message).toMatch(new RegExp(`uses operator set ${opset}; sets 7 to 26 are read`));
  });
  it.each([7, 26])('%i is read', (opset) => {
    expect(graphOf(fileOf({ type: 'Relu', operands: [{ shape: [2] }], opset })).outputs).toHaveLength(1);
  });
  it('sparse initializers are refused', () => {
    const bytes = modelOf(
      {
        node: [{ opType: 'Neg', input: ['w'], output: ['y'] }],
        sparseInitializer: [{ values: storedTensor('w', G.tensor([1], [1], 'float32')) }],
        output: [valueInfo('y', 'float32', [3])],
      },
      17,
    );
    expect(refusalOf(bytes).message).toMatch(/initializer "w" is sparse, which is not supported/);
  });
});
