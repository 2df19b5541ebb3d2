import type { Tensor } from '@hograd/graph-builder';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeNpy, encodeNpy } from '../src/index.js';
import { bits, DTYPES, tensors } from './arbitraries.js';
import { leftOf, rightOf } from './either.js';
import { fixture } from './fixtures.js';

const read = (name: string): Tensor => rightOf(decodeNpy(name)(fixture(`${name}.npy`)));

describe('.npy', () => {
  it('reads back what it wrote, bit for bit', () => {
    fc.assert(
      fc.property(tensors(DTYPES), (tensor) => {
        expect(bits(rightOf(decodeNpy('array')(encodeNpy(tensor))))).toEqual(bits(tensor));
      }),
      { numRuns: 300 },
    );
  });

  it('reads from any offset of a larger buffer', () => {
    fc.assert(
      fc.property(tensors(DTYPES), fc.nat({ max: 9 }), (tensor, offset) => {
        const bytes = encodeNpy(tensor);
        const shifted = new Uint8Array(bytes.length + offset);
        shifted.set(bytes, offset);
        expect(bits(rightOf(decodeNpy('array')(shifted.subarray(offset))))).toEqual(bits(tensor));
      }),
    );
  });

  it('writes the very bytes numpy writes', () => {
    for (const name of ['f4', 'f8', 'i1', 'i2', 'i4', 'i8', 'u1', 'u2', 'u4', 'u8', 'b1', 'scalar', 'empty']) {
      expect(encodeNpy(read(name)), name).toEqual(new Uint8Array(fixture(`${name}.npy`)));
    }
  });

  it('reads numpy’s types, versions, byte orders and column-major arrays', () => {
    const sixes = {
      f4: 'float32',
      f8: 'float64',
      i1: 'int8',
      i2: 'int16',
      i4: 'int32',
      u1: 'uint8',
      u2: 'uint16',
      u4: 'uint32',
    };
    for (const [name, dtype] of Object.entries({
      ...sixes,
      f2: 'float32',
      'f4-big': 'float32',
      'version-2': 'float32',
      'version-3': 'float32',
    })) {
      const { data, ...rest } = read(name);
      expect({ ...rest, data: Array.from(data as Float32Array) }, name).toEqual({
        dtype,
        shape: [2, 3],
        data: [0, 1, 2, 3, 4, 5],
      });
    }
    for (const name of ['i8', 'i8-big']) {
      expect(read(name), name).toEqual({
        dtype: 'int64',
        shape: [2, 3],
        data: BigInt64Array.of(0n, 1n, 2n, 3n, 4n, 5n),
      });
    }
    expect(read('b1')).toEqual({ dtype: 'bool', shape: [2, 3], data: Uint8Array.of(0, 1, 1, 1, 1, 1) });
    expect(read('fortran')).toEqual({
      dtype: 'int32',
      shape: [2, 3, 4],
      data: Int32Array.from({ length: 24 }, (_, i) => i),
    });
    expect(read('scalar')).toEqual({ dtype: 'float64', shape: [], data: Float64Array.of(2.5) });
    expect(read('empty')).toEqual({ dtype: 'float32', shape: [0, 3], data: new Float32Array(0) });
  });

  it('refuses what it cannot hold, and says what it found', () => {
    expect(leftOf(decodeNpy('text')(fixture('text.npy')))).toMatchObject({ _tag: 'UnsupportedType', found: '"<U2"' });
    expect(leftOf(decodeNpy('record')(fixture('record.npy')))._tag).toBe('UnsupportedType');
  });

  it('refuses every truncation and any appended byte', () => {
    const bytes = encodeNpy({ dtype: 'float32', shape: [2], data: Float32Array.of(1, 2) });
    for (let length = 0; length < bytes.length; length++) {
      const error = leftOf(decodeNpy('w.npy')(bytes.subarray(0, length)));
      expect(error._tag).toBe(length < 10 ? 'WrongFormat' : 'WrongLength');
    }
    expect(leftOf(decodeNpy('w.npy')(new Uint8Array([...bytes, 0]))).message).toBe(
      'w.npy has 137 bytes where its header announces 136; fetch or write it again',
    );
  });

  it('never throws, whatever the bytes', () => {
    const good = encodeNpy({ dtype: 'float32', shape: [2], data: Float32Array.of(1, 2) });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat({ max: 135 }), fc.nat({ max: 255 }), (noise, at, byte) => {
        decodeNpy('noise')(noise);
        decodeNpy('noise')(Uint8Array.from([...good.subarray(0, 10), ...noise]));
        decodeNpy('flipped')(good.map((b, i) => (i === at ? byte : b)));
      }),
      { numRuns: 500 },
    );
  });

  const withShape = (shape: string): Uint8Array => {
    const text = Buffer.from(encodeNpy({ dtype: 'uint8', shape: [6], data: new Uint8Array(6) })).toString('latin1');
    const found = "'shape': (6,), }";
    return Buffer.from(text.replace(found.padEnd(60), `'shape': ${shape}, }`.padEnd(60)), 'latin1');
  };

  it.each([
    ['(6,)', [6]],
    ['(6)', [6]],
    ['( 2 , 3 )', [2, 3]],
    ['(2L, 3L,)', [2, 3]],
    ['(1,6)', [1, 6]],
  ])('reads the shape %s', (shape, extents) => {
    expect(rightOf(decodeNpy('x')(withShape(shape))).shape).toEqual(extents);
  });

  it.each(['(6 1)', '(2,,3)', '(,)', '(,6)', '(6L L)', '(L)', '(-6,)', '(6.0,)', '(1e999,)', `(${'9'.repeat(20)},)`])(
    'refuses the shape %s',
    (shape) => {
      expect(leftOf(decodeNpy('x')(withShape(shape)))).toMatchObject({
        _tag: 'WrongFormat',
        message: expect.stringContaining(shape),
      });
    },
  );

  it('throws for a tensor that does not hold together', () => {
    const tensor = { dtype: 'float32', shape: [2], data: Float32Array.of(1, 2) } as const;
    for (const [wrong, message] of [
      [{ shape: [3] }, 'the tensor: 2 elements; shape [3] takes 3'],
      [{ shape: [-2, -1] }, 'the tensor: shape [-2, -1]; each extent must be a whole number from 0'],
      [{ data: Float64Array.of(1, 2) }, 'the tensor: float32 elements in a Float64Array; give a Float32Array'],
    ] as const) {
      expect(() => encodeNpy({ ...tensor, ...wrong } as Tensor)).toThrow(new RangeError(message));
    }
  });

  it('names an unknown version and a header without its fields', () => {
    const bytes = encodeNpy({ dtype: 'float32', shape: [], data: Float32Array.of(1) });
    expect(leftOf(decodeNpy('x')(bytes.map((b, i) => (i === 6 ? 9 : b)))).message).toMatch(/version 9\.0/);
    const text = Buffer.from(bytes).toString('latin1').replace("'shape'", "'shake'");
    expect(leftOf(decodeNpy('x')(Buffer.from(text, 'latin1'))).message).toMatch(/shake/);
  });
});
