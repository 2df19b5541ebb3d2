import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decodeNpz, encodeNpz, normal } from '@hograd/data';
import {
  add,
  constant,
  type Expr,
  encode,
  input,
  less,
  makeGraph,
  matmul,
  mean,
  meanSquaredError,
  mul,
  reduceSum,
  softmax,
  softmaxCrossEntropy,
  square,
  type Tensor,
  tanh,
  tensor,
  where,
} from '@hograd/graph-builder';
import * as E from 'fp-ts/lib/Either.js';
import onnxProto from 'onnx-proto';
import { describe, expect, it } from 'vitest';
import { PROCESS } from '../src/memoryPlan.js';
import { hograd } from './capture.js';
import { scratch } from './scratch.js';

const { folder } = scratch();

const root = fileURLToPath(new URL('../../../test-fixtures/golden/', import.meta.url));
const cases = readdirSync(root, { withFileTypes: true }).flatMap((f) => (f.isDirectory() ? [f.name] : []));

/** Largest difference over the largest entry of the expected array. */
const relativeError = (actual: readonly number[], expected: readonly number[]): number => {
  const scale = Math.max(...expected.map(Math.abs));
  const worst = Math.max(...expected.map((e, i) => Math.abs(actual[i]! - e)));
  return scale === 0 ? worst : worst / scale;
};

const summarizeArgs = (name: string): string[] => [
  'summarize',
  join(root, name, 'model.onnx'),
  ...['--inputs', join(root, name, 'inputs.npz')],
  ...['--direction', join(root, name, 'direction.npz')],
  ...['--partition', join(root, name, 'partition.json')],
  '--json',
];

describe.each(cases)('hograd summarize on golden case %s', (name) => {
  const golden = JSON.parse(readFileSync(join(root, name, 'case.json'), 'utf8'));
  const lambdas: string[] = golden.eta.flatMap((e: { lambdaInt: number }) => ['--lambda-int', String(e.lambdaInt)]);
  it.each([
    ['float64', 'stacked', 1e-9],
    ['float32', 'stacked', 1e-3],
    ['float64', 'generic', 1e-9],
  ])('%s, %s engine', async (dtype, engine, tolerance) => {
    const { status, out, err } = await hograd(...summarizeArgs(name), '--dtype', dtype, '--engine', engine, ...lambdas);
    expect(err).toBe('');
    expect(status).toBe(0);
    const result = JSON.parse(out);
    expect(relativeError([result.loss], [golden.loss])).toBeLessThan(tolerance);
    expect(relativeError(result.gbar, golden.gbar)).toBeLessThan(tolerance);
    expect(relativeError(result.Hbar.flat(), golden.Hbar.flat())).toBeLessThan(tolerance);
    expect(relativeError(result.D3, golden.D3)).toBeLessThan(tolerance);
    expect(result.groups.map((g: { name: string }) => g.name)).toEqual(
      golden.groups.map((g: { name: string }) => g.name),
    );
    expect(result.eta).toHaveLength(golden.eta.length);
    if (dtype !== 'float64') return;
    for (const [i, expected] of golden.eta.entries()) {
      // Where the author's root finder gave up, the certificate speaks for ours.
      if (expected.found) expect(relativeError(result.eta[i].eta, expected.eta)).toBeLessThan(1e-6);
      else if ('eta' in result.eta[i]) expect(result.eta[i].residual).toBeLessThan(1e-9);
      else expect(result.eta[i].error.kind).toBe('Unbounded');
    }
  });
});

