/** Keys: every random number of the package is a function of a key, and different keys give independent numbers. */

import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

/**
 * A seed and a path of names and counters, say `[seed, 'weights', layer]`. Numbers are safe integers, negative ones included. Equal keys give
 * equal numbers on every machine; keys that differ anywhere give unrelated ones.
 */
export type RandomKey = readonly [seed: number, ...path: readonly (string | number)[]];

/** A xoroshiro128+ generator. It is mutable, so it never leaves the package: what is exported takes keys. */
export type Generator = ReturnType<typeof xoroshiro128plusFromState>;

/**
 * The generator that starts at a key. The state is 128 bits of the key's SHA-256, so that neighbouring keys (seeds 1
 * and 2, epochs 7 and 8) share nothing, which seeding or offsetting a linear generator directly would not give. Any key
 * is reached in constant time: nothing has to be replayed to resume.
 *
 * Throws RangeError for a number in the key that is not a safe integer.
 */
export const generatorAt = (key: RandomKey): Generator => {
  for (const part of key) {
    if (typeof part === 'number' && !Number.isSafeInteger(part)) {
      throw new RangeError(
        `random key ${JSON.stringify(key)} holds ${part}; use whole numbers between -2^53 and 2^53, or strings`,
      );
    }
  }
  const digest = sha256(utf8ToBytes(JSON.stringify(key)));
  const words = new DataView(digest.buffer, digest.byteOffset, 16);
  return xoroshiro128plusFromState([words.getInt32(0), words.getInt32(4), words.getInt32(8), words.getInt32(12)]);
};
