/** Loop whose number of steps follows from constants, shapes and the number of the step. */

import onnxProto from 'onnx-proto';
import { describe, expect, it } from 'vitest';
import * as G from '../src/index.js';
import { fileWith, type GraphOf, graphProto, node, type Port } from './graphs.js';
import { expectAdjoint, expectDerivatives } from './laws.js';
import { asValues, expectImported, graphOf, refusalOf, storedTensor, wave } from './oneNode.js';

const number = (value: number, shape: readonly number[] = []): G.Tensor => G.tensor([value], shape, 'int64');
const truth = (value: boolean): G.Tensor => G.tensor([Number(value)], [], 'bool');

const X = [3, 2, 4];
const H = [2, 4];
const feeds = {
  x: G.tensor(wave(X, 1), X, 'float32'),
  h: G.tensor(wave(H, 2), H, 'float32'),
  w: G.tensor(wave([4, 4], 3), [4, 4], 'float32'),
};
const INPUTS: Readonly<Record<string, Port>> = {
  x: ['float32', X],
  h: ['float32', H],
  w: ['float32', [4, 4]],
};
const STORED = { three: number(3), ten: number(10), yes: truth(true), no: truth(false) };

const STEP = { step: ['int64', []], before: ['bool', []] } as const satisfies Record<string, Port>;

/** state ← tanh(state·w + x[step]), which is what it gives of each step, too; x and w are names of the graph outside. */
const recurrence = graphProto({
  inputs: { ...STEP, state: 'float32' },
  nodes: [
    node('Identity', ['before'], 'on'),
    node('Gather', ['x', 'step'], 'entry'),
    node('MatMul', ['state', 'w'], 'product'),
    node('Add', ['product', 'entry'], 'sum'),
    node('Tanh', ['sum'], 'next'),
    node('Mul', ['next', 'next'], 'square'),
  ],
  outputs: { on: 'bool', next: ['float32', H], square: ['float32', H] },
});

/** Goes on for ever, and makes no nodes. */
const idle = graphProto({
  inputs: { ...STEP, state: 'float32' },
  nodes: [],
  outputs: { before: 'bool', state: ['float32', H] },
});

const loopFile = (operands: readonly string[], body = recurrence, more: Partial<GraphOf> = {}): Uint8Array =>
  fileWith({
    inputs: INPUTS,
    nodes: [node('Loop', operands, ['last', 'all'], { body })],
    outputs: { last: 'float32', all: 'float32' },
    stored: STORED,
    ...more,
  });

/** The recurrence, which goes on as long as the step, one more than the last, is less than 2. */
const stopsEarly = graphProto({
  inputs: { ...STEP, state: 'float32' },
  nodes: [
    ...recurrence.node!.slice(1),
    node('Add', ['step', 'one'], 'following'),
    node('Less', ['following', 'two'], 'short'),
    node('And', ['short', 'before'], 'on'),
  ],
  outputs: { on: 'bool', next: ['float32', H], square: ['float32', H] },
  stored: { one: number(1), two: number(2) },
});

