/** GroupQueryAttention of the domain com.microsoft, held to ONNX Runtime's kernel. */

import { describe, expect, it } from 'vitest';
import * as G from '../src/index.js';
import { int32s } from './fusedNodes.js';
import { expectNodeLaws } from './nodeLaws.js';
import {
  asValues,
  batch,
  encodeAttribute,
  expectClose,
  expectImported,
  feedsOf,
  fileOf,
  fixed,
  float,
  graphOf,
  label,
  modelOf,
  type OneNode,
  type Operand,
  refusalOf,
  storedTensor,
  valueInfo,
  wave,
} from './oneNode.js';
import { run } from './runtime.js';

const heads = { num_heads: 4, kv_num_heads: 2 };
const group = (operands: OneNode['operands'], attributes: OneNode['attributes'] = {}): OneNode => ({
  type: 'GroupQueryAttention',
  domain: 'com.microsoft',
  operands,
  attributes: { ...heads, ...attributes },
  outputs: ['float32', 'float32', 'float32'],
});
const long = (shape: readonly number[], data: readonly number[]): Operand => ({ shape, data, dtype: 'int64' });
const none = undefined;
const length = 5;
const lengths = int32s([2], [length - 1, length - 1], { batch: true });
const total = int32s([1], [length]);
const grouped = [batch(2, length, 64), batch(2, length, 32), batch(2, length, 32)] as const;
const noPast = [none, none, lengths, total] as const;
const angles = [fixed(7, 8), fixed(7, 8)] as const;
const groups: readonly OneNode[] = [
  group([...grouped, ...noPast]),
  group([batch(2, length, 128), none, none, ...noPast]),
  group([...grouped, ...noPast], { scale: float(0.2), softcap: float(0.6) }),
  group([...grouped, ...noPast, ...angles], { do_rotary: 1 }),
  group([...grouped, ...noPast, ...angles], { do_rotary: 1, rotary_interleaved: 1 }),
  group([batch(2, length, 128), none, none, ...noPast, ...angles], { do_rotary: 1 }),
  ...[1, 2, 4, 5, 9].map((local_window_size) => group([...grouped, ...noPast], { local_window_size })),
  group([...grouped, ...noPast, none, none, none, batch(2, 4, length, length)]),
  group([...grouped, ...noPast, none, none, none, fixed(1, 1, length, length)], { softcap: float(0.6) }),
  group([...grouped, batch(2, 2, 0, 16), batch(2, 2, 0, 16), lengths, total]),
];

describe('GroupQueryAttention of a prompt, imported and written again, computes what its file does', () => {
  it.each(groups.map((node) => [label(node), node] as const))('%s', async (_, node) => {
    const graph = await expectImported(fileOf(node), feedsOf(node), 1e-5);
    expect(graph.outputs[0]!.value.shape).toEqual(['N', length, 64]);
  });
});

/** A factor that float32 holds: ONNX Runtime rounds one that is fused into a product to it, in float64 as well. */
const scale = float(0.5);
const tiny = [batch(1, 3, 8), batch(1, 3, 4), batch(1, 3, 4)];
const lawful: readonly OneNode[] = [
  group([...tiny, none, none, int32s([1], [2], { batch: true }), int32s([1], [3]), fixed(3, 1), fixed(3, 1)], {
    ...{ do_rotary: 1, local_window_size: 2 },
    ...{ softcap: scale, scale },
  }),
  {
    ...group([...tiny, batch(1, 2, 3, 2), batch(1, 2, 3, 2), int32s([1], [4], { batch: true }), int32s([1], [5])], {
      scale,
    }),
    outputs: ['float32'],
  },
];

describe('its derivatives obey the laws', () => {
  it.each(lawful.map((node) => [label(node), node] as const))('%s', async (_, node) => {
    await expectNodeLaws(node);
  });
});

/** Rows of the first output that the file gives by itself, and that it gives imported and written again. */
const rowsOfBoth = async (node: OneNode) => {
  const [bytes, feeds] = [fileOf(node), feedsOf(node)];
  const graph = graphOf(bytes, { outputs: ['out0'] });
  const [own, again] = [await run(bytes, feeds), await run(G.encode(graph), feeds)];
  const [value] = G.evaluate([graph.outputs[0]!.value], asValues(feeds));
  expect(value!.shape).toEqual(own.out0!.dims);
  return [own.out0!.data, again.out0!.data, value!.data].map((data) => Array.from(data, Number)) as [
    number[],
    number[],
    number[],
  ];
};

