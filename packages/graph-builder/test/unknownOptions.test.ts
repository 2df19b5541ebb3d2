import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import * as G from '../src/index.js';

const x = G.input('x', ['N', 2, 6, 6]);
const w = G.input('w', [4, 2, 3, 3]);
const y = G.input('y', ['N', 4, 4, 4]);
const blocks = G.input('blocks', ['N', 8, 25]);
const heads = G.input('heads', ['N', 2, 3, 4]);
const logits = G.input('logits', ['N', 5]);
const labels = G.input('labels', ['N'], 'int64');
const starts = G.input('starts', ['N'], 'int64');
const graph = G.makeGraph([{ name: 'y', value: G.tanh(x) }], [x]);

/** A call, and every option that it takes, in the order of the refusal, at values that are taken. */
type Row = readonly [name: string, call: (options: object) => unknown, options: object, misspelt: object];

const window = { strides: [1, 1], padsBefore: [0, 0], padsAfter: [0, 0], dilations: [1, 1] };
const pool = { ...window, ceil: false };
const running = { exclusive: true, reverse: true };
const layer = { axis: -1, epsilon: 1e-5 };

const rows: readonly Row[] = [
  ['conv', (o) => G.conv(x, w, o), { ...window, groups: 1 }, { stride: [2, 2] }],
  ['convInput', (o) => G.convInput(y, w, [6, 6], o), { ...window, groups: 1 }, { pads: [1, 1] }],
  ['convKernel', (o) => G.convKernel(x, y, [3, 3], o), { ...window, groups: 1 }, { group: 1 }],
  ['col2im', (o) => G.col2im(blocks, [6, 6], [2, 2], o), window, { groups: 1 }],
  ['maxPool', (o) => G.maxPool(x, [2, 2], o), pool, { groups: 1 }],
  ['maxPoolIndices', (o) => G.maxPoolIndices(x, [2, 2], o), pool, { stride: [2, 2] }],
  ['averagePool', (o) => G.averagePool(x, [2, 2], o), { ...pool, countIncludePad: true }, { includePad: true }],
  ['lpPool', (o) => G.lpPool(x, [2, 2], 2, o), pool, { countIncludePad: true }],
  ['cumSum', (o) => G.cumSum(x, 2, o), running, { reversed: true }],
  ['cumProd', (o) => G.cumProd(x, 2, o), running, { axis: 2 }],
  ['tensorScatter', (o) => G.tensorScatter(heads, heads, o), { starts, axis: -2, circular: true }, { start: starts }],
  [
    'attention',
    (o) => G.attention(heads, heads, heads, o),
    { scale: 1, softcap: 2, masks: [] },
    { mask: [G.input('mask', [3, 3], 'bool')] },
  ],
  ['layerNorm', (o) => G.layerNorm(x, undefined, undefined, o), layer, { eps: 1e-3 }],
  ['rmsNorm', (o) => G.rmsNorm(x, undefined, o), layer, { axes: [1] }],
  [
    'localResponseNorm',
    (o) => G.localResponseNorm(G.input('image', [1, 2, 6, 6]), 3, o),
    { alpha: 1e-4, beta: 0.75, bias: 1 },
    { k: 2 },
  ],
  ['negativeLogLikelihood', (o) => G.negativeLogLikelihood(logits, labels, o), { ignored: -1 }, { ignore: -1 }],
  ['softmaxCrossEntropy', (o) => G.softmaxCrossEntropy(logits, labels, o), { ignored: -1 }, { ignoreIndex: -1 }],
  [
    'summary',
    (o) => G.summary(G.reduceSum(G.tanh(w)), [[{ parameter: w, direction: w }]], o),
    { order: 2, engine: 'generic' },
    { orders: 2 },
  ],
  [
    'encode',
    (o) => G.encode(graph, o),
    {
      keepInitializers: true,
      name: 'graph',
      metadata: {},
      lowerFloat64: true,
      lengths: new Map([['N', 2]]),
      declareShapes: true,
    },
    { declareShape: true },
  ],
];

describe('an option of no such name', () => {
  it.each(rows)('is refused by %s, which names those that there are', (name, call, options, misspelt) => {
    const [wrong] = Object.keys(misspelt);
    for (const given of [misspelt, { ...options, ...misspelt }, { [wrong!]: undefined }]) {
      expect(() => call(given)).toThrow(G.GraphError);
      expect(() => call(given)).toThrow(
        new G.GraphError(name, `there is no option "${wrong}"; the options are ${Object.keys(options).join(', ')}`),
      );
    }
  });

  it('is the Left of decode', () => {
    expect(G.decode(G.encode(graph), { output: ['y'] } as object)).toEqual(
      E.left({
        _tag: 'UnsupportedFeature',
        message: 'there is no option "output"; the options are dtype, outputs, parameters, externalData',
      }),
    );
  });

  it('is also one that every object inherits', () => {
    expect(() => G.conv(x, w, { constructor: [2, 2] } as object)).toThrow('conv: there is no option "constructor"');
  });
});

describe('options of their own names', () => {
  it.each(rows)('are taken by %s', (_, call, options) => {
    expect(() => call(options)).not.toThrow();
  });

  it.each(rows)('count as left out of %s where they are undefined', (_, call, options) => {
    const absent = Object.fromEntries(Object.keys(options).map((name) => [name, undefined]));
    expect(call(absent)).toEqual(call({}));
  });

  it('are taken by decode, undefined or not', () => {
    const bytes = G.encode(graph);
    const options = { dtype: 'float64', outputs: ['y'], parameters: [], externalData: () => undefined } as const;
    const absent = { dtype: undefined, outputs: undefined, parameters: undefined, externalData: undefined };
    expect(E.isRight(G.decode(bytes, options))).toBe(true);
    expect(G.decode(bytes, absent as object)).toEqual(G.decode(bytes));
  });
});
