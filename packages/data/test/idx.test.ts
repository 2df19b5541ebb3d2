import type { Tensor } from '@hograd/graph-builder';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeIdx, encodeIdx, type IdxType } from '../src/index.js';
import { bits, tensors } from './arbitraries.js';
import { leftOf, rightOf } from './either.js';

const IDX_TYPES: readonly IdxType[] = ['uint8', 'int8', 'int16', 'int32', 'float32', 'float64'];

describe('IDX', () => {
  it('reads back what it wrote, bit for bit', () => {
    fc.assert(
      fc.property(tensors(IDX_TYPES), (tensor) => {
        expect(bits(rightOf(decodeIdx('file')(encodeIdx(tensor))))).toEqual(bits(tensor));
      }),
      { numRuns: 300 },
    );
  });

  it('writes a tensor that reads back, or throws: whatever its shape, type and data', () => {
    const extent = fc.oneof(
      { weight: 4, arbitrary: fc.nat({ max: 2 }) },
      fc.constantFrom(-1, 1.5, Number.NaN, 2 ** 32),
    );
    const shapes = fc.oneof(fc.array(extent, { maxLength: 3 }), fc.constant(new Array<number>(256).fill(1)));
    const data = fc.nat({ max: 4 }).chain((n) => fc.constantFrom(new Uint8Array(n), new Float32Array(n)));
    const types = fc.constantFrom<IdxType>('uint8', 'float32', 'int64' as IdxType, 'toString' as IdxType);
    fc.assert(
      fc.property(shapes, types, data, (shape, dtype, values) => {
        const tensor = { dtype, shape, data: values } as Tensor<IdxType>;
        let bytes: Uint8Array;
        try {
          bytes = encodeIdx(tensor);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
          return;
        }
        expect(rightOf(decodeIdx('file')(bytes))).toEqual(tensor);
      }),
      { numRuns: 300 },
    );
  });

  it.each<readonly [string, Partial<Tensor>]>([
    [
      'IDX has no int64; give one of uint8, int8, int16, int32, float32, float64',
      { dtype: 'int64', data: new BigInt64Array(2) },
    ],
    ['the tensor: 2 elements; shape [3] takes 3', { shape: [3] }],
    ['the tensor: shape [-1, -2]; each extent must be a whole number from 0', { shape: [-1, -2] }],
    ['IDX has extents up to 4294967295, not 4294967296; reshape the tensor', { shape: [2 ** 32, 0] }],
    ['IDX has at most 255 axes; reshape the 256', { shape: [2, ...new Array<number>(255).fill(1)] }],
    ['the tensor: float32 elements in a Uint8Array; give a Float32Array', { dtype: 'float32' }],
  ])('refuses: %s', (message, part) => {
    const tensor = { dtype: 'uint8', shape: [2], data: new Uint8Array(2), ...part } as Tensor<IdxType>;
    expect(() => encodeIdx(tensor)).toThrow(new RangeError(message));
  });

  it('reads bytes written down by hand: a header of big-endian integers, then the elements', () => {
    const bytes = Uint8Array.of(0, 0, 0x0b, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0x01, 0x02, 0xff, 0xff);
    expect(rightOf(decodeIdx('file')(bytes))).toEqual({ dtype: 'int16', shape: [1, 2], data: Int16Array.of(258, -1) });
  });

  it('says what it found instead of IDX', () => {
    for (const [bytes, found] of [
      [Uint8Array.of(), /an empty file/],
      [Uint8Array.of(0x1f, 0x8b, 8, 0), /gzip-compressed/],
      [new TextEncoder().encode('<!DOCTYPE html>'), /web page \("<!DOCTYPE html>"\)/],
      [Uint8Array.of(0x89, 0x50, 0x4e, 0x47), /the bytes 89 50 4e 47/],
    ] as const) {
      const error = leftOf(decodeIdx('images')(bytes));
      expect(error._tag).toBe('WrongFormat');
      expect(error.message).toMatch(found);
    }
    expect(leftOf(decodeIdx('images')(Uint8Array.of(0, 0, 0x42, 0)))).toMatchObject({
      _tag: 'UnsupportedType',
      found: '0x42',
    });
  });

  it('refuses every truncation and any appended byte', () => {
    const bytes = encodeIdx({ dtype: 'uint8', shape: [2, 3], data: Uint8Array.of(1, 2, 3, 4, 5, 6) });
    for (let length = 4; length < bytes.length; length++) {
      expect(leftOf(decodeIdx('file')(bytes.subarray(0, length)))._tag).toBe('WrongLength');
    }
    expect(leftOf(decodeIdx('file')(new Uint8Array([...bytes, 0])))).toMatchObject({ expected: 18, found: 19 });
  });
});
