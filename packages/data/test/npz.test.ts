import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arrayNamed, decodeNpz, encodeNpz } from '../src/index.js';
import { bits, DTYPES, tensors } from './arbitraries.js';
import { leftOf, rightOf } from './either.js';
import { fixture } from './fixtures.js';

const names = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_./ -]{0,12}$/);

describe('.npz', () => {
  it('reads back what it wrote, stored or deflated', () => {
    fc.assert(
      fc.property(
        fc.dictionary(names, tensors(DTYPES), { minKeys: 1, maxKeys: 4 }),
        fc.boolean(),
        (arrays, compress) => {
          const back = rightOf(decodeNpz('w.npz')(encodeNpz({ compress })(arrays)));
          expect(Object.keys(back)).toEqual(Object.keys(arrays));
          for (const [name, tensor] of Object.entries(back)) expect(bits(tensor)).toEqual(bits(arrays[name]!));
        },
      ),
    );
  });

  it('writes equal arrays as equal bytes', () => {
    const arrays = { a: { dtype: 'float32', shape: [1], data: Float32Array.of(1) } } as const;
    expect(encodeNpz()(arrays)).toEqual(encodeNpz()(arrays));
  });

  it('reads numpy.savez and numpy.savez_compressed', () => {
    for (const name of ['stored.npz', 'deflated.npz']) {
      expect(rightOf(decodeNpz(name)(fixture(name))), name).toEqual({
        x: { dtype: 'float32', shape: [2, 3], data: Float32Array.of(0, 1, 2, 3, 4, 5) },
        y: { dtype: 'int64', shape: [2], data: BigInt64Array.of(3n, 1n) },
      });
    }
  });

  it('refuses bytes that are no archive, and every truncation of one', () => {
    expect(leftOf(decodeNpz('a.npz')(new Uint8Array(0)))._tag).toBe('WrongFormat');
    expect(leftOf(decodeNpz('a.npz')(fixture('f4.npy'))).message).toMatch(/^a.npz is not an .npz archive: found bytes/);
    const bytes = fixture('stored.npz');
    for (let length = 0; length < bytes.length; length += 7) {
      expect(leftOf(decodeNpz('a.npz')(bytes.subarray(0, length)))._tag).toBe('WrongFormat');
    }
    expect(leftOf(decodeNpz('a.npz')(encodeNpz()({})))).toMatchObject({ found: 'a zip archive without arrays' });
  });

  it('never throws, whatever byte is damaged', () => {
    for (const name of ['stored.npz', 'deflated.npz']) {
      const bytes = fixture(name);
      fc.assert(
        fc.property(fc.nat({ max: bytes.length - 1 }), fc.nat({ max: 255 }), (at, byte) => {
          decodeNpz(name)(bytes.map((b, i) => (i === at ? byte : b)));
        }),
        { numRuns: 500 },
      );
    }
  });

  it('names the array that is broken or missing', () => {
    const arrays = rightOf(decodeNpz('a.npz')(fixture('stored.npz')));
    expect(leftOf(arrayNamed('a.npz', 'z')(arrays)).message).toBe(
      'a.npz has no array "z", only "x", "y"; add it or rename one',
    );
    expect(leftOf(arrayNamed('a.npz', 'toString')(arrays))._tag).toBe('MissingArray');
    const text = Buffer.from(fixture('stored.npz')).toString('latin1').replace("'<i8'", "'<c8'");
    const broken = Buffer.from(text, 'latin1');
    expect(leftOf(decodeNpz('a.npz')(broken)).message).toMatch(/^a.npz, array "y": element type "<c8"/);
  });
});