describe('hograd summarize', () => {
  it('writes the picture, with every group in it', async () => {
    const page = join(folder, 'summary.html');
    const { status, err } = await hograd(...summarizeArgs('mlp-tanh'), '--report', page);
    expect(err).toBe('');
    expect(status).toBe(0);
    const html = readFileSync(page, 'utf8');
    for (const group of ['0.weight', '0.bias', '4.bias']) expect(html).toContain(group);
  });

  it('has printed its result where the picture cannot be written', async () => {
    const nowhere = join(folder, 'nowhere', 'x.html');
    const { status, out, err } = await hograd(...summarizeArgs('mlp-tanh'), '--report', nowhere);
    expect(JSON.parse(out).loss).toBeGreaterThan(0);
    expect([status, err]).toEqual([
      2,
      expect.stringMatching(/^hograd: cannot write .*x\.html: there is no folder .*nowhere; create it\n$/),
    ]);
  });

  it('keeps a memory limit with slices of the batch, and the numbers', async () => {
    const whole = await hograd(...summarizeArgs('vgg-tiny'), '--dtype', 'float64');
    const sliced = await hograd(
      ...summarizeArgs('vgg-tiny'),
      '--dtype',
      'float64',
      '--memory-limit',
      `${PROCESS + 1_000_000}`,
    );
    expect(sliced.err).toBe('');
    const [a, b] = [JSON.parse(whole.out), JSON.parse(sliced.out)];
    expect(b.memory).toMatch(
      /^memory: 2 slices of at most 4 examples, about 161 MiB each, under the limit of 161 MiB$/,
    );
    expect(relativeError([b.loss], [a.loss])).toBeLessThan(1e-13);
    expect(relativeError(b.Hbar.flat(), a.Hbar.flat())).toBeLessThan(1e-12);
    expect(relativeError(b.D3, a.D3)).toBeLessThan(1e-12);
    const impossible = await hograd(...summarizeArgs('vgg-tiny'), '--memory-limit', '1000');
    expect(impossible.status).toBe(2);
    expect(impossible.err).toMatch(
      /one example alone needs about \d+ MiB, of which 160 MiB are the program's own, more than --memory-limit/,
    );
  });

  it('reads inputs from a folder of TensorProto files, in the order of the graph’s inputs', async () => {
    const arrays = decodeNpz('inputs.npz')(readFileSync(join(root, 'mlp-tanh/inputs.npz')));
    if (E.isLeft(arrays)) throw new Error(arrays.left.message);
    const inputs = join(folder, 'tensors');
    mkdirSync(inputs);
    ['x', 'y'].forEach((name, i) => {
      const { shape, data, dtype } = arrays.right[name]!;
      const proto = {
        dims: [...shape],
        dataType: dtype === 'int64' ? 7 : 1,
        rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
      };
      writeFileSync(join(inputs, `input_${i}.pb`), onnxProto.onnx.TensorProto.encode(proto).finish());
    });
    const fromFolder = await hograd(...summarizeArgs('mlp-tanh').map((a) => (a.endsWith('inputs.npz') ? inputs : a)));
    const fromArchive = await hograd(...summarizeArgs('mlp-tanh'));
    expect(JSON.parse(fromFolder.out).Hbar).toEqual(JSON.parse(fromArchive.out).Hbar);
  });
});

