/** What does not hold together is refused where it is built, named, with the cure. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as G from '../src/index.js';
import { graphOf, modelOf, refusalOf, storedTensor, valueInfo } from './oneNode.js';
import { run } from './runtime.js';

const refusal = (operation: string, message: string): G.GraphError => new G.GraphError(operation, message);
const floats = (...data: readonly number[]): G.Value => ({ shape: [data.length], data: Float64Array.from(data) });

const x = G.input('x', ['N', 2], 'float64') as G.Input;
const w = G.input('w', [2], 'float64') as G.Input;

describe('the dimensions of an input and of a tensor', () => {
  const wrong = fc.oneof(fc.constantFrom(-1, Number.NaN, Number.POSITIVE_INFINITY), fc.double({ min: 0.1, max: 0.9 }));

  it('are whole numbers, 0 or more, or symbols', () => {
    const right = fc.oneof(fc.nat({ max: 3 }), fc.constantFrom('N', '2*N'));
    fc.assert(
      fc.property(fc.array(right, { maxLength: 3 }), fc.option(wrong), (dims, other) => {
        if (other === null) expect(G.input('x', dims).shape).toEqual(dims);
        else {
          const shape = [...dims, other];
          const message = `"x" has shape [${shape.join(', ')}]; numbers in it must be whole ones from 0 to 2⁵³ − 1`;
          expect(() => G.input('x', shape)).toThrow(refusal('input', message));
          const numbers = shape.filter((d) => typeof d === 'number');
          expect(() => G.tensor([1], numbers, 'float32')).toThrow(G.GraphError);
        }
      }),
    );
  });

  it.each([[[-1, -1]], [[1.5]], [[Number.NaN]]])('%j is no shape of a tensor or constant', (shape) => {
    const message = `the value has shape [${shape.join(', ')}]; numbers in it must be whole ones from 0 to 2⁵³ − 1`;
    expect(() => G.tensor([1], shape, 'float32')).toThrow(refusal('tensor', message));
    const made: G.Tensor = { dtype: 'float32', shape, data: Float32Array.of(1) };
    expect(() => G.constant(made)).toThrow(refusal('tensor', message));
  });

  it('of a constant are filled', () => {
    expect(() => G.constant({ dtype: 'float32', shape: [3], data: Float32Array.of(1) })).toThrow(
      refusal('tensor', 'shape [3] holds 3 elements, got 1'),
    );
  });
});

describe('integers from numbers', () => {
  const TYPES = ['int8', 'int16', 'int32', 'int64', 'uint8', 'uint16', 'uint32', 'uint64', 'bool'] as const;
  const powers = [...TYPES.keys(), 31, 32, 53, 63, 64].flatMap((k) => [2 ** k, -(2 ** k)]);
  const numbers = fc.oneof(
    fc.double(),
    fc.integer({ min: -300, max: 300 }),
    fc.constantFrom(...powers).chain((power) => fc.integer({ min: -1, max: 1 }).map((d) => power + d)),
  );

  /** By arithmetic modulo 2^bits, which leaves alone just what the type holds; undefined where it does not. */
  const heldBy = (dtype: (typeof TYPES)[number], value: number): bigint | undefined => {
    if (dtype === 'bool') return value === 0 || value === 1 ? BigInt(value) : undefined;
    const [, sign, bits] = /^(u?)int(\d+)$/.exec(dtype)!;
    const largest = 2n ** (sign ? BigInt(bits!) : BigInt(bits!) - 1n) - 1n;
    if (bits === '64' && value === Number(largest)) return largest;
    if (!Number.isFinite(value)) return undefined;
    const whole = BigInt(Math.trunc(value));
    return (sign ? BigInt.asUintN : BigInt.asIntN)(Number(bits), whole) === whole ? whole : undefined;
  };

  it.each(TYPES)('%s holds a number as it is, cut off after the point, or refuses it', (dtype) => {
    fc.assert(
      fc.property(numbers, (value) => {
        const held = () => G.tensor([0, value], [2], dtype);
        const wanted = heldBy(dtype, value);
        if (wanted !== undefined) expect(BigInt(held().data[1]!)).toBe(wanted);
        else expect(held).toThrow(refusal('tensor', `element 1 is ${value}, which ${dtype} does not hold`));
      }),
      { numRuns: 300 },
    );
  });

  it('a bool is 0 or 1, not a part of it', () => {
    expect(() => G.tensor([0.5], [1], 'bool')).toThrow(refusal('tensor', 'element 0 is 0.5, which bool does not hold'));
  });

  it('that overflow as constants are folded are left to the runtime', async () => {
    const sum = G.add(G.constant(2 ** 31 - 1, 'int32'), G.constant(2, 'int32'));
    const low = G.cast(G.constant(-1, 'int32'), 'uint8');
    const bytes = G.encode(
      G.makeGraph([
        { name: 'sum', value: sum },
        { name: 'low', value: low },
      ]),
    );
    const values = await run(bytes, {});
    expect([values.sum!.data[0], values.low!.data[0]]).toEqual([-(2 ** 31) + 1, 255]);
  });

  it('of a file that are beyond their type are an InvalidTensor', () => {
    const bytes = modelOf(
      {
        node: [{ opType: 'Identity', input: ['w'], output: ['y'] }],
        initializer: [{ name: 'w', dataType: 2, dims: [2] as never, int32Data: [255, 256] }],
        output: [valueInfo('y', 'uint8', [2])],
      },
      17,
    );
    expect(refusalOf(bytes)).toEqual({
      _tag: 'InvalidTensor',
      tensor: 'w',
      message: 'tensor "w" has 256 as element 1, which uint8 does not hold',
    });
  });
});

