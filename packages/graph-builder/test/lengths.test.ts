/** Lengths that files compute from symbols: what follows for every length is known when a file is read. */

import { describe, expect, it } from 'vitest';
import * as G from '../src/index.js';
import { fileWith, node } from './graphs.js';
import { expectImported, refusalOf, wave } from './oneNode.js';

const ints = (...entries: number[]): G.Tensor => G.tensor(entries, [entries.length], 'int64');
const stored = { zero: ints(0), one: ints(1), minus: ints(-1), axis: ints(0) };
const length = [node('Shape', ['x'], 'shape'), node('Gather', ['shape', 'zero'], 'N')];
const feeds = (rows: number) => ({ x: G.tensor(wave([rows, 3], 2), [rows, 3], 'float32') });

/** As PyTorch writes torch.roll(x, 1, 0) with a symbolic batch. */
const roll = (shift: string): Uint8Array =>
  fileWith({
    inputs: { x: ['float32', ['N', 3]] },
    stored,
    nodes: [
      ...length,
      node('Mod', [shift, 'N'], 'cut'),
      node('Slice', ['x', 'zero', 'cut', 'axis'], 'head'),
      node('Slice', ['x', 'cut', 'N', 'axis'], 'tail'),
      node('Concat', ['tail', 'head'], 'y', { axis: 0 }),
    ],
    outputs: { y: 'float32' },
  });

describe('a shape', () => {
  it.each([
    [undefined, undefined],
    [1, undefined],
    [-4, undefined],
    [-5, 2],
    [-1, 9],
    [0, -4],
    [2, 1],
    [9, 10],
  ])('from axis %o to %o is that of the axes that there are', async (start, end) => {
    const bounds = { ...(start !== undefined && { start }), ...(end !== undefined && { end }) };
    const bytes = fileWith({
      inputs: { x: ['float32', [3, 4, 5]] },
      nodes: [node('Shape', ['x'], 'shape', bounds), node('Cast', ['shape'], 'y', { to: 1 })],
      outputs: { y: 'float32' },
    });
    await expectImported(bytes, { x: G.tensor(wave([3, 4, 5], 2), [3, 4, 5], 'float32') });
  });
});

describe('a length', () => {
  it.each([1, 2, 5])('less one is what −1 leaves modulo it: a roll of %i rows', async (rows) => {
    await expectImported(roll('minus'), feeds(rows));
  });

  it('may be 1, so that 1 modulo it is not known', () => {
    expect(refusalOf(roll('one')).message).toMatch(/needs operand 2 \("cut"\) to be known when the file is read/);
  });

  it('is never negative: the larger of it and 0 is the length itself, the smaller is 0', async () => {
    const bytes = fileWith({
      inputs: { x: ['float32', ['N', 3]] },
      stored,
      nodes: [
        ...length,
        node('Min', ['N', 'N'], 'shorter'),
        node('Max', ['shorter', 'zero'], 'rows'),
        node('Min', ['N', 'zero'], 'none'),
        node('Concat', ['rows', 'one'], 'column', { axis: 0 }),
        node('Concat', ['none', 'one'], 'empty', { axis: 0 }),
        node('ConstantOfShape', ['column'], 'zeros'),
        node('Concat', ['x', 'zeros'], 'wider', { axis: 1 }),
        node('ConstantOfShape', ['empty'], 'nothing'),
        node('ReduceSum', ['nothing'], 'total', { keepdims: 0 }),
        node('Add', ['wider', 'total'], 'y'),
      ],
      outputs: { y: 'float32' },
    });
    const graph = await expectImported(bytes, feeds(4));
    expect(graph.outputs[0]!.value.shape).toEqual(['N', 4]);
  });
});