describe('hograd summarize refuses', () => {
  const model = join(root, 'mlp-tanh/model.onnx');
  const read = () => {
    const arrays = decodeNpz('inputs.npz')(readFileSync(join(root, 'mlp-tanh/inputs.npz')));
    if (E.isLeft(arrays)) throw new Error(arrays.left.message);
    return arrays.right;
  };
  const inputsWith = (change: object): string => {
    const path = join(folder, `${Math.random()}.npz`);
    writeFileSync(path, encodeNpz()({ ...read(), ...change }));
    return path;
  };
  const { x, y } = read();
  const squaredFile = join(folder, 'square.onnx');
  const squared = mean(square(matmul(input('x', ['N', 12], 'float32'), input('w', [12, 2], 'float32'))));
  const ofSquared = new Map([['w', tensor(new Array(24).fill(0.1), [12, 2], 'float32')]]);
  writeFileSync(
    squaredFile,
    encode(makeGraph([{ name: 'loss', value: squared }], [], ofSquared), { keepInitializers: true }),
  );
  const wide = input('w', [12, 400], 'float32');
  const big = join(folder, 'big.onnx');
  const loss = mean(square(matmul(input('x', ['N', 12], 'float32'), wide)));
  const ofBig = new Map([['w', tensor(new Array(4800).fill(0.1), [12, 400], 'float32')]]);
  writeFileSync(big, encode(makeGraph([{ name: 'loss', value: loss }], [], ofBig), { keepInitializers: true }));
  const labels = Array.from(y!.data as BigInt64Array, Number);
  const values = Array.from(x!.data as Float32Array);

  it.each([
    [
      'a label out of range',
      { y: tensor([7, ...labels.slice(1)], y!.shape, 'int64') },
      /label 7 at index 0 of "y" is out of range; the model has 4 classes/,
    ],
    [
      'a NaN',
      { x: tensor([Number.NaN, ...values.slice(1)], x!.shape, 'float32') },
      /array "x" holds NaN at flat index 0; clean the data/,
    ],
    [
      'a number beyond float32',
      { x: tensor([1e300, ...values.slice(1)], x!.shape, 'float64') },
      /array "x" holds 1e\+300 at flat index 0, which float32 does not reach; use --dtype float64, or scale the data/,
    ],
    [
      'a wrong shape',
      { x: tensor(values.slice(0, 16), [16, 1], 'float32') },
      /array "x" has shape \[16, 1\], the model needs \[N, 12\]/,
    ],
  ])('%s', async (_, change, message) => {
    const { status, err } = await hograd('summarize', model, '--inputs', inputsWith(change));
    expect(err).toMatch(message);
    expect(err.trim().split('\n')).toHaveLength(1);
    expect(status).toBe(2);
  });

  it('a loss that is not finite, where −∞ in an input is no mask', async () => {
    const change = { x: tensor([Number.NEGATIVE_INFINITY, ...values.slice(1)], x!.shape, 'float32') };
    const { status, err } = await hograd('summarize', squaredFile, '--inputs', inputsWith(change));
    expect(err).toMatch(
      /the loss is (NaN|Infinity) on .*\.npz; look for an overflow, or for −∞ in an input that is no mask/,
    );
    expect(status).toBe(1);
  });

  it('takes −∞ from an input that is a mask', async () => {
    const scores = matmul(input('x', ['N', 3], 'float64'), input('w', [3, 3], 'float64'));
    const masked = softmax(add(scores, input('m', [3], 'float64')), 1);
    const w = tensor([1, 2, 3, 4, 5, 6, 7, 8, 1], [3, 3], 'float64');
    const path = join(folder, 'masked.onnx');
    const graph = makeGraph([{ name: 'loss', value: mean(square(masked)) }], [], new Map([['w', w]]));
    writeFileSync(path, encode(graph, { keepInitializers: true }));
    const feeds = join(folder, 'masked.npz');
    const m = tensor([0, Number.NEGATIVE_INFINITY, 0], [3], 'float64');
    writeFileSync(feeds, encodeNpz()({ x: tensor([0.1, 0.2, 0.3], [1, 3], 'float64'), m }));
    const { status, out } = await hograd('summarize', path, '--inputs', feeds, '--json');
    expect(status).toBe(0);
    const { gbar, Hbar, D3 } = JSON.parse(out);
    expect([gbar, Hbar, D3].flat(2).every(Number.isFinite)).toBe(true);
    expect(gbar[0]).not.toBe(0);
  });

  it('takes NaN from what the file fills places with, and refuses it from a parameter', async () => {
    const w = input('w', [12, 2], 'float64');
    const x = input('x', ['N', 12], 'float64');
    const fill = input('fill', [2], 'float64');
    const masked = where(less(reduceSum(x, [1]), 1e9), reduceSum(square(matmul(x, w)), [1]), reduceSum(fill));
    const graph = (values: readonly number[]) =>
      encode(
        makeGraph(
          [{ name: 'loss', value: mean(masked) }],
          [],
          new Map([
            ['w', tensor(values, [12, 2], 'float64')],
            ['fill', tensor([Number.NaN, Number.NaN], [2], 'float64')],
          ]),
        ),
        { keepInitializers: true },
      );
    const finite = Array.from({ length: 24 }, (_, i) => Math.sin(i));
    const run = (name: string, values: readonly number[], ...args: string[]) => {
      writeFileSync(join(folder, name), graph(values));
      return hograd('summarize', join(folder, name), '--inputs', inputsWith({}), '--json', ...args);
    };
    const direction = join(folder, 'along.npz');
    writeFileSync(direction, encodeNpz()({ w: tensor(finite, [12, 2], 'float64') }));
    for (const args of [[], ['--params', 'w']]) {
      const { status, out } = await run('filled.onnx', finite, '--direction', direction, ...args);
      expect(status).toBe(0);
      const { gbar, groups, loss } = JSON.parse(out);
      expect(groups.map(({ name }: { name: string }) => name)).toEqual(['w']);
      // The loss is a quadratic form in w: along w itself its derivative is twice it.
      expect(gbar[0] / (2 * loss)).toBeCloseTo(1, 12);
    }
    const refused = [
      await run('filled.onnx', finite, '--params', 'fill'),
      await run('damaged.onnx', [Number.NaN, ...finite.slice(1)]),
    ];
    expect(
      refused.map(({ err }) => /array "(fill|w)" holds NaN at flat index 0; clean the data/.exec(err)?.[1]),
    ).toEqual(['fill', 'w']);
  });

  it.each([
    ['a model that is not there', ['nowhere.onnx'], /nowhere\.onnx does not exist; check the path/],
    ['a folder for a model', [folder], /cannot read .*: it is a folder, give a file/],
    [
      'more groups than are in reach',
      [big, '--partition', 'discrete'],
      /a summary of \d+ groups is out of reach, at most 4096/,
    ],
    ['rates of order 1', [model, '--order', '1', '--lambda-int', '0'], /--lambda-int needs Hbar/],
    ['a parameter named twice', [model, '--params', '0.weight,0.weight'], /--params names "0\.weight" twice/],
    ['a picture of order 1', [model, '--order', '1', '--report', 'x.html'], /--report needs --order 2 or 3/],
  ])('%s', async (_, args, message) => {
    const { status, err } = await hograd('summarize', ...args, '--inputs', inputsWith({}));
    expect([status, err]).toEqual([2, expect.stringMatching(message)]);
    expect(err.trim().split('\n')).toHaveLength(1);
  });

  it('no example', async () => {
    const none = { ...x!, shape: [0, ...x!.shape.slice(1)], data: x!.data.slice(0, 0) } as typeof x;
    const { status, err } = await hograd('summarize', model, '--inputs', inputsWith({ x: none! }));
    expect([status, err]).toEqual([
      2,
      expect.stringMatching(/array "x" has shape \[0, 12\]: no example; give at least one/),
    ]);
  });

  it('a missing input', async () => {
    const path = join(folder, 'missing.npz');
    writeFileSync(path, encodeNpz()({ x: x! }));
    const { status, err } = await hograd('summarize', model, '--inputs', path);
    expect(err).toMatch(/has no array "y"; the model needs "x", "y"$/m);
    expect(status).toBe(2);
  });

  it('draws what the model draws at random from the seed, unless it is among the inputs', async () => {
    const path = join(folder, 'drawn.onnx');
    const w = tensor([1, 2, 3, 4, 5, 6, 7, 8, 1], [3, 3], 'float64');
    const loss = mean(square(matmul(input('x', ['N', 3], 'float64'), input('w', [3, 3], 'float64'))));
    const drawless = encode(makeGraph([{ name: 'loss', value: loss }], [], new Map([['w', w]])), {
      keepInitializers: true,
    });
    const model = onnxProto.onnx.ModelProto.decode(drawless);
    for (const node of model.graph!.node!) node.input = node.input!.map((name) => (name === 'x' ? 'noisy' : name));
    model.graph!.node!.unshift(
      { opType: 'RandomNormalLike', input: ['x'], output: ['e'] } as never,
      { opType: 'Add', input: ['x', 'e'], output: ['noisy'] } as never,
    );
    writeFileSync(path, onnxProto.onnx.ModelProto.encode(model).finish());
    const feeds = join(folder, 'drawn.npz');
    const own = { x: tensor([0.1, 0.2, 0.3], [1, 3], 'float64') };
    const summary = async (arrays: Readonly<Record<string, Tensor>>, ...args: string[]) => {
      writeFileSync(feeds, encodeNpz()(arrays));
      const { status, out } = await hograd('summarize', path, '--inputs', feeds, '--json', ...args);
      expect(status).toBe(0);
      const { loss, Hbar, drawn } = JSON.parse(out);
      return { loss, Hbar, drawn };
    };
    const first = await summary(own);
    expect(first.drawn).toEqual({ seed: 1, inputs: ['e.noise'] });
    expect(await summary(own)).toEqual(first);
    expect((await summary(own, '--seed', '2')).loss).not.toBe(first.loss);
    const noise = tensor(normal([1, 'draws', 'e.noise'], 3), [1, 3], 'float64');
    expect(await summary({ ...own, 'e.noise': noise })).toEqual({ ...first, drawn: undefined });
    writeFileSync(feeds, encodeNpz()(own));
    const page = join(folder, 'drawn.html');
    const { out } = await hograd('summarize', path, '--inputs', feeds, '--seed', '3', '--report', page);
    expect(out).toMatch(/^drawn at random, seed 3: e\.noise$/m);
    expect(readFileSync(page, 'utf8')).toContain('Drawn at random, seed 3: e.noise.');
  });
});

