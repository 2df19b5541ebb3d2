import {
  gatherND,
  grad,
  greater,
  input,
  matmul,
  mean,
  nonZero,
  outputNamed,
  reduceSum,
  square,
  summary,
  tanh,
  transpose,
} from '@hograd/graph-builder';
import { lossGraph, smallMlp } from '@hograd/model-zoo';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatBytes, PROCESS, planMemory } from '../src/memoryPlan.js';

const EXAMPLES = 300;

/** Outputs whose peak lies elsewhere in a small batch (at the parameters) than in a large one (at the stacks). */
const outputs = (() => {
  const graph = lossGraph(smallMlp());
  const loss = outputNamed('loss')(graph)!;
  const parameters = graph.inputs.filter((i) => i.attributes.name !== 'x' && i.attributes.name !== 'y');
  const directions = grad(loss, parameters);
  return Object.values(
    summary(
      loss,
      parameters.map((parameter, i) => [{ parameter, direction: directions[i]! }]),
    ),
  );
})();

const feedsOf = (examples: number) => {
  const graph = lossGraph(smallMlp());
  return Object.fromEntries(
    graph.inputs.map((i) => [
      i.attributes.name,
      { shape: i.shape.map((d) => (typeof d === 'number' ? d : examples)) as number[] },
    ]),
  );
};

const whole = (examples: number): number => planMemory(outputs, feedsOf(examples), Infinity).bytes;

describe('a plan under a memory limit', () => {
  it('takes the largest slices that its estimate lets fit', () => {
    const [least, most] = [whole(1), whole(EXAMPLES)];
    fc.assert(
      fc.property(fc.double({ min: least, max: most, noNaN: true }), (limit) => {
        const { slice, bytes } = planMemory(outputs, feedsOf(EXAMPLES), limit);
        expect(bytes).toBe(whole(slice));
        expect(bytes).toBeLessThanOrEqual(limit);
        if (slice < EXAMPLES) expect(whole(slice + 1)).toBeGreaterThan(limit);
      }),
      { numRuns: 30 },
    );
  });

  it('counts the program itself, and estimates nothing where there is no limit to keep', () => {
    expect(whole(1)).toBeGreaterThan(PROCESS);
    const free = planMemory(outputs, feedsOf(EXAMPLES), undefined);
    expect(free).toMatchObject({ examples: EXAMPLES, slice: EXAMPLES, bytes: 0 });
  });

  it('refuses a limit that one example exceeds, and a batch of fixed length', () => {
    expect(() => planMemory(outputs, feedsOf(EXAMPLES), whole(1) - 1)).toThrow(/one example alone needs about/);
    const x = input('x', [4, 3], 'float32');
    const fixed = reduceSum(tanh(matmul(x, input('w', [3, 2], 'float32'))));
    expect(() => planMemory([fixed], {}, 1)).toThrow(/batch has a fixed length/);
  });

  it('refuses slices of a batch of which the data pick elements: their means do not add up', () => {
    const x = input('x', ['N', 3], 'float32');
    const y = tanh(matmul(x, input('w', [3, 2], 'float32')));
    const picked = mean(square(gatherND(y, transpose(nonZero(greater(y, 0))))));
    const feeds = { x: { shape: [EXAMPLES, 3] } };
    expect(() => planMemory([picked], feeds, PROCESS + 1)).toThrow(/picks elements by what the data say/);
    expect(planMemory([picked], feeds, 2 ** 30).slice).toBe(EXAMPLES);
  });
});

describe('bytes in words', () => {
  it('have three significant digits, and are never fewer than the bytes', () => {
    expect(formatBytes(9.004 * 2 ** 30)).toBe('9.01 GiB');
    expect(formatBytes(1.1 * 2 ** 30)).toBe('1.1 GiB');
    expect(formatBytes(2 ** 31)).toBe('2 GiB');
    expect(formatBytes(43.21 * 2 ** 20)).toBe('43.3 MiB');
    expect(formatBytes(512.4 * 2 ** 20)).toBe('513 MiB');
    expect(formatBytes(300)).toBe('0.3 KiB');
    const units: Readonly<Record<string, number>> = { KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 };
    fc.assert(
      fc.property(fc.integer({ min: 1024, max: 2 ** 39 }), (bytes) => {
        const [number, unit] = formatBytes(bytes).split(' ');
        const said = Number(number) * units[unit!]!;
        // Eleven digits agree: a tenth of a unit is no binary number.
        expect(said).toBeGreaterThanOrEqual(bytes * (1 - 1e-11));
        expect(said).toBeLessThanOrEqual(bytes * 1.01);
      }),
    );
  });
});
