import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as G from '../src/index.js';
import { expectAdjoint, expectDerivatives, expectOneSummary } from './laws.js';
import {
  asValues,
  expectClose,
  expectImported,
  feedsOf,
  fileOf,
  graphOf,
  type OneNode,
  refusalOf,
  wave,
} from './oneNode.js';

const node = (equation: string, ...shapes: readonly (readonly number[])[]): OneNode => ({
  type: 'Einsum',
  operands: shapes.map((shape) => ({ shape })),
  attributes: { equation },
});

type Case = readonly [string, ...(readonly number[])[]];

/** A table's lines by name. */
const named = (cases: readonly Case[]) => cases.map(([equation, ...shapes]) => ({ equation, shapes }));

const equations: readonly Case[] = [
  ['ij->ji', [2, 3]],
  ['ji', [2, 3]],
  ['ij->', [2, 3]],
  ['ij->j', [2, 3]],
  ['ii', [3, 3]],
  ['ii->i', [3, 3]],
  ['iji->j', [3, 2, 3]],
  ['iij->ij', [3, 3, 2]],
  ['...ii->...i', [2, 3, 3]],
  ['...ij->...ji', [2, 4, 3, 5]],
  ['i,i', [4], [4]],
  ['i,j->ij', [4], [3]],
  ['i,j->ji', [4], [3]],
  ['ij,jk', [2, 3], [3, 4]],
  ['ij,jk->ik', [2, 3], [3, 4]],
  ['ij,kj->ki', [2, 3], [4, 3]],
  ['bij,bjk->bik', [2, 3, 4], [2, 4, 5]],
  ['bij,jk->bik', [2, 3, 4], [4, 5]],
  ['bhqd,bhkd->bhqk', [2, 3, 4, 5], [2, 3, 6, 5]],
  ['bqhd,bkhd->bhqk', [2, 4, 3, 5], [2, 6, 3, 5]],
  ['...ij,...jk->...ik', [2, 3, 4], [2, 4, 5]],
  ['i...,...j->i...j', [2, 3], [3, 4]],
  ['ij,ij->ij', [2, 3], [2, 3]],
  ['ij,ij', [2, 3], [2, 3]],
  ['ijk,j->ik', [2, 3, 4], [3]],
  ['ij,k->j', [2, 3], [4]],
  [' b i j , b j k -> b i k ', [2, 3, 4], [2, 4, 5]],
  ['ij,jk,kl->il', [2, 3], [3, 4], [4, 2]],
  ['bi,ij,bj->b', [3, 2], [2, 4], [3, 4]],
  ['ba,ca', [2, 3], [4, 3]],
];

const LENGTHS: Readonly<Record<string, number>> = { a: 2, b: 3, c: 2, d: 1, e: 4 };
const shapeOf = (labels: readonly string[]): number[] => labels.map((l) => LENGTHS[l]!);
const count = (labels: readonly string[]): number => shapeOf(labels).reduce((a, b) => a * b, 1);

/** The definition: a sum over every assignment of the labels. */
const definition = (
  terms: readonly (readonly string[])[],
  result: readonly string[],
  data: readonly Float64Array[],
): Float64Array => {
  const labels = [...new Set(terms.flat())];
  const at = (names: readonly string[], index: ReadonlyMap<string, number>): number =>
    names.reduce((offset, l) => offset * LENGTHS[l]! + index.get(l)!, 0);
  const out = new Float64Array(count(result));
  for (let i = 0; i < count(labels); i++) {
    const index = new Map<string, number>();
    let rest = i;
    for (const l of labels) {
      index.set(l, rest % LENGTHS[l]!);
      rest = Math.floor(rest / LENGTHS[l]!);
    }
    out[at(result, index)]! += terms.reduce((product, term, k) => product * data[k]![at(term, index)]!, 1);
  }
  return out;
};

const randomCases = fc
  .array(fc.array(fc.constantFrom(...Object.keys(LENGTHS)), { maxLength: 3 }), { minLength: 1, maxLength: 3 })
  .chain((terms) => fc.tuple(fc.constant(terms), fc.shuffledSubarray([...new Set(terms.flat())])));

describe('einsum', () => {
  it('is the sum over every assignment of its labels', () => {
    fc.assert(
      fc.property(randomCases, ([terms, result]) => {
        const operands = terms.map((labels, i) => G.input(`in${i}`, shapeOf(labels), 'float64'));
        const y = G.einsum(`${terms.map((t) => t.join('')).join(',')}->${result.join('')}`, operands);
        const data = terms.map((labels, i) => Float64Array.from(wave(shapeOf(labels), i + 1)));
        const [value] = G.evaluate(
          [y],
          Object.fromEntries(terms.map((labels, i) => [`in${i}`, { shape: shapeOf(labels), data: data[i]! }])),
        );
        expect(value!.shape).toEqual(shapeOf(result));
        expectClose(value!.data, definition(terms, result, data), 1e-12);
      }),
      { numRuns: 300 },
    );
  });
});

