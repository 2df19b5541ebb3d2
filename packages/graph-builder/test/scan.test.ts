/** Scan over axes of known length, and SequenceMap. */

import { describe, expect, it } from 'vitest';
import * as G from '../src/index.js';
import { fileWith, type GraphOf, graphProto, node, type Port } from './graphs.js';
import { expectAdjoint, expectDerivatives } from './laws.js';
import { type Attribute, asValues, expectImported, graphOf, refusalOf, wave } from './oneNode.js';

const feeds = {
  h: G.tensor(wave([2], 1), [2], 'float32'),
  x: G.tensor(wave([3, 2], 2), [3, 2], 'float32'),
  y: G.tensor(wave([2, 3], 3), [2, 3], 'float32'),
  w: G.tensor(wave([2], 4), [2], 'float32'),
};
const INPUTS: Readonly<Record<string, Port>> = {
  h: ['float32', [2]],
  x: ['float32', [3, 2]],
  y: ['float32', [2, 3]],
  w: ['float32', [2]],
};

/** state ← tanh(state·w + entry of x)·entry of y; gives the state and [state, entry of x] of each step. */
const body = graphProto({
  inputs: { state: ['float32', [2]], row: ['float32', [2]], column: ['float32', [2]] },
  nodes: [
    node('Mul', ['state', 'w'], 'weighted'),
    node('Add', ['weighted', 'row'], 'sum'),
    node('Tanh', ['sum'], 'squashed'),
    node('Mul', ['squashed', 'column'], 'next'),
    node('Identity', ['next'], 'copy'),
    node('Concat', ['next', 'row'], 'both', { axis: 0 }),
  ],
  outputs: { next: ['float32', [2]], copy: ['float32', [2]], both: ['float32', [4]] },
});

const scanFile = (
  attributes: Readonly<Record<string, Attribute>> = {},
  more: Partial<GraphOf> = {},
  operands = ['h', 'x', 'y'],
  opset = 20,
): Uint8Array =>
  fileWith(
    {
      inputs: INPUTS,
      nodes: [
        node('Scan', operands, ['last', 'states', 'pairs'], {
          body,
          num_scan_inputs: 2,
          scan_input_axes: [0, 1],
          ...attributes,
        }),
      ],
      outputs: { last: 'float32', states: 'float32', pairs: 'float32' },
      ...more,
    },
    opset,
  );

describe('a scan computes what its file does', () => {
  it.each([
    ['forwards', {}],
    ['along axes from the end', { scan_input_axes: [-2, -1] }],
    ['backwards in one operand', { scan_input_directions: [0, 1] }],
    ['backwards in both', { scan_input_directions: [1, 1] }],
    ['with results from the last step to the first', { scan_output_directions: [1, 0] }],
    ['with results along other axes', { scan_output_axes: [1, -1] }],
    ['with all of them', { scan_input_directions: [1, 0], scan_output_axes: [-1, 0], scan_output_directions: [0, 1] }],
  ])('%s', async (_, attributes) => {
    await expectImported(scanFile(attributes), feeds);
  });
  it.each([9, 11, 16])('at opset %i', async (opset) => {
    await expectImported(scanFile({}, {}, undefined, opset), feeds);
  });
  it('with a symbolic batch, and no state', async () => {
    const square = graphProto({
      inputs: { row: 'float32' },
      nodes: [node('Mul', ['row', 'row'], 'square')],
      outputs: { square: 'float32' },
    });
    const bytes = fileWith({
      inputs: { x: ['float32', ['N', 2]] },
      nodes: [
        node('Scan', ['x'], 'out', { body: square, num_scan_inputs: 1, scan_input_axes: [1], scan_output_axes: [1] }),
      ],
      outputs: { out: 'float32' },
    });
    expect((await expectImported(bytes, feeds)).outputs[0]!.value.shape).toEqual(['N', 2]);
  });
  it('and has its derivatives, which difference quotients confirm', () => {
    const graph = graphOf(scanFile({ scan_input_directions: [0, 1], scan_output_axes: [1, 0] }), { dtype: 'float64' });
    for (const { value } of graph.outputs) {
      expectDerivatives(value, graph.inputs, asValues(feeds));
      expectAdjoint(value, graph.inputs, asValues(feeds));
    }
  });
});

describe('a scan is refused', () => {
  const refusals: readonly (readonly [string, Uint8Array, RegExp])[] = [
    ['of operator set 8', scanFile({}, {}, undefined, 8), /operator set 8.*convert the model to a newer one/],
    [
      'over a symbolic length',
      scanFile({}, { inputs: { ...INPUTS, x: ['float32', ['T', 2]], y: ['float32', [2, 'T']] } }),
      /"Scan of last".*symbolic length "T".*export the model with a fixed length/,
    ],
    ['over different lengths', scanFile({ scan_input_axes: [0, 0] }), /axes of different lengths: 3, 2/],
    ['over an axis that is none', scanFile({ scan_input_axes: [2, 1] }), /axis 2 is outside/],
    ['in an unknown direction', scanFile({ scan_input_directions: [2, 0] }), /has 2 in scan_input_directions/],
    ['with too few directions', scanFile({ scan_output_directions: [1] }), /has 1 scan_output_directions for 2/],
    ['of no operand', scanFile({ num_scan_inputs: 0 }), /scans 0 of its 3 operands/],
    [
      'of no step',
      scanFile({}, { inputs: { ...INPUTS, x: ['float32', [0, 2]], y: ['float32', [2, 0]] } }),
      /scans an axis of length 0/,
    ],
    [
      'whose body gives less',
      scanFile({ num_scan_inputs: 1, scan_input_axes: [0] }, {}, ['h', 'h', 'h', 'h', 'x']),
      /has 4 states, but its body gives 3 values/,
    ],
  ];
  it.each(refusals)('%s', (_, bytes, message) => {
    expect(refusalOf(bytes).message).toMatch(message);
  });
});

describe('a map of sequences', () => {
  const mapped = graphProto({
    inputs: { a: 'float32', b: 'float32', c: 'float32' },
    nodes: [node('Mul', ['a', 'b'], 'ab'), node('Add', ['ab', 'c'], 'sum')],
    outputs: { sum: 'float32', ab: 'float32' },
  });
  const mapFile = (second: readonly string[]): Uint8Array =>
    fileWith({
      inputs: INPUTS,
      nodes: [
        node('SequenceConstruct', ['h', 'w'], 'list'),
        node('SequenceConstruct', second, 'other'),
        node('SequenceMap', ['list', 'other', 'h'], ['sums', 'products'], { body: mapped }),
        node('ConcatFromSequence', ['sums'], 'out', { axis: 0 }),
        node('ConcatFromSequence', ['products'], 'more', { axis: 0, new_axis: 1 }),
      ],
      outputs: { out: 'float32', more: 'float32' },
    });
  it('computes what its file does', async () => {
    await expectImported(mapFile(['w', 'h']), feeds);
  });
  it('is refused where the sequences differ in length', () => {
    expect(refusalOf(mapFile(['w'])).message).toMatch(/different lengths: "list" and "other"/);
  });
});