describe('GroupQueryAttention behind a past, or before padding', () => {
  it('computes the rows before a prompt’s padding as ONNX Runtime does', async () => {
    const kept = [3, 5];
    const last = kept.map((count) => count - 1);
    const node = { ...groups[3]!, operands: groups[3]!.operands.with(5, int32s([2], last, { batch: true })) };
    const rows = (values: readonly number[]) =>
      kept.flatMap((count, b) => values.slice(b * length * 64, (b * length + count) * 64));
    const [own, again, interpreted] = await rowsOfBoth(node);
    expectClose(rows(again), rows(own), 1e-5);
    expectClose(rows(interpreted), rows(own), 1e-5);
  });

  /** Tokens, keys of the past, the place of each sample's last key, keys in all. */
  const continued: readonly (readonly [string, number, number, readonly number[], number])[] = [
    ['one token behind a past', 1, 4, [4, 4], 5],
    ['one token behind pasts of different lengths', 1, 4, [2, 4], 5],
    ['some tokens behind a past', 3, 4, [6], 7],
    ['a prompt before a buffer that is longer', 5, 8, [4, 4], 5],
    ['a prompt with padding before a buffer', 1, 3, [0, 0], 1],
  ];
  const windows: readonly NonNullable<OneNode['attributes']>[] = [{}, { local_window_size: 3 }];
  it.each(continued.flatMap((given) => windows.map((more) => [...given, more] as const)))(
    'of %s: %s, %s, %s, %s %s',
    async (_, tokens, before, last, all, more) => {
      const size = last.length;
      const caches = [batch(size, 2, before, 16), batch(size, 2, before, 16)];
      const tensors = [64, 32, 32].map((width) => batch(size, tokens, width));
      const node = group(
        [...tensors, ...caches, int32s([size], last, { batch: true }), int32s([1], [all]), ...angles],
        {
          ...{ do_rotary: 1 },
          ...more,
        },
      );
      const [own, again, interpreted] = await rowsOfBoth(node);
      expectClose(again, own, 1e-5);
      expectClose(interpreted, own, 1e-5);
    },
  );

  it('reads lengths that are symbols, of the tokens and of the past', async () => {
    const widths = { q: 64, k: 32, v: 32 };
    const cache: readonly G.Dim[] = ['batch', 2, 'past', 16];
    const bytes = modelOf(
      {
        node: [
          {
            opType: 'GroupQueryAttention',
            domain: 'com.microsoft',
            name: 'node',
            input: ['q', 'k', 'v', 'keys', 'values', 'last', 'total', 'cos', 'sin'],
            output: ['y', 'present.keys', 'present.values'],
            attribute: Object.entries({ ...heads, do_rotary: 1 }).map(([name, value]) => encodeAttribute(name, value)),
          },
        ],
        input: [
          ...Object.entries(widths).map(([name, width]) => valueInfo(name, 'float32', ['batch', 'tokens', width])),
          ...['keys', 'values'].map((name) => valueInfo(name, 'float32', cache)),
          valueInfo('last', 'int32', ['batch']),
          valueInfo('total', 'int32', [1]),
        ],
        initializer: ['cos', 'sin'].map((name, i) =>
          storedTensor(name, G.tensor(wave([9, 8], i + 1), [9, 8], 'float32')),
        ),
        output: ['y', 'present.keys', 'present.values'].map((name) => valueInfo(name, 'float32')),
      },
      20,
      [],
      ['com.microsoft'],
    );
    const graph = graphOf(bytes, { outputs: ['y'] });
    expect([...graph.initializers.keys()]).toEqual([]);
    for (const [tokens, before] of [
      [4, 0],
      [1, 3],
    ] as const) {
      const tensors = Object.fromEntries(
        [
          ...Object.entries(widths).map(([name, width]) => [name, [2, tokens, width]] as const),
          ...['keys', 'values'].map((name) => [name, [2, 2, before, 16]] as const),
        ].map(([name, shape], i) => [name, G.tensor(wave(shape, i + 1), shape, 'float32')]),
      );
      const all = tokens + before;
      const feeds = {
        ...tensors,
        last: G.tensor([all - 1, all - 1], [2], 'int32'),
        total: G.tensor([all], [1], 'int32'),
      };
      const [own, again] = [await run(bytes, feeds), await run(G.encode(graph), feeds)];
      expect(again.y!.dims).toEqual([2, tokens, 64]);
      expectClose(again.y!.data, own.y!.data, 1e-5);
    }
  });
});

describe('what is not supported is refused, with the cure', () => {
  it.each([
    [group([...grouped, ...noPast], { smooth_softmax: 1 }), 'has an additional sink in its softmax'],
    [
      group([...grouped, ...noPast, ...angles, long([2, 5], [0, 1, 2, 3, 4, 0, 1, 2, 3, 4])], { do_rotary: 1 }),
      'has position_ids, which ONNX Runtime’s kernels read in different ways; leave them out, and positions follow the past',
    ],
    [
      group([...grouped, batch(2, 2, 4, 16), batch(2, 2, 4, 16), lengths, total, none, none, none, fixed(1, 1, 5, 9)]),
      'has an attention_bias and a past, which are supported one at a time',
    ],
    [
      group([...grouped, batch(2, 2, 4, 16), batch(2, 2, 4, 16), lengths, total]),
      'gives "out1" as its output 1, which is not supported; ask for outputs that do without it',
    ],
    [group([batch(2, 5, 100), none, none, ...noPast]), 'packs 4 heads and twice 2 into float32[N, 5, 100]'],
  ] as readonly (readonly [OneNode, string])[])('%s', (node, message) => {
    expect(refusalOf(fileOf(node)).message).toContain(message);
  });
});
