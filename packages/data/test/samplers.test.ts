import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type LastBatch,
  resumeSampler,
  type Sampler,
  type SamplerState,
  sequentialSampler,
  shuffledSampler,
} from '../src/index.js';
import { leftOf, rightOf } from './either.js';

const policies: fc.Arbitrary<LastBatch> = fc.constantFrom('drop', 'keep', 'wrap');

const options = fc
  .record({
    size: fc.integer({ min: 1, max: 60 }),
    seed: fc.maxSafeInteger(),
    stream: fc.string(),
    last: policies,
  })
  .chain((rest) => fc.integer({ min: 1, max: rest.size }).map((batch) => ({ ...rest, batch })));

const walk = (sampler: Sampler, from: SamplerState, steps: number) => {
  const batches: (readonly number[])[] = [];
  let state = from;
  for (let step = 0; step < steps; step++) {
    const sampled = sampler.next(state);
    batches.push(Array.from(sampled.indices));
    state = sampled.state;
  }
  return { batches, state };
};

const counts = (indices: readonly number[], size: number): readonly number[] => {
  const seen = new Array<number>(size).fill(0);
  for (const index of indices) seen[index]!++;
  return seen;
};

describe('a shuffled sampler', () => {
  it('with keep: each epoch holds each index exactly once, and only its last batch may be short', () => {
    fc.assert(
      fc.property(options, (o) => {
        const sampler = rightOf(shuffledSampler({ ...o, last: 'keep' }));
        let state = sampler.initial;
        for (let epoch = 0; epoch < 3; epoch++) {
          const pass = walk(sampler, state, sampler.batchesPerEpoch);
          expect(counts(pass.batches.flat(), o.size)).toEqual(new Array(o.size).fill(1));
          expect(pass.batches.slice(0, -1).every((indices) => indices.length === o.batch)).toBe(true);
          expect(pass.state).toMatchObject({ epoch: epoch + 1, position: 0 });
          state = pass.state;
        }
      }),
    );
  });

  it('with drop: each epoch holds an index at most once, in whole batches', () => {
    fc.assert(
      fc.property(options, (o) => {
        const sampler = rightOf(shuffledSampler({ ...o, last: 'drop' }));
        const first = walk(sampler, sampler.initial, sampler.batchesPerEpoch);
        expect(first.state).toMatchObject({ epoch: 1, position: 0 });
        for (const pass of [first, walk(sampler, first.state, sampler.batchesPerEpoch)]) {
          expect(pass.batches.every((indices) => indices.length === o.batch)).toBe(true);
          expect(counts(pass.batches.flat(), o.size).every((count) => count <= 1)).toBe(true);
        }
      }),
    );
  });

  it('with wrap: batches are whole, and their sequence is one pass after another', () => {
    fc.assert(
      fc.property(options, (o) => {
        const sampler = rightOf(shuffledSampler({ ...o, last: 'wrap' }));
        const { batches, state } = walk(sampler, sampler.initial, o.size);
        expect(batches.every((indices) => indices.length === o.batch)).toBe(true);
        const sequence = batches.flat();
        for (let pass = 0; pass < o.batch; pass++) {
          const taken = sequence.slice(pass * o.size, (pass + 1) * o.size);
          expect(counts(taken, o.size)).toEqual(new Array(o.size).fill(1));
        }
        expect(state).toMatchObject({ epoch: o.batch, position: 0 });
        expect(sampler.batchesPerEpoch).toBe(o.size / o.batch);
      }),
    );
  });

  it('resumes anywhere, through JSON and in a new sampler, as if never interrupted', () => {
    fc.assert(
      fc.property(options, fc.nat({ max: 40 }), fc.nat({ max: 40 }), (o, before, after) => {
        const sampler = rightOf(shuffledSampler(o));
        const whole = walk(sampler, sampler.initial, before + after);
        const { state } = walk(sampler, sampler.initial, before);
        const another = rightOf(shuffledSampler(o));
        const resumed = rightOf(resumeSampler(another)(JSON.parse(JSON.stringify(state))));
        expect(walk(another, resumed, after)).toEqual({
          batches: whole.batches.slice(before),
          state: whole.state,
        });
      }),
    );
  });

  it('is pure: one state gives the same batch however often and in whatever order it is asked', () => {
    const sampler = rightOf(shuffledSampler({ size: 7, batch: 3, seed: 1, stream: 'a' }));
    const states = [sampler.initial];
    for (let i = 0; i < 12; i++) states.push(sampler.next(states[i]!).state);
    const forwards = states.map((state) => sampler.next(state));
    const backwards = [...states].reverse().map((state) => sampler.next(state));
    expect(backwards.reverse()).toEqual(forwards);
    forwards[0]!.indices.fill(0);
    expect(sampler.next(states[0]!)).toEqual(backwards[0]);
  });

  it('is independent of samplers of other streams, seeds and epochs', () => {
    const size = 5000;
    const orderOf = (seed: number, stream: string, epoch = 0): readonly number[] => {
      const sampler = rightOf(shuffledSampler({ size, batch: size, seed, stream }));
      return Array.from(sampler.next({ ...sampler.initial, epoch }).indices);
    };
    const reference = orderOf(1, 'gradient');
    for (const other of [orderOf(1, 'summary'), orderOf(2, 'gradient'), orderOf(1, 'gradient', 1)]) {
      // Independent orders agree at one place on average (Poisson), and their rank correlation is about 1/√size.
      expect(reference.filter((index, i) => index === other[i]).length).toBeLessThan(10);
      const middle = (size - 1) / 2;
      const covariance = reference.reduce((sum, index, i) => sum + (index - middle) * (other[i]! - middle), 0) / size;
      expect(Math.abs(covariance / ((size ** 2 - 1) / 12))).toBeLessThan(4 / Math.sqrt(size));
    }
  });

  it('keeps its order for ever: these were written down', () => {
    const sampler = rightOf(shuffledSampler({ size: 10, batch: 4, seed: 0, stream: 'gradient' }));
    expect(walk(sampler, sampler.initial, 5).batches).toEqual([
      [6, 1, 2, 8],
      [0, 7, 4, 5],
      [3, 9, 1, 5],
      [7, 3, 8, 6],
      [0, 4, 2, 9],
    ]);
  });

  it('refuses sizes, batches, policies and seeds that make no sense', () => {
    const good = { size: 10, batch: 4, seed: 0, stream: '' };
    for (const [bad, option] of [
      [{ size: 0 }, 'size'],
      [{ size: 2.5 }, 'size'],
      [{ batch: 0 }, 'batch'],
      [{ batch: 11 }, 'batch'],
      [{ batch: Number.NaN }, 'batch'],
      [{ seed: 0.1 }, 'seed'],
      [{ last: 'pad' as LastBatch }, 'last'],
    ] as const) {
      expect(leftOf(shuffledSampler({ ...good, ...bad }))).toMatchObject({ _tag: 'InvalidOption', option });
    }
    expect(leftOf(shuffledSampler({ ...good, batch: 11 })).message).toBe(
      'batch is 11; with 10 examples, give a whole number from 1 to 10',
    );
    expect(leftOf(shuffledSampler({ ...good, size: 1, batch: 100 })).message).toBe(
      'batch is 100; with 1 example, give 1',
    );
  });

  it('refuses the state of another sampler', () => {
    const sampler = rightOf(shuffledSampler({ size: 10, batch: 4, seed: 0, stream: 'gradient' }));
    const other = rightOf(shuffledSampler({ size: 10, batch: 5, seed: 0, stream: 'summary' }));
    expect(() => sampler.next(other.initial)).toThrow(/batch 5 instead of 4, stream "summary" instead of "gradient"/);
    expect(leftOf(resumeSampler(sampler)(other.initial))).toMatchObject({ _tag: 'InvalidOption', option: 'state' });
    for (const broken of [null, 3, {}, { ...sampler.initial, epoch: -1 }, { ...sampler.initial, position: 10 }]) {
      expect(leftOf(resumeSampler(sampler)(broken))._tag).toBe('InvalidOption');
    }
  });
});

describe('a sequential sampler', () => {
  it('goes through the examples in order, again and again', () => {
    const sampler = rightOf(sequentialSampler({ size: 5, batch: 2 }));
    expect(sampler.batchesPerEpoch).toBe(3);
    expect(walk(sampler, sampler.initial, 4).batches).toEqual([[0, 1], [2, 3], [4], [0, 1]]);
  });
});