describe('evaluate', () => {
  it.each([0, 1, 3])('refuses %d elements for a shape of two', (length) => {
    const value = { shape: [2], data: new Float64Array(length) };
    expect(() => G.evaluate([G.neg(w)], { w: value })).toThrow(
      refusal('evaluate', `the value of input "w" has ${length} elements; its shape [2] takes 2`),
    );
  });

  const along = G.input('v', [3, 2], 'float64');
  const at = G.input('i', [1], 'int64');
  const updates = G.input('u', [1, 2], 'float64');
  const pair = G.expand(G.reshape(at, [1, 1]), [1, 2]);
  const v = { shape: [3, 2], data: Float64Array.of(0, 1, 10, 11, 20, 21) };
  const u = { shape: [1, 2], data: Float64Array.of(7, 8) };
  const row = (k: number): number[] => [10 * k, 10 * k + 1];
  const scattered = (k: number): number[] => [0, 1, 2].flatMap((r) => (r === k ? [7, 8] : [0, 0]));

  it.each<readonly [string, G.Expr, (k: number) => number[]]>([
    ['gather', G.gather(along, at), row],
    ['gatherElements', G.gatherElements(along, pair, 0), row],
    ['scatterSlices', G.scatterSlices(updates, at, 0, 3), scattered],
    ['scatterElements', G.scatterElements(updates, pair, 0, 3), scattered],
  ])('%s counts negative indices from the end, and refuses those outside', (operation, expr, wanted) => {
    const indices = fc.oneof(fc.integer({ min: -5, max: 5 }), fc.constantFrom(0.5, Number.NaN));
    fc.assert(
      fc.property(indices, (index) => {
        const value = () => [...G.evaluate([expr], { v, u, i: floats(index) })[0]!.data];
        if (Number.isInteger(index) && index >= -3 && index < 3) expect(value()).toEqual(wanted((index + 3) % 3));
        else {
          const message = `index ${index} is outside an axis of length 3; indices run from -3 to 2`;
          expect(value).toThrow(refusal(operation, message));
        }
      }),
    );
  });

  it('refuses a label that is no class', () => {
    const labels = G.input('i', [1], 'int64');
    const loss = G.softmaxCrossEntropy(G.reshape(w, [1, 2]), labels);
    const value = (label: number) => () => G.evaluate([loss], { w: floats(1, 2), i: floats(label) });
    expect(value(1)()[0]!.data[0]).toBeGreaterThan(0);
    expect(value(2)).toThrow(
      refusal('gatherElements', 'index 2 is outside an axis of length 2; indices run from -2 to 1'),
    );
  });

  it('an index outside is refused while constants are folded, too', () => {
    const table = G.constant(G.tensor([1, 2], [2], 'float64'));
    expect(() => G.gather(table, G.constant(2, 'int64'))).toThrow(G.GraphError);
  });
});

describe('transforms', () => {
  it('hvp takes one vector for each operand', () => {
    const loss = G.reduceSum(G.square(w));
    expect(() => G.hvp(loss, [w], [])).toThrow(refusal('hvp', 'got 0 vectors for 1 operands; give one for each'));
    expect(() => G.hvp(loss, [w], [w, w])).toThrow(refusal('hvp', 'got 2 vectors for 1 operands; give one for each'));
    expect(G.hvp(loss, [], [])).toEqual([]);
  });

  it('sumOf adds something', () => {
    expect(() => G.sumOf([])).toThrow(refusal('sumOf', 'there is nothing to add; give at least one expression'));
    expect(G.sumOf([w])).toBe(w);
  });

  it('substitute takes what is alike, symbols included', () => {
    const y = G.neg(x);
    const other = G.input('z', ['N', 2], 'float64');
    expect(G.substitute([y], new Map([[x as G.Expr, other]]))).toEqual([G.neg(other)]);
    for (const [shape, dtype] of [
      [['N', 3], 'float64'],
      [['M', 2], 'float64'],
      [[4, 2], 'float64'],
      [['N', 2], 'float32'],
    ] as const) {
      const unlike = G.input('z', shape, dtype);
      expect(() => G.substitute([y], new Map([[x as G.Expr, unlike]]))).toThrow(
        refusal('substitute', `the replacement of float64[N, 2] is ${G.describe(unlike)}; it must be alike`),
      );
    }
  });
});

