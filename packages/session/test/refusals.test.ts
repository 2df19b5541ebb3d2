import type { Tensor } from '@hograd/graph-builder';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { creationError } from '../src/create.js';
import { openSession, type Session, type SessionError, type SessionOptions, type Tensors } from '../src/index.js';
import { feeds, float32, float64, get, identity, model, refusal, tanhProduct } from './model.js';

it('an option of no such name', async () => {
  const opened = await openSession(tanhProduct(), { thread: 2 } as SessionOptions)();
  expect(opened).toMatchObject({
    left: {
      _tag: 'UnknownOption',
      option: 'thread',
      message:
        'there is no option "thread"; the options are device, threads, optimization, inPlace, profile, logSeverity',
    },
  });
});

describe('a model that cannot be opened', () => {
  const x = ['x', 'float32', ['N']] as const;
  const y = ['y', 'float32', ['N']] as const;
  const cases: readonly (readonly [string, Uint8Array | string, SessionError['_tag'], string])[] = [
    ['a folder', '/', 'ModelNotFound', 'there is no readable file "/"; check the path'],
    ['no file', '/nowhere/m.onnx', 'ModelNotFound', 'there is no readable file "/nowhere/m.onnx"; check the path'],
    [
      'no bytes',
      new Uint8Array(),
      'InvalidModel',
      'onnxruntime refuses the model: Model data pointer is null; check that it is a complete ONNX file',
    ],
    [
      'text',
      new TextEncoder().encode('not a model'),
      'InvalidModel',
      'onnxruntime refuses the model: Failed to load model because protobuf parsing failed; check that it is a complete ONNX file',
    ],
    [
      'half a file',
      tanhProduct().slice(0, 50),
      'InvalidModel',
      'onnxruntime refuses the model: Failed to load model because protobuf parsing failed; check that it is a complete ONNX file',
    ],
    [
      'a broken link',
      model({ inputs: [x], outputs: [y], nodes: [['Tanh', ['q'], ['y']]] }),
      'InvalidModel',
      "onnxruntime refuses the model: Invalid model. Node input 'q' is not a graph input, initializer, or output of a previous node; check that it is a complete ONNX file",
    ],
    [
      'a missing output',
      model({ inputs: [x], outputs: [y], nodes: [['Tanh', ['x'], ['z']]] }),
      'InvalidModel',
      'onnxruntime refuses the model: This is an invalid model. Graph output (y) does not exist in the graph; check that it is a complete ONNX file',
    ],
    [
      'a newer opset',
      model({ inputs: [x], outputs: [y], nodes: [['Tanh', ['x'], ['y']]], opset: 99 }),
      'UnsupportedModel',
      'the model is of opset 99, onnxruntime knows up to 26; export it with an older opset',
    ],
    [
      'a newer format',
      model({ inputs: [x], outputs: [y], nodes: [['Tanh', ['x'], ['y']]], ir: 99 }),
      'UnsupportedModel',
      'the model is of IR version 99, onnxruntime knows up to 13; export it with an older opset',
    ],
    [
      'strings',
      identity('string', [1]),
      'UnsupportedModel',
      'input "x" is string; hograd holds float32, float64, int32, int64, int8, int16, uint8, uint16, uint32, uint64, bool',
    ],
    [
      'half floats',
      identity('float16', [1]),
      'UnsupportedModel',
      'input "x" is float16; hograd holds float32, float64, int32, int64, int8, int16, uint8, uint16, uint32, uint64, bool',
    ],
  ];

  it.each(cases)('%s', async (_, bytes, tag, message) => {
    const error = await refusal(openSession(bytes));
    expect([error._tag, error.message]).toEqual([tag, message]);
  });

  it('an operator that the provider lacks in this type is named', async () => {
    const erf = model({
      inputs: [['x', 'float64', ['N']]],
      outputs: [['y', 'float64', ['N']]],
      nodes: [['Erf', ['x'], ['y']]],
    });
    expect(await refusal(openSession(erf))).toEqual({
      _tag: 'UnsupportedModel',
      what: 'Erf',
      message: 'the cpu provider has no kernel for Erf (node "Erf") with its types; use float32 or another device',
    });
  });
});

it.each(['std::bad_alloc', 'Failed to allocate memory for requested buffer of size 64'])(
  'memory that runs out is not the fault of the file: %s',
  (cause) => {
    expect(creationError('cpu', cause)).toEqual({
      _tag: 'RunFailed',
      message: `there is not memory enough to open the model on cpu (${cause}); free some, or use fewer threads`,
    });
  },
);

