import { describe, expect, it } from 'vitest';
import * as G from '../src/index.js';

describe('peakBytes', () => {
  const x = G.input('x', ['N', 10]);

  it('of a chain of elementwise operations is the input and two values', () => {
    const deep = G.tanh(G.exp(G.tanh(G.exp(x))));
    expect(G.peakBytes({ N: 5 })([deep])).toBe(3 * 5 * 10 * 4);
  });

  it('counts a value as long as somebody will still read it', () => {
    const kept = G.exp(x);
    const late = G.add(G.tanh(G.tanh(G.tanh(kept))), kept);
    expect(G.peakBytes({ N: 5 })([late])).toBe(4 * 5 * 10 * 4);
  });

  it('does not count a reshape twice', () => {
    expect(G.peakBytes({ N: 5 })([G.exp(G.reshape(G.exp(x), [-1]))])).toBe(3 * 5 * 10 * 4);
  });

  it('grows linearly with the batch once parameters are counted', () => {
    const w = G.input('w', [10, 3]);
    const loss = G.mean(G.square(G.tanh(G.matmul(x, w))));
    const { gbar, Hbar, D3 } = G.summary(loss, [[{ parameter: w, direction: G.input('u', [10, 3]) }]]);
    const at = (N: number) => G.peakBytes({ N })([gbar, Hbar!, D3!]);
    expect(at(300) - at(200)).toBe(at(200) - at(100));
    expect(at(200)).toBeGreaterThan(at(100));
  });

  it('asks for the length of every symbol', () => {
    expect(() => G.peakBytes({})([G.exp(x)])).toThrow(/dimension N has no length; give its symbols one/);
  });
});