describe('Einsum, imported and written again, computes what its file does', () => {
  it.each(named(equations))('$equation', async ({ equation, shapes }) => {
    const one = node(equation, ...shapes);
    await expectImported(fileOf(one), feedsOf(one));
  });

  it.each([
    // Forms that numpy has and ONNX Runtime refuses.
    {
      equation: '...ij,...jk',
      same: 'xyij,yjk->xyik',
      shapes: [
        [5, 2, 3, 4],
        [2, 4, 5],
      ],
    },
    {
      equation: 'b...,b...->b',
      same: 'bij,bij->b',
      shapes: [
        [2, 3, 4],
        [2, 3, 4],
      ],
    },
    {
      equation: 'Ab,bC',
      same: 'ab,bc->ac',
      shapes: [
        [2, 3],
        [3, 4],
      ],
    },
    {
      equation: 'bA,bC',
      same: 'ba,bc->ac',
      shapes: [
        [3, 2],
        [3, 4],
      ],
    },
  ])('$equation means $same', ({ equation, same, shapes }) => {
    const operands = shapes.map((shape, i) => G.input(`in${i}`, shape, 'float64'));
    expect(G.einsum(equation, operands)).toBe(G.einsum(same, operands));
  });

  it('an axis of length 1 broadcasts', () => {
    const a = G.input('a', [1, 3], 'float64');
    const b = G.input('b', [2, 1], 'float64');
    const values = {
      a: { shape: [1, 3], data: Float64Array.of(1, 2, 3) },
      b: { shape: [2, 1], data: Float64Array.of(5, 7) },
    };
    const [sum, product] = G.evaluate([G.einsum('ij,ij->', [a, b]), G.einsum('ij,ij->ji', [a, b])], values);
    expect([...sum!.data]).toEqual([72]);
    expect([...product!.data]).toEqual([5, 7, 10, 14, 15, 21]);
  });

  it('keeps the batch symbolic', () => {
    const q = G.input('q', ['N', 'T', 2, 4]);
    expect(G.einsum('bqhd,bkhd->bhqk', [q, q]).shape).toEqual(['N', 2, 'T', 'T']);
    expect(G.einsum('bqhd->b', [q]).shape).toEqual(['N']);
    expect(G.einsum('...d,de->...e', [q, G.input('w', [4, 7])]).shape).toEqual(['N', 'T', 2, 7]);
    expect(G.einsum('ttd->td', [G.input('m', ['T', 'T', 3])]).shape).toEqual(['T', 3]);
  });
});

describe.each(
  named([
    ['iij,jk->ik', [3, 3, 2], [2, 4]],
    ['bqhd,bkhd->bhqk', [2, 2, 1, 3], [2, 3, 1, 3]],
    ['...ij,...jk', [2, 2, 3], [3, 2]],
    ['ij,ij', [2, 3], [2, 3]],
    ['bi,ij,bj->b', [2, 2], [2, 3], [2, 3]],
  ]),
)('$equation', ({ equation, shapes }) => {
  const one = node(equation, ...shapes);
  const graph = graphOf(fileOf(one), { dtype: 'float64' });
  const y = graph.outputs[0]!.value;
  const values = asValues(feedsOf(one));
  it('has first, second and third derivatives that difference quotients confirm', () => {
    expectDerivatives(y, graph.inputs, values);
  });
  it('has an adjoint that is the transpose of its tangent', () => {
    expectAdjoint(y, graph.inputs, values);
  });
  it('gives one summary by both engines', () => {
    expectOneSummary(y, graph.inputs, values);
  });
});

describe('Einsum refuses', () => {
  it.each([
    [node('ij,jk', [2, 3]), /names 2 operands, but there are 1/],
    [node('ij', [2, 3, 4]), /names 2 axes of operand 0, which has 3/],
    [node('ij->k', [2, 3]), /has "k" in its result, which no operand has/],
    [node('ij->ii', [2, 3]), /has "i" twice in its result/],
    [node('i1', [2, 3]), /has the term "i1"; letters and one "\.\.\." are allowed/],
    [node('i->i->i', [2]), /more than one "->"/],
    [node('ij,jk', [2, 3], [4, 5]), /has "j" with the lengths 3 and 4/],
    [node('ii', [2, 3]), /has no diagonal over axes 0 and 1/],
  ] as const)('$attributes.equation', (one, message) => {
    expect(refusalOf(fileOf(one)).message).toMatch(message);
  });
});