describe('hograd summarize says', () => {
  const saved = (
    name: string,
    loss: Expr,
    init: Readonly<Record<string, Tensor>>,
    arrays: Readonly<Record<string, Tensor>>,
    output = 'loss',
  ): readonly string[] => {
    const [model, inputs] = [`${name}.onnx`, `${name}.npz`].map((file) => join(folder, file));
    const graph = makeGraph([{ name: output, value: loss }], [], new Map(Object.entries(init)));
    writeFileSync(model!, encode(graph, { keepInitializers: true }));
    writeFileSync(inputs!, encodeNpz()(arrays));
    return ['summarize', model!, '--inputs', inputs!];
  };
  const floats = (length: number, shape: readonly number[]): Tensor =>
    tensor(
      Array.from({ length }, (_, i) => Math.sin(i + 1)),
      shape,
      'float32',
    );
  const pageOf = async (args: readonly string[], ...more: string[]) => {
    const page = join(folder, 'said.html');
    const { status, out } = await hograd(...args, ...more, '--report', page);
    return { status, out, html: readFileSync(page, 'utf8') };
  };

  const x = input('x', ['N', 3], 'float32');
  const [a, b] = [input('a', [3, 1], 'float32'), input('b', [3, 1], 'float32')];
  const twins = saved(
    'twins',
    meanSquaredError(add(matmul(x, a), matmul(x, b)), input('t', ['N', 1], 'float32')),
    { a: floats(3, [3, 1]), b: floats(3, [3, 1]) },
    { x: floats(12, [4, 3]), t: floats(4, [4, 1]) },
  );

  it('that η* is one of many where H̄ is singular: on the terminal, in the JSON and in the report', async () => {
    const said = /η\* is one of infinitely many: H̄ is singular, and along 1 direction in the space of rates/;
    const { status, out, html } = await pageOf(twins, '--lambda-int', '0', '--lambda-int', '1');
    expect(status).toBe(0);
    expect(out).toMatch(new RegExp(`^λ_int = 0, 1: ${said.source}`, 'm'));
    expect(html).toMatch(said);
    const { eta } = JSON.parse((await hograd(...twins, '--lambda-int', '0', '--json')).out);
    expect(eta[0].flatDirections).toBe(1);
  });

  it('along what, and over how many examples', async () => {
    const { out } = await hograd(...twins, '--json');
    expect(JSON.parse(out)).toMatchObject({ direction: 'gradient', examples: 4 });
    expect((await pageOf(twins)).html).toContain(
      'Derivatives of the loss over 4 examples, along u, the gradient on the same inputs',
    );
    const along = join(folder, 'mine.npz');
    writeFileSync(along, encodeNpz()({ a: floats(3, [3, 1]), b: floats(3, [3, 1]) }));
    expect(JSON.parse((await hograd(...twins, '--json', '--direction', along)).out).direction).toBe(along);
    expect((await pageOf(twins, '--direction', along)).html).toContain('along u, the direction in mine.npz');
  });

  it('how many examples a fixed batch has only where its inputs agree', async () => {
    const fixed = (rows: readonly number[], name: string) =>
      saved(
        name,
        mean(square(add(matmul(input('x', rows, 'float32'), a), input('c', [4, 1], 'float32')))),
        { a: floats(3, [3, 1]) },
        { x: floats(12, rows), c: floats(4, [4, 1]) },
      );
    const examples = async (args: readonly string[]) => JSON.parse((await hograd(...args, '--json')).out).examples;
    expect(await examples(fixed([4, 3], 'fixed'))).toBe(4);
    expect(await examples(fixed([1, 4, 3], 'unclear'))).toBeUndefined();
  });

  it('what each group holds: a matrix named b is a weight, bias_ih_l0 a bias', async () => {
    const [m, v] = [input('b', [3, 2], 'float32'), input('r.bias_ih_l0', [2], 'float32')];
    const args = saved(
      'kinds',
      mean(square(add(matmul(x, m), v))),
      { b: floats(6, [3, 2]), 'r.bias_ih_l0': floats(2, [2]) },
      { x: floats(12, [4, 3]) },
    );
    const { groups, eta } = JSON.parse((await hograd(...args, '--lambda-int', '0', '--json')).out);
    expect(groups.map(({ kind }: { kind: string }) => kind)).toEqual(['weight', 'bias']);
    const [weight, bias] = eta[0].eta;
    expect(weight).toBeGreaterThan(0);
    expect(bias).toBeGreaterThan(0);
    const { html } = await pageOf(args, '--lambda-int', '0');
    const [, first, second] = /rates at λ_int = 0: weights ([\d.]+); biases ([\d.]+)\./.exec(html)!;
    expect([Number(first) / weight, Number(second) / bias].every((ratio) => Math.abs(ratio - 1) < 0.01)).toBe(true);
  });

  it('which gradients are rounding, and that interactions are then none', async () => {
    // All classes as often, and all as likely: the gradient is zero but for rounding. Names of its own: an input that another test made
    // comes before these.
    const y = input('y', ['N'], 'int64');
    const logits = add(
      matmul(
        tanh(add(matmul(x, input('still.0.weight', [3, 4], 'float32')), input('still.0.bias', [4], 'float32'))),
        input('still.2.weight', [4, 3], 'float32'),
      ),
      input('still.2.bias', [3], 'float32'),
    );
    const zeros = (...shape: readonly number[]): Tensor =>
      tensor(new Array(shape.reduce((p, d) => p * d, 1)).fill(0), shape, 'float32');
    const args = saved(
      'still',
      softmaxCrossEntropy(logits, y),
      {
        'still.0.weight': floats(12, [3, 4]),
        'still.0.bias': zeros(4),
        'still.2.weight': floats(12, [4, 3]),
        'still.2.bias': zeros(3),
      },
      { x: zeros(6, 3), y: tensor([0, 1, 2, 0, 1, 2], [6], 'int64') },
    );
    const note = 'ate 0 for still.0.bias, still.2.bias: the gradient there is no more than rounding error';
    const { out, html } = await pageOf(args, '--lambda-int', '1');
    expect(out).toContain(`r${note}`);
    expect(html).toContain(`R${note}`);
    expect(html).toContain('The gradient is zero or no more than rounding in every group');
    expect(html).toContain('No two groups interact');
    expect(html).not.toContain('interact most');
    const unasked = await pageOf(args);
    expect(unasked.html).toContain('No two groups interact');
    expect(unasked.out).toContain('the gradient of still.0.bias, still.2.bias is no more than rounding error');
  });

  it('that no --lambda-int has an answer, by its exit status', async () => {
    // Both diagonal entries of H̄ are positive, its determinant is not.
    const [s, t] = [input('s', [1], 'float32'), input('t', [1], 'float32')];
    const args = saved(
      'saddle',
      mean(
        add(mul(mul(s, t), input('x', ['N', 1], 'float32')), mul(add(square(s), square(t)), constant(0.1, 'float32'))),
      ),
      { s: tensor([1], [1], 'float32'), t: tensor([0.5], [1], 'float32') },
      { x: tensor([1, 1], [2, 1], 'float32') },
    );
    const { status, out } = await hograd(...args, '--lambda-int', '0', '--json');
    expect(status).toBe(1);
    const { eta, Hbar } = JSON.parse(out);
    expect([Hbar[0][0], Hbar[1][1]].every((h) => h > 0)).toBe(true);
    expect(eta).toEqual([
      { lambdaInt: 0, error: { kind: 'Unbounded', message: expect.stringContaining('along a combination of s, t') } },
    ]);
    expect((await hograd(...args, '--json')).status).toBe(0);
  });

  it('which class axis labels fit', async () => {
    const logits = add(
      matmul(input('x', ['batch', 7, 4], 'float32'), input('w', [4, 20], 'float32')),
      input('b', [20], 'float32'),
    );
    const labels = Array.from({ length: 42 }, (_, i) => i % 20);
    const args = [
      ...saved(
        'tokens',
        logits,
        { w: floats(80, [4, 20]), b: floats(20, [20]) },
        { x: floats(168, [6, 7, 4]), y: tensor(labels, [6, 7], 'int64') },
        'logits',
      ),
      ...['--softmax-cross-entropy', 'logits', '--labels', 'y'],
    ];
    const { status, err } = await hograd(...args);
    expect([status, err]).toEqual([
      2,
      expect.stringMatching(
        /array "y" has shape \[6, 7\], the model needs \[batch, 20\], since the classes are taken to be on axis 1 of the logits \[batch, 7, 20\]; these labels fit --class-axis -1$/m,
      ),
    ]);
    expect((await hograd(...args, '--class-axis', '-1', '--json')).status).toBe(0);
    expect((await hograd(...args, '--class-axis', '2')).status).toBe(0);
  });
});
