import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { placeGroups } from '../src/group.js';
import { printable } from '../src/markup.js';
import { formatBytes, formatNumber, formatPercent, formatSeconds, formatTick } from '../src/number.js';
import { abbreviate, abbreviateAll, capitalize, enumerate, multipleOf, plural, textWidth, wrap } from '../src/text.js';

describe('words of sentences', () => {
  it('begin them with a capital, whatever the letter, and leave the rest', () => {
    expect(['step 3, best', 'épreuve', 'ß-Adam', '𝛼', ''].map(capitalize)).toEqual([
      'Step 3, best',
      'Épreuve',
      'SS-Adam',
      '𝛼',
      '',
    ]);
  });

  it('say how many times, but not "1 times"', () => {
    expect(multipleOf(0.2311, 'the predicted one')).toBe('0.231 times the predicted one');
    expect(multipleOf(0.99996, 'the predicted one')).toBe('the predicted one');
    expect(multipleOf(0.99996, 'the predicted one', 5)).toBe('0.99996 times the predicted one');
    expect(multipleOf(-1, 'the predicted one')).toBe('−1 times the predicted one');
  });
});

describe('abbreviateAll', () => {
  it('keeps every name within the limit, and leaves names that all fit as they are', () => {
    const names = fc.array(fc.string({ unit: 'grapheme', maxLength: 60 }), { maxLength: 8 });
    fc.assert(
      fc.property(names, fc.integer({ min: 4, max: 40 }), (list, limit) => {
        const short = abbreviateAll(list, limit);
        expect(short).toHaveLength(list.length);
        for (const name of short) expect([...name].length).toBeLessThanOrEqual(limit);
        if (list.every((name) => [...name].length <= limit)) expect(short).toEqual(list);
      }),
    );
  });

  it('keeps the numbers and the end, which tell layers apart, and shortens all names alike', () => {
    expect(abbreviate('transformer.h.11.attn.c_attn.weight', 20)).toBe('t.h.11.a.c.weight');
    expect(abbreviate('encoder.block2.attention.weight', 22)).toBe('e.b2.attention.weight');
    expect(abbreviateAll(['encoder.layer.0.weight', 'encoder.layer.10.weight'], 18)).toEqual([
      'e.layer.0.weight',
      'e.layer.10.weight',
    ]);
  });
});

describe('printable', () => {
  it('replaces what XML cannot hold and nothing else', () => {
    expect(printable('a\u0000b\rc\ud800d\uffff')).toBe('a\ufffdb\ufffdc\ufffdd\ufffd');
    expect(printable('Ω<&>"\'😀ß\n')).toBe('Ω<&>"\'😀ß\n');
  });
});

describe('wrap', () => {
  it('loses no word and keeps lines of several words within the width', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ minLength: 1 })), fc.integer({ min: 20, max: 600 }), (words, width) => {
        const text = words.join(' ');
        const lines = wrap(text, width, 12);
        expect(lines.join(' ')).toBe(text);
        for (const line of lines) if (line.includes(' ')) expect(textWidth(line, 12)).toBeLessThanOrEqual(width + 1e-9);
      }),
    );
  });
});

describe('numbers', () => {
  it.each([
    [0, '0'],
    [-0.01234, '−0.0123'],
    [123456, '123000'],
    [1.5e-7, '1.5×10⁻⁷'],
    [-2e12, '−2×10¹²'],
    [Number.NaN, 'not finite'],
    [null, 'not finite'],
    [Number.NEGATIVE_INFINITY, 'not finite'],
  ])('%s reads %s', (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });

  it('is right to the digits it shows', () => {
    fc.assert(
      fc.property(fc.double({ min: -1e20, max: 1e20, noNaN: true }), (value) => {
        const plain = formatNumber(value)
          .replaceAll('−', '-')
          .replace(
            /×10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)/,
            (_, power: string) =>
              `e${[...power]
                .map((char) => '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'.indexOf(char))
                .map((k) => (k === 0 ? '-' : k - 1))
                .join('')}`,
          );
        expect(Math.abs(Number(plain) - value)).toBeLessThanOrEqual(0.0051 * Math.abs(value));
      }),
    );
  });

  it('has units that suit the size', () => {
    expect(formatSeconds(0.0041)).toBe('4.1 ms');
    expect(formatSeconds(12.34)).toBe('12.3 s');
    expect(formatSeconds(200)).toBe('3 min 20 s');
    expect(formatSeconds(7500)).toBe('2 h 5 min');
    expect(formatBytes(3 * 2 ** 29)).toBe('1.5 GiB');
    expect(formatPercent(0.97891)).toBe('97.89%');
    expect(formatTick(1e-5)).toBe('10⁻⁵');
    expect(formatTick(0.1)).toBe('0.1');
  });

  it('enumerates and counts', () => {
    expect(enumerate(['a', 'b', 'c'])).toBe('a, b and c');
    expect(enumerate(['a'])).toBe('a');
    expect(plural(1, 'entry', 'entries')).toBe('1 entry');
    expect(plural(1200, 'group')).toBe('1,200 groups');
  });
});

describe('placeGroups', () => {
  const place = (...names: readonly string[]) =>
    placeGroups(names.map((name) => ({ name, size: 1 }))).map(({ kind, depth }) => `${kind} ${depth}`);

  it('reads kind and layer off names of the usual frameworks', () => {
    expect(place('0.weight', '0.bias', '2.weight', '2.bias')).toEqual(['weight 0', 'bias 0', 'weight 1', 'bias 1']);
    expect(place('W1', 'b1', 'W2', 'b2')).toEqual(['weight 0', 'bias 0', 'weight 1', 'bias 1']);
    expect(place('fc1_weight', 'fc1_bias')).toEqual(['weight 0', 'bias 0']);
    expect(place('weights', 'biases')).toEqual(['weight 0', 'bias 1']);
    expect(place('r.weight_ih_l0', 'r.bias_ih_l0', 'r.bias_hh_l0')).toEqual(['weight 0', 'bias 0', 'bias 0']);
    expect(place('bn.gamma', 'bn.beta', 'all')).toEqual(['weight 0', 'bias 0', 'weight 1']);
  });

  it('goes by the shape where the name does not say', () => {
    const kinds = placeGroups([
      { name: 'b', size: 6, shape: [3, 2] },
      { name: 'a', size: 6, shape: [6] },
      { name: 'fc.weight', size: 6, shape: [6] },
    ]).map(({ kind }) => kind);
    expect(kinds).toEqual(['weight', 'bias', 'weight']);
  });

  it('lets the caller say', () => {
    expect(placeGroups([{ name: 'x', size: 3, kind: 'bias', depth: 4 }])).toEqual([
      { name: 'x', size: 3, kind: 'bias', depth: 4 },
    ]);
  });
});
