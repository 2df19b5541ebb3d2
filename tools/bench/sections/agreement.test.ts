import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { gradientDifference, summaryDifference } from './agreement.mjs';

const folder = mkdtempSync(join(tmpdir(), 'hograd-agreement-'));
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string, content: Uint8Array | string): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

const floats = (name: string, values: readonly number[]) =>
  file(name, new Uint8Array(Float32Array.from(values).buffer));

const summary = (name: string, value: object) => file(name, JSON.stringify(value));

describe('the difference of answers', () => {
  it('is taken tensor by tensor, so that a small gradient does not hide behind a large one', () => {
    const reference = floats('reference', [1000, 1000, 0.5, 0.25]);
    expect(gradientDifference(floats('a', [1000, 1001, 0.5, 0.25]), reference, [2, 2])).toBeCloseTo(1e-3, 9);
    expect(gradientDifference(floats('b', [1000, 1000, 0.5, 0.5]), reference, [2, 2])).toBe(0.5);
  });

  it('is NaN where an answer is', () => {
    const reference = floats('reference', [1, 2]);
    expect(gradientDifference(floats('nan', [Number.NaN, 2]), reference, [2])).toBeNaN();
  });

  it('counts D3 only where it is asked for', () => {
    const reference = summary('r.json', { gbar: [1, 2], Hbar: [1, 0, 0, 4], D3: [8, 1] });
    const nested = summary('n.json', {
      gbar: [1, 2],
      Hbar: [
        [1, 0],
        [0, 5],
      ],
      D3: [0, 1],
    });
    expect(summaryDifference(nested, reference, 'order2')).toBe(0.25);
    expect(summaryDifference(nested, reference, 'order3')).toBe(1);
  });

  it('refuses an answer of another length', () => {
    expect(() => gradientDifference(floats('short', [1]), floats('reference', [1, 2]), [2])).toThrow('1 numbers');
    const reference = summary('r.json', { gbar: [1], Hbar: [1], D3: [1] });
    expect(() => summaryDifference(summary('s.json', { gbar: [1], Hbar: [1] }), reference, 'order3')).toThrow('D3');
  });
});
