/** Dimensions as they are written, in files too: what is equal stays equal, and what differs differs. */

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalDim } from '../src/dim.js';
import * as G from '../src/index.js';
import { fileWith, node } from './graphs.js';
import { graphOf } from './oneNode.js';
import { run } from './runtime.js';

const again = (outputs: readonly G.Expr[]): G.Graph =>
  graphOf(G.encode(G.makeGraph(outputs.map((value, i) => ({ name: `y${i}`, value })))));

describe('a dimension', () => {
  it.each([
    ['N', 'N'],
    ['N+1', 'N + 1'],
    ['1 + N', 'N + 1'],
    ['N*2', '2*N'],
    ['N - 1', 'N + -1'],
    ['N+-1', 'N + -1'],
    ['M - N', 'M + -1*N'],
    ['N + N', '2*N'],
    ['N*M + 2 * N', 'M*N + 2*N'],
    ['+ N', 'N'],
    ['7', 7],
    ['-1', -1],
    ['-N-1', '-1*N + -1'],
    ['2+-N', '-1*N + 2'],
    ['N - N', 0],
    ['floor((N + 1)/2)', 'floor((N + 1)/2)'],
    ['floor((N)/(M)) + 1', 'floor((N)/(M)) + 1'],
  ])('"%s" is %o', (written, wanted) => {
    expect(canonicalDim(written)).toBe(wanted);
  });

  it.each([
    '',
    ' ',
    'a b',
    'N +',
    'N-3+',
    '-N+',
    'N++1',
    'N*-M',
    'N**2',
    'N//2',
    '2N',
    'N/2',
    'floor(N)',
    'floor((a b)/2)',
    'batch-size!',
    'max(N,1)',
    'seq-len',
  ])('"%s" is none', (written) => {
    expect(canonicalDim(written)).toBeUndefined();
  });

  it('means the same however it is written', () => {
    const name = fc.constantFrom('N', 'M', 'T_1', 'a.b');
    const factor = fc.oneof(name, fc.integer({ min: 1, max: 9 }).map(String));
    const term = fc.array(factor, { minLength: 1, maxLength: 3 }).map((factors) => factors.join(' * '));
    const sum = fc.tuple(term, fc.array(fc.tuple(fc.constantFrom('+', ' - ', ' + '), term), { maxLength: 3 }));
    const symbols = { N: 3, M: 5, T_1: 7, 'a.b': 11 };
    fc.assert(
      fc.property(sum, ([first, more]) => {
        const written = `${first}${more.map(([sign, text]) => `${sign}${text}`).join('')}`;
        const dim = canonicalDim(written)!;
        const product = (text: string): number =>
          text.split('*').reduce((all, f) => all * (symbols[f.trim() as 'N'] ?? Number(f)), 1);
        const value = more.reduce(
          (all, [sign, text]) => all + (sign.includes('-') ? -1 : 1) * product(text),
          product(first),
        );
        expect(G.evaluateDim(new Map(Object.entries(symbols)))(dim)).toBe(value);
        expect(canonicalDim(dim)).toBe(dim);
        expect(canonicalDim(String(dim).replaceAll(' ', ''))).toBe(dim);
      }),
    );
  });

  it('of an input is brought to its form, or refused', () => {
    const row = G.input('o', [1, 2]);
    const longer = G.concat([G.input('a', ['N', 2]), row], 0);
    expect(G.add(longer, G.input('b', ['N+1', 2])).shape).toEqual(['N + 1', 2]);
    expect(G.input('c', ['7']).shape).toEqual([7]);
    for (const dim of ['', 'a b', 'N/2'])
      expect(() => G.input('q', [dim])).toThrow(/^input: "q" has the dimension ".*"; give a whole number, a name of/);
    expect(() => G.input('q', ['-1'])).toThrow(G.GraphError);
  });
});