describe('a loop computes what its file does', () => {
  it.each([
    ['a number of steps', ['three', '', 'h']],
    ['a number of steps and a condition', ['three', 'yes', 'h']],
    ['a condition that is false before the first step', ['three', 'no', 'h']],
  ])('with %s', async (_, operands) => {
    await expectImported(loopFile(operands), feeds);
  });
  it('with no step', async () => {
    const graph = await expectImported(
      loopFile(['none', '', 'h'], recurrence, { stored: { ...STORED, none: number(0) } }),
      feeds,
    );
    expect(graph.outputs[1]!.value.shape).toEqual([0, ...H]);
  });
  it.each([
    ['and fewer steps than it might take', ['ten', 'yes', 'h']],
    ['and no number of steps', ['', 'yes', 'h']],
  ])('with a condition that follows from the step, %s', async (_, operands) => {
    const graph = await expectImported(loopFile(operands, stopsEarly), feeds);
    expect(graph.outputs[1]!.value.shape).toEqual([2, ...H]);
  });
  it('with as many steps as an axis is long, at opset 11', async () => {
    const bytes = fileWith(
      {
        inputs: INPUTS,
        nodes: [
          node('Shape', ['x'], 'shape'),
          node('Gather', ['shape', 'first'], 'length'),
          node('Loop', ['length', 'yes', 'h'], ['last', 'all'], { body: recurrence }),
        ],
        outputs: { last: 'float32', all: 'float32' },
        stored: { ...STORED, first: number(0) },
      },
      11,
    );
    await expectImported(bytes, feeds);
  });
  it('with as many steps as floating-point constants come to', async () => {
    const bytes = loopFile([], recurrence, {
      nodes: [
        node('Div', ['five', 'two'], 'quotient'),
        node('Relu', ['quotient'], 'positive'),
        node('Ceil', ['positive'], 'rounded'),
        node('Cast', ['rounded'], 'steps', { to: 7 }),
        node('Loop', ['steps', 'yes', 'h'], ['last', 'all'], { body: recurrence }),
      ],
      stored: { ...STORED, five: G.tensor([5], [], 'float32'), two: G.tensor([2], [], 'float32') },
    });
    expect((await expectImported(bytes, feeds)).outputs[1]!.value.shape).toEqual([3, ...H]);
  });
  it('with the number of the step as a vector of one', async () => {
    const body = graphProto({
      inputs: { step: ['int64', [1]], before: ['bool', [1]], state: ['float32', H] },
      nodes: [
        node('Identity', ['before'], 'on'),
        node('Cast', ['step'], 'number', { to: 1 }),
        node('Add', ['state', 'number'], 'next'),
        node('Concat', ['step', 'step'], 'twice', { axis: 0 }),
      ],
      outputs: { on: ['bool', [1]], next: ['float32', H], twice: ['int64', [2]] },
    });
    await expectImported(
      loopFile(['three', 'yes', 'h'], body, {
        stored: { three: number(3, [1]), yes: G.tensor([1], [1], 'bool') },
        outputs: { last: 'float32', all: 'int64' },
      }),
      feeds,
    );
  });
  it('with a symbolic batch', async () => {
    const bytes = loopFile(['three', 'yes', 'h'], recurrence, {
      inputs: { x: ['float32', [3, 'N', 4]], h: ['float32', ['N', 4]], w: ['float32', [4, 4]] },
    });
    const graph = await expectImported(bytes, feeds);
    expect(graph.outputs.map((o) => o.value.shape)).toEqual([
      ['N', 4],
      [3, 'N', 4],
    ]);
  });
  it('with a value that grows, and numbers of its own', async () => {
    const body = graphProto({
      inputs: { ...STEP, state: 'float32' },
      nodes: [
        node('Identity', ['before'], 'on'),
        node('Mul', ['h', 'factors'], 'row'),
        node('Concat', ['state', 'row'], 'next', { axis: 0 }),
      ],
      outputs: { on: 'bool', next: 'float32' },
      stored: { factors: G.tensor([1, -2, 0.5, 3], [4], 'float32') },
    });
    const bytes = loopFile(['three', 'yes', 'h'], body, {
      nodes: [node('Loop', ['three', 'yes', 'h'], 'last', { body })],
      outputs: { last: 'float32' },
    });
    expect((await expectImported(bytes, feeds)).outputs[0]!.value.shape).toEqual([8, 4]);
  });
  it('with a sequence that grows, as a scripted list does', async () => {
    const body = graphProto({
      inputs: { ...STEP, list: { sequenceOf: 'float32' }, state: 'float32' },
      nodes: [...recurrence.node!.slice(0, 5), node('SequenceInsert', ['list', 'next'], 'longer')],
      outputs: { on: 'bool', longer: { sequenceOf: 'float32' }, next: 'float32' },
    });
    const bytes = loopFile([], body, {
      nodes: [
        node('SequenceEmpty', [], 'empty', { dtype: 1 }),
        node('Loop', ['three', 'yes', 'empty', 'h'], ['list', 'last'], { body }),
        node('ConcatFromSequence', ['list'], 'all', { axis: 1, new_axis: 1 }),
      ],
    });
    const graph = await expectImported(bytes, feeds);
    expect(graph.outputs[1]!.value.shape).toEqual([2, 3, 4]);
  });
  it('with another loop and a choice in it, which read names of both graphs around', async () => {
    const branch = (factor: number) =>
      graphProto({
        nodes: [node('Mul', ['inner', 'factor'], 'chosen')],
        outputs: { chosen: 'float32' },
        stored: { factor: G.tensor([factor], [], 'float32') },
      });
    const within = graphProto({
      inputs: { deep: ['int64', []], goes: ['bool', []], inner: 'float32' },
      nodes: [
        node('Identity', ['goes'], 'on2'),
        node('Equal', ['deep', 'step'], 'same'),
        node('If', ['same'], 'picked', { then_branch: branch(2), else_branch: branch(-0.5) }),
        node('Add', ['picked', 'entry'], 'next2'),
      ],
      outputs: { on2: 'bool', next2: 'float32' },
    });
    const body = graphProto({
      inputs: { ...STEP, state: 'float32' },
      nodes: [
        node('Identity', ['before'], 'on'),
        node('Gather', ['x', 'step'], 'entry'),
        node('Loop', ['three', 'yes', 'state'], 'next', { body: within }),
        node('Sin', ['next'], 'given'),
      ],
      outputs: { on: 'bool', next: 'float32', given: 'float32' },
    });
    await expectImported(loopFile(['three', 'yes', 'h'], body), feeds);
  });
  it('and has its derivatives, which difference quotients confirm', () => {
    const graph = graphOf(loopFile(['ten', 'yes', 'h'], stopsEarly), { dtype: 'float64' });
    for (const { value } of graph.outputs) {
      expectDerivatives(value, graph.inputs, asValues(feeds));
      expectAdjoint(value, graph.inputs, asValues(feeds));
    }
  });
  it('and what its body and the graphs in it store is there once, however many its steps', () => {
    const numbers = (seed: number): G.Tensor => G.tensor(wave([25, 4], seed), [25, 4], 'float32');
    const branch = graphProto({
      nodes: [node('ReduceSum', ['stored'], 'sum'), node('Add', ['state', 'sum'], 'chosen')],
      outputs: { chosen: 'float32' },
      stored: { stored: numbers(1) },
    });
    const value = {
      name: 'value',
      type: onnxProto.onnx.AttributeProto.AttributeType.TENSOR,
      t: storedTensor('', numbers(2)),
    };
    const body = graphProto({
      inputs: { ...STEP, state: 'float32' },
      nodes: [
        node('Identity', ['before'], 'on'),
        { ...node('Constant', [], 'constant'), attribute: [value] },
        node('If', ['yes'], 'picked', { then_branch: branch, else_branch: branch }),
        node('ReduceMax', ['constant'], 'largest', { keepdims: 0 }),
        node('Mul', ['picked', 'largest'], 'next'),
      ],
      outputs: { on: 'bool', next: 'float32' },
    });
    const { outputs } = graphOf(
      loopFile([], body, {
        nodes: [node('Loop', ['three', 'yes', 'h'], 'last', { body })],
        outputs: { last: 'float32' },
      }),
    );
    const shapes = G.topologicalOrder([outputs[0]!.value]).map(({ shape }) => shape.join());
    expect(shapes.filter((shape) => shape === '25,4')).toHaveLength(2);
  });
  it('and its steps have masks and noise of their own', () => {
    const body = graphProto({
      inputs: { ...STEP, state: 'float32' },
      nodes: [
        node('Identity', ['before'], 'on'),
        node('Dropout', ['state', 'half', 'yes'], 'dropped'),
        node('RandomNormalLike', ['state'], 'random'),
        node('Add', ['dropped', 'random'], 'next'),
      ],
      outputs: { on: 'bool', next: 'float32' },
      stored: { half: G.tensor([0.5], [], 'float32') },
    });
    const graph = graphOf(
      loopFile([], body, {
        nodes: [node('Loop', ['two', 'yes', 'h'], 'last', { body })],
        outputs: { last: 'float32' },
        stored: { ...STORED, two: number(2) },
      }),
    );
    const names = graph.inputs.map((i) => i.attributes.name);
    const own = ['last#0/dropped.mask', 'last#0/random.noise', 'last#1/dropped.mask', 'last#1/random.noise'];
    expect(names.filter((name) => name.includes('#')).sort()).toEqual(own);
  });
  it('and a statistic of batch normalisation that its body reads is no parameter', () => {
    const body = graphProto({
      inputs: { ...STEP, state: 'float32' },
      nodes: [
        node('Identity', ['before'], 'on'),
        node('BatchNormalization', ['state', 'gamma', 'beta', 'mean', 'variance'], 'next'),
      ],
      outputs: { on: 'bool', next: 'float32' },
    });
    const vector = (seed: number): G.Tensor => G.tensor(wave([4], seed).map(Math.abs), [4], 'float32');
    const bytes = loopFile([], body, {
      nodes: [node('Loop', ['three', 'yes', 'h'], 'last', { body })],
      outputs: { last: 'float32' },
      stored: { ...STORED, gamma: vector(1), beta: vector(2), mean: vector(3), variance: vector(4) },
    });
    expect([...graphOf(bytes).initializers.keys()]).toEqual(['gamma', 'beta']);
  });
});