describe('initializers of a graph', () => {
  const y = [{ name: 'y', value: G.mul(x, w) }];
  const made = (initializers: Readonly<Record<string, G.Tensor>>, inputs: readonly G.Input[] = []) =>
    G.makeGraph(y, inputs, new Map(Object.entries(initializers)));
  const of = (shape: readonly number[], dtype: 'float32' | 'float64' = 'float64'): G.Tensor =>
    G.tensor(new Float64Array(shape.reduce((a, b) => a * b, 1)), shape, dtype);

  it.each<readonly [string, Readonly<Record<string, G.Tensor>>, string]>([
    [
      'another type',
      { w: of([2], 'float32') },
      'initializer "w" is float32[2] and its input float64[2]; they must be alike',
    ],
    ['another shape', { w: of([3]) }, 'initializer "w" is float64[3] and its input float64[2]; they must be alike'],
    [
      'another rank',
      { w: of([1, 2]) },
      'initializer "w" is float64[1, 2] and its input float64[2]; they must be alike',
    ],
    ['no input', { W: of([2]) }, 'initializer "W" is of no input; leave it out, or list its input'],
    [
      'data that do not fill it',
      { w: { dtype: 'float64', shape: [2], data: new Float64Array(1) } },
      'initializer "w" has 1 elements; float64[2] takes 2',
    ],
  ])('%s is refused', (_, initializers, message) => {
    expect(() => made(initializers)).toThrow(refusal('graph', message));
  });

  it('stand for symbols of one length throughout', () => {
    const input = (name: string, shape: G.Shape) => G.input(name, shape, 'float64') as G.Input;
    const twice = input('twice', ['2*N']);
    fc.assert(
      fc.property(fc.nat({ max: 3 }), fc.nat({ max: 3 }), fc.nat({ max: 8 }), (n, m, k) => {
        // Twice the symbol comes before what binds it.
        const graph = () => made({ twice: of([k]), x: of([n, 2]), n: of([m]) }, [twice, input('n', ['N'])]);
        if (n === m && k === 2 * n) expect(graph().initializers.size).toBe(3);
        else expect(graph).toThrow(G.GraphError);
      }),
      { numRuns: 300 },
    );
    expect(made({ twice: of([7]) }, [twice]).initializers.size).toBe(1);
  });

  it('are kept by encode where it knows their names', () => {
    const graph = made({ w: of([2]) });
    expect([...graphOf(G.encode(graph, { keepInitializers: ['w'] })).initializers.keys()]).toEqual(['w']);
    expect(() => G.encode(graph, { keepInitializers: ['w', 'v'] })).toThrow(
      refusal('encode', 'there is no initializer "v" to keep; the graph has "w"'),
    );
  });

  it('are parameters where decode knows their names and they are floating-point', () => {
    const bytes = modelOf(
      {
        node: [{ opType: 'Gather', input: ['w', 'i'], output: ['y'] }],
        initializer: [
          storedTensor('w', G.tensor([1, 2], [2], 'float32')),
          storedTensor('i', G.tensor([1], [1], 'int64')),
        ],
        output: [valueInfo('y', 'float32', [1])],
      },
      17,
    );
    expect([...graphOf(bytes, { parameters: ['w'] }).initializers.keys()]).toEqual(['w']);
    expect([...graphOf(bytes, { parameters: [] }).initializers.keys()]).toEqual([]);
    for (const name of ['v', 'i', 'y']) {
      expect(refusalOf(bytes, { parameters: ['w', name] })).toEqual({
        _tag: 'UndefinedValue',
        value: name,
        message: `there is no floating-point initializer "${name}"; the model has "w"`,
      });
    }
  });

  it('that are many are counted, not listed', () => {
    const inputs = Array.from({ length: 15 }, (_, k) => G.input(`p${k}`, [2], 'float64') as G.Input);
    const values = Object.fromEntries(inputs.map((p) => [p.attributes.name, of([2])]));
    expect(() => G.encode(made(values, inputs), { keepInitializers: ['v'] })).toThrow(/"p11" and 3 more$/);
  });
});