describe('a file', () => {
  it('has the dimensions that were written into it, where operators need them', async () => {
    const a = G.input('a', ['N', 'M'], 'float32');
    const row = G.input('o', [1, 'M'], 'float32');
    const longer = G.add(G.concat([a, row], 0), G.input('b', ['N + 1', 'M'], 'float32'));
    const flat = G.mul(G.reshape(a, ['M*N']), G.input('c', ['M*N'], 'float32'));
    const { inputs, outputs } = again([longer, flat]);
    expect(outputs.map(({ value }) => value.shape)).toEqual([longer, flat].map(({ shape }) => shape));
    expect(inputs.map((i) => i.shape)).toEqual([['N', 'M'], [1, 'M'], ['N + 1', 'M'], ['M*N']]);
  });

  it('needs no input that only a length is told by', async () => {
    // Of a graph of the gradient by b: N is told by a, which the gradient does not read.
    const b = G.input('b', ['N + 1'], 'float32');
    const [gradient] = G.grad(G.reduceSum(G.mul(b, 3)), [b]);
    const rows = G.reduceSum(G.expand(G.constant(1), ['N']));
    const half = G.reduceSum(G.expand(G.constant(1), ['M']));
    const c = G.input('c', ['2*M + 3'], 'float32');
    const graph = G.makeGraph(
      [gradient!, rows, half, G.reduceSum(c)].map((value, i) => ({ name: `y${i}`, value })),
      [b, c],
    );
    const ones = (length: number) => G.tensor(new Array(length).fill(1), [length], 'float32');
    const out = await run(G.encode(graph), { b: ones(5), c: ones(11) });
    expect([out.y0!.dims, out.y1!.data[0], out.y2!.data[0]]).toEqual([[5], 4, 4]);
    const values = G.evaluate([rows, half, G.reduceSum(b), G.reduceSum(c)], { b: ones(5), c: ones(11) });
    expect(values.map(({ data }) => data[0])).toEqual([4, 4, 5, 11]);
  });

  it('is read again where lengths were multiples', () => {
    const x = G.input('x', ['N', 3], 'float32');
    const y = G.input('y', ['2*N'], 'float32');
    const value = G.mul(G.reduceSum(x, [1]), G.reduceSum(G.reshape(y, ['N', 2]), [1]));
    const { inputs, outputs } = again([value]);
    expect([...inputs.map(({ shape }) => shape[0]), outputs[0]!.value.shape[0]]).toEqual(['N', '2*N', 'N']);
  });

  it('keeps the name of the length that comes first', () => {
    const bytes = fileWith({
      inputs: { x: ['float32', ['N', 3]], y: ['float32', ['M', 3]] },
      stored: {
        one: G.tensor([1], [1], 'int64'),
        end: G.tensor([2 ** 31], [1], 'int64'),
        axis: G.tensor([0], [1], 'int64'),
      },
      nodes: [node('Slice', ['y', 'one', 'end', 'axis'], 'later'), node('Sub', ['later', 'x'], 'z')],
      outputs: { z: 'float32' },
    });
    expect(graphOf(bytes).inputs.map(({ shape }) => shape[0])).toEqual(['N', 'N + 1']);
  });

  it('may have a symbol that operators need to be a polynomial in others', () => {
    const bytes = fileWith({
      inputs: { x: ['float32', ['N', 3]], o: ['float32', [1, 3]], t: ['float32', ['M', 3]] },
      nodes: [node('Concat', ['x', 'o'], 'longer', { axis: 0 }), node('Sub', ['longer', 't'], 'y')],
      outputs: { y: 'float32' },
    });
    expect(graphOf(bytes).inputs.map(({ shape }) => shape[0])).toEqual(['N', 1, 'N + 1']);
  });

  it('tells different texts apart', () => {
    const read = (...dims: string[]): readonly G.Dim[] => {
      const inputs = Object.fromEntries(dims.map((d, i) => [`x${i}`, ['float32', [d]] as const]));
      const nodes = dims.map((_, i) => node('Neg', [`x${i}`], `y${i}`));
      const outputs = Object.fromEntries(dims.map((_, i) => [`y${i}`, 'float32'] as const));
      return graphOf(fileWith({ inputs, nodes, outputs })).inputs.map(({ shape }) => shape[0]!);
    };
    expect(read('s-1', 's+1')).toEqual(['s_1', 's_1_2']);
    expect(read('s-1', 's', 's+1')).toEqual(['s + -1', 's', 's + 1']);
    expect(read('2*n', 'n')).toEqual(['2*n', 'n']);
    expect(read('floor((n)/2)', 'n', 'floor(0/0)')).toEqual(['floor__n__2_', 'n', 'floor_0_0_']);
    expect(read('a b', 'a_b', 'a-b')).toEqual(['a_b_2', 'a_b', 'a_b_3']);
    expect(read('N*M', 'N+M')).toEqual(['N_M', 'N_M_2']);
    expect(read('seq-len', 'seq', 'len', '9007199254740993')).toEqual(['seq_len', 'seq', 'len', '_9007199254740993']);
    expect(read(new Array(100).fill('N').join('*'), 'N')[1]).toBe('N');
  });

  it('asks for what its lengths say, wherever the input stands', () => {
    const [longer, plain, one] = [G.input('longer', ['N + 1']), G.input('plain', ['N']), G.input('one', [1])];
    const graph = again([G.reduceSum(G.mul(longer, G.concat([plain, one], 0)))]);
    const ones = (length: number) => ({ shape: [length], data: new Float32Array(length).fill(1) });
    const value = (a: number, b: number) =>
      G.evaluate([graph.outputs[0]!.value], { longer: ones(a), plain: ones(b), one: ones(1) })[0]!.data[0];
    expect(value(4, 3)).toBe(4);
    expect(() => value(3, 3)).toThrow(/input "longer" is float32\[N \+ 1\], its value has shape \[3\]/);
  });

  it('is for the lengths that it is encoded for, if those are lengths of its own', () => {
    const graph = G.makeGraph([{ name: 'y', value: G.neg(G.input('x', ['N', 'N + 1'])) }]);
    const fixed = graphOf(G.encode(graph, { lengths: new Map([['N', 7]]) }));
    expect(fixed.inputs[0]!.shape).toEqual([7, 8]);
    expect(() => G.encode(graph, { lengths: new Map([['n', 7]]) })).toThrow(
      'encode: no input has the symbol "n" to give a length; there are "N"',
    );
    for (const length of [7.5, Number.NaN, -7])
      expect(() => G.encode(graph, { lengths: new Map([['N', length]]) })).toThrow(
        `encode: the length of "N" is ${length}; give a whole number, 0 or more`,
      );
  });
});

describe('the type of a summary', () => {
  it('has what its order gives', () => {
    const x = G.input('x', [2], 'float64');
    const groups = [[{ parameter: x, direction: x }]];
    const loss = G.reduceSum(G.square(x));
    const whole: { Hbar: G.Expr; D3: G.Expr } = G.summary(loss, groups);
    const second: { Hbar: G.Expr } = G.summary(loss, groups, { order: 2, engine: 'generic' });
    const first: { gbar: G.Expr; Hbar?: G.Expr } = G.summary(loss, groups, { order: 1 });
    expect([Object.keys(whole), Object.keys(second), Object.keys(first)]).toEqual([
      ['gbar', 'Hbar', 'D3'],
      ['gbar', 'Hbar'],
      ['gbar'],
    ]);
  });
});