describe('options out of range', () => {
  it.each<readonly [SessionOptions, string]>([
    [{ threads: 0 }, 'threads is 0; give a whole number from 1 to 1024'],
    [{ threads: 1.5 }, 'threads is 1.5; give a whole number from 1 to 1024'],
    [{ threads: 1025 }, 'threads is 1025; give a whole number from 1 to 1024'],
    [{ threads: 1e9 }, 'threads is 1000000000; give a whole number from 1 to 1024'],
    [{ device: 'gpu' as never }, 'device is "gpu"; it must be one of cuda, webgpu, cpu, auto'],
    [{ optimization: 'most' as never }, 'optimization is "most"; it must be one of all, extended, basic, disabled'],
    [{ logSeverity: 'loud' as never }, 'logSeverity is "loud"; it must be one of verbose, info, warning, error, fatal'],
    [{ profile: '' }, 'profile is empty; give a path prefix'],
    [{ profile: '/nowhere/run' }, 'profile is "/nowhere/run", and "/nowhere" is no folder to write to; create it'],
  ])('%o', async (options, message) => {
    const error = await refusal(openSession(tanhProduct(), options));
    expect([error._tag, error.message]).toEqual(['InvalidOption', message]);
  });
});

describe('feeds and fetches that do not suit the model', () => {
  let session: Session;
  beforeAll(async () => {
    session = await get(openSession(tanhProduct()));
  });
  afterAll(() => get(session.release()));

  const { x, w } = feeds;
  const takes = 'x: float32 [N, 3], w: float32 [3, 2]';
  const cases: readonly (readonly [string, Tensors, SessionError['_tag'], string])[] = [
    ['one is missing', { x }, 'MissingFeed', `input "w" is missing; the model takes ${takes}`],
    ['one is unknown', { x, W: w }, 'UnknownFeed', `"W" is not an input of the model; it takes ${takes}`],
    [
      'one is undefined',
      { x, w: undefined as unknown as Tensor },
      'MissingFeed',
      `input "w" is missing; the model takes ${takes}`,
    ],
    [
      'one is null',
      { x, w: null as unknown as Tensor },
      'MissingFeed',
      `input "w" is missing; the model takes ${takes}`,
    ],
    ['one is only inherited', Object.create({ x, w }), 'MissingFeed', `input "x" is missing; the model takes ${takes}`],
    [
      'another element type',
      { x: float64([1, 2, 3], [1, 3]), w },
      'WrongDtype',
      'input "x" must be float32, got float64; convert it',
    ],
    [
      'an array that is not of the type',
      { x: { ...x, data: new Float64Array(6) } as unknown as Tensor, w },
      'WrongDtype',
      'input "x" says float32 and holds Float64Array; it must hold Float32Array',
    ],
    [
      'too few elements',
      { x: float32([1], [2, 3]), w },
      'WrongShape',
      'input "x" holds 1 elements; its shape [2, 3] needs 6',
    ],
    [
      'no data',
      { x: { dtype: 'float32', shape: [2, 3] } as unknown as Tensor, w },
      'WrongDtype',
      'input "x" says float32 and holds undefined; it must hold Float32Array',
    ],
    [
      'null data',
      { x: { ...x, data: null } as unknown as Tensor, w },
      'WrongDtype',
      'input "x" says float32 and holds null; it must hold Float32Array',
    ],
    [
      'no shape',
      { x: { dtype: 'float32', data: x.data } as unknown as Tensor, w },
      'WrongShape',
      'input "x" must have shape [N, 3], got undefined; give an array of its extents',
    ],
    [
      'extents below 0',
      { x: { ...x, shape: [-2, -3] }, w },
      'WrongShape',
      'input "x" has shape [-2, -3]; each extent must be a whole number, 0 or more',
    ],
    [
      'a number for a tensor',
      { x: 5 as unknown as Tensor, w },
      'WrongDtype',
      'input "x" is 5; give a tensor: dtype, shape and data',
    ],
    [
      'none at all',
      null as unknown as Tensors,
      'MissingFeed',
      `the feeds are null; give tensors by name: the model takes ${takes}`,
    ],
    ['another rank', { x: float32([1, 2, 3], [3]), w }, 'WrongShape', 'input "x" must have shape [N, 3], got [3]'],
    [
      'another dimension',
      { x, w: float32([1, 2, 3, 4, 5, 6], [2, 3]) },
      'WrongShape',
      'input "w" must have shape [3, 2], got [2, 3]',
    ],
  ];

  it.each(cases)('%s', async (_, wrong, tag, message) => {
    const error = await refusal(session.run(wrong));
    expect([error._tag, error.message]).toEqual([tag, message]);
  });

  it('whatever stands for a feed, its parts or the fetches is answered with a typed error', async () => {
    const junk = fc.anything({ withNullPrototype: true, withBigInt: true, withTypedArray: true });
    const mangled = fc.oneof(
      junk,
      fc.record({ x: junk, w: fc.constant(w) }),
      fc
        .tuple(fc.constantFrom('dtype', 'shape', 'data'), junk)
        .map(([part, value]) => ({ x: { ...x, [part]: value }, w })),
    );
    await fc.assert(
      fc.asyncProperty(mangled, junk, async (wrong, fetches) => {
        // Shapes and arrays that happen to suit are none of this test's.
        const result = await session.run(wrong as Tensors)();
        if (result._tag === 'Left') expect(result.left.message).toMatch(/input|the feeds are/);
        const fetched = await session.run(feeds, (fetches ?? null) as Tensors)();
        if (fetched._tag === 'Left') expect(fetched.left.message).toMatch(/output|fetches/);
      }),
      { numRuns: 300 },
    );
  });

  it('an output that the model does not have', async () => {
    expect(await refusal(session.run(feeds, ['y', 'loss']))).toEqual({
      _tag: 'UnknownFetch',
      output: 'loss',
      message: '"loss" is not an output of the model; it gives y: float32 [N, 2]',
    });
    expect((await refusal(session.run(feeds, { z: float32([], [0]) })))._tag).toBe('UnknownFetch');
    expect(await refusal(session.run(feeds, null as never))).toEqual({
      _tag: 'UnknownFetch',
      output: 'null',
      message: 'the fetches are null; give a list of names, or tensors by name: the model gives y: float32 [N, 2]',
    });
  });

  it('no output asked for is no output', async () => {
    expect(await get(session.run(feeds, []))).toEqual({});
    expect(await get(session.run(feeds, {}))).toEqual({});
  });

  it.each([
    [float64([0, 0, 0, 0], [2, 2]), 'WrongDtype', 'the tensor for output "y" must be float32, got float64; convert it'],
    [
      float32([0, 0], [1, 2]),
      'WrongShape',
      'the tensor for output "y" must have shape [N, 2], got [1, 2]; N is 2 in "x"',
    ],
    [float32([0, 0, 0], [1, 3]), 'WrongShape', 'the tensor for output "y" must have shape [N, 2], got [1, 3]'],
  ])('a tensor that the output does not fit into', async (y, tag, message) => {
    const error = await refusal(session.run(feeds, { y }));
    expect([error._tag, error.message]).toEqual([tag, message]);
  });

  it('inputs that disagree on a named dimension', async () => {
    const add = model({
      inputs: [
        ['a', 'float32', ['batch']],
        ['b', 'float32', ['batch']],
      ],
      outputs: [['y', 'float32', ['batch']]],
      nodes: [['Add', ['a', 'b'], ['y']]],
    });
    const adding = await get(openSession(add));
    const error = await refusal(adding.run({ a: float32([1, 2], [2]), b: float32([1], [1]) }));
    expect(error.message).toBe('input "b" must have shape [batch], got [1]; batch is 2 in "a"');
    await get(adding.release());
  });

  it('inputs that are not as long as a polynomial says', async () => {
    const sums = model({
      inputs: [
        ['longer', 'float32', ['2*batch+1']],
        ['a', 'float32', ['batch']],
        ['other', 'float32', ['rows-1']],
      ],
      outputs: [['y', 'float32', []]],
      nodes: [
        ['ReduceSum', ['longer'], ['p']],
        ['ReduceSum', ['a'], ['q']],
        ['ReduceSum', ['other'], ['r']],
        ['Add', ['p', 'q'], ['s']],
        ['Add', ['s', 'r'], ['y']],
      ],
    });
    const summing = await get(openSession(sums));
    const feeds = (longer: number) => ({
      longer: float32(new Array(longer).fill(1), [longer]),
      a: float32([1, 2], [2]),
      other: float32([1], [1]),
    });
    const error = await refusal(summing.run(feeds(4)));
    expect(error.message).toBe(
      'input "longer" must have shape [2*batch+1], got [4]; 2*batch+1 is 5: batch is 2 in "a"',
    );
    expect((await get(summing.run(feeds(5)))).y!.data[0]).toBe(9);
    await get(summing.release());
  });

  it('a long list of inputs is cut', async () => {
    const names = Array.from({ length: 15 }, (_, i) => `p${i}`);
    const sum = model({
      inputs: names.map((name) => [name, 'float32', [1]] as const),
      outputs: [['y', 'float32', [1]]],
      nodes: [['Sum', names, ['y']]],
    });
    const summing = await get(openSession(sum));
    const { message } = await refusal(summing.run({}));
    expect(message).toMatch(
      /^input "p0" is missing; the model takes p0: float32 \[1\], .*p11: float32 \[1\] and 3 more$/,
    );
    await get(summing.release());
  });
});

describe('a run that fails inside onnxruntime', () => {
  it('names the node and the reason, and leaves the session usable', async () => {
    const gather = model({
      inputs: [
        ['x', 'float32', ['N']],
        ['i', 'int64', [1]],
      ],
      outputs: [['y', 'float32', [1]]],
      nodes: [['Gather', ['x', 'i'], ['y']]],
    });
    const session = await get(openSession(gather));
    const at = (i: bigint): Tensors => ({
      x: float32([5, 6], [2]),
      i: { dtype: 'int64', shape: [1], data: BigInt64Array.of(i) },
    });
    expect(await refusal(session.run(at(7n)))).toEqual({
      _tag: 'RunFailed',
      node: 'Gather',
      message:
        'Gather (node "Gather") failed on cpu: indices element out of data bounds, idx=7 must be within the inclusive range [-2,1]',
    });
    expect(await get(session.run(at(1n)))).toEqual({ y: float32([6], [1]) });
    await get(session.release());
  });
});