describe('a loop is refused, by name and with the cure,', () => {
  const bodyThat = (nodes: GraphOf['nodes'], outputs: GraphOf['outputs']) =>
    graphProto({ inputs: { ...STEP, state: 'float32' }, nodes, outputs });
  const fromData = bodyThat(
    [
      ...recurrence.node!.slice(1),
      node('ReduceSum', ['next'], 'total', { keepdims: 0 }),
      node('Greater', ['total', 'total'], 'on'),
    ],
    { on: 'bool', next: 'float32', square: 'float32' },
  );
  const endless = bodyThat([node('Identity', ['before'], 'on'), node('Identity', ['state'], 'next')], {
    on: 'bool',
    next: 'float32',
    state: 'float32',
  });
  const refusals: readonly (readonly [string, Uint8Array, RegExp])[] = [
    [
      'where the number of steps is computed from data',
      loopFile(['steps', 'yes', 'h'], recurrence, { inputs: { ...INPUTS, steps: ['int64', []] } }),
      /^node "Loop of last" \(Loop\) needs operand 0 \("steps"\) to be known when the file is read, but it is computed from data; its steps are written out one by one: make their number a constant/,
    ],
    [
      'where the first condition is',
      loopFile(['three', 'goes', 'h'], recurrence, { inputs: { ...INPUTS, goes: ['bool', []] } }),
      /needs operand 1 \("goes"\) to be known.*make their number a constant/,
    ],
    [
      'where a later condition is',
      loopFile(['three', 'yes', 'h'], fromData),
      /^node "Loop of last" \(Loop\) needs its condition after step 0 to be known.*make their number a constant/,
    ],
    [
      'where the number of steps is a symbol',
      loopFile([], recurrence, {
        inputs: { ...INPUTS, x: ['float32', ['T', 2, 4]] },
        nodes: [
          node('Shape', ['x'], 'shape'),
          node('Gather', ['shape', 'first'], 'length'),
          node('Loop', ['length', 'yes', 'h'], ['last', 'all'], { body: recurrence }),
        ],
        stored: { ...STORED, first: number(0) },
      }),
      /runs as many steps as the symbolic length T says; .*fixed sequence length/,
    ],
    ['without a number of steps and a condition', loopFile(['', '', 'h']), /neither a number of steps nor a condition/],
    [
      'of too many steps',
      loopFile(['many', 'yes', 'h'], endless, { stored: { ...STORED, many: number(2 ** 40) } }),
      /"Loop of last".*makes more than 100000 nodes; run fewer steps/,
    ],
    [
      'of too many steps that do nothing',
      loopFile([], idle, {
        nodes: [node('Loop', ['', 'yes', 'h'], 'last', { body: idle })],
        outputs: { last: 'float32' },
      }),
      /"Loop of last".*makes more than 100000 nodes; run fewer steps/,
    ],
    [
      'without a condition, where its body ends it',
      loopFile(['three', '', 'h'], stopsEarly),
      /false after step 1, which the specification ignores and ONNX Runtime does not; give the node a condition/,
    ],
    ['whose body takes more', loopFile(['three', 'yes']), /gives 2 values to a graph of 3 inputs/],
    [
      'whose body gives less',
      loopFile(['three', 'yes', 'h', 'x', 'x', 'x']),
      /carries 4 values, but its body gives 3; the condition is one more/,
    ],
    [
      'which stacks what differs from step to step',
      loopFile(
        ['three', 'yes', 'h'],
        bodyThat([node('Identity', ['before'], 'on'), node('Concat', ['state', 'h'], 'next', { axis: 0 })], {
          on: 'bool',
          next: 'float32',
          state: 'float32',
        }),
      ),
      /stacks what its steps give, which is \[2, 4\] first and \[4, 4\] after 1 steps/,
    ],
    [
      'which stacks sequences',
      loopFile(
        ['three', 'yes', 'h'],
        bodyThat([node('Identity', ['before'], 'on'), node('SequenceConstruct', ['state'], 'list')], {
          on: 'bool',
          state: 'float32',
          list: { sequenceOf: 'float32' },
        }),
      ),
      /stacks sequences; only tensors can be stacked/,
    ],
    [
      'without a body',
      loopFile([], recurrence, { nodes: [node('Loop', ['three', 'yes', 'h'], ['last', 'all'])] }),
      /lacks its body/,
    ],
    [
      'whose body gives what nothing defines',
      loopFile(['three', 'yes', 'h'], bodyThat([], { before: 'bool', state: 'float32', nowhere: 'float32' })),
      /of node "last" gives "nowhere", which nothing in it defines/,
    ],
    [
      'whose body holds what hograd does not read',
      loopFile(
        ['three', 'yes', 'h'],
        bodyThat([node('StringNormalizer', ['state'], 'next')], { before: 'bool', next: 'float32', state: 'float32' }),
      ),
      /1 unsupported node: StringNormalizer/,
    ],
  ];
  it.each(refusals)('%s', (_, bytes, message) => {
    expect(refusalOf(bytes).message).toMatch(message);
  });
});
