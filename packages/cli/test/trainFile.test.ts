import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeNpz, encodeNpz } from '@hograd/data';
import {
  add,
  decode,
  type Expr,
  encode,
  evaluate,
  floor,
  input,
  makeGraph,
  matmul,
  mean,
  outputNamed,
  sliceAxis,
  softmaxCrossEntropy,
  square,
  type Tensor,
  tanh,
  tensor,
} from '@hograd/graph-builder';
import { lossGraph, modelNamed } from '@hograd/model-zoo';
import * as E from 'fp-ts/lib/Either.js';
import onnxProto, { type onnx as Onnx } from 'onnx-proto';
import { describe, expect, it } from 'vitest';
import { hograd, linesWritten, metricsLines } from './capture.js';
import { random, scratch } from './scratch.js';

const { ModelProto } = onnxProto.onnx;

const { folder, write } = scratch();

const rightOf = <A>(result: E.Either<{ readonly message: string }, A>): A => {
  if (E.isLeft(result)) throw new Error(result.left.message);
  return result.right;
};

const CLASSES = 3;
const INPUTS = 6;
const labels = (count: number): Tensor =>
  tensor(
    Array.from({ length: count }, (_, i) => i % CLASSES),
    [count],
    'int64',
  );

const archive = (name: string, arrays: Readonly<Record<string, Tensor>>): string => write(name, encodeNpz()(arrays));

const digits = archive('labelled.npz', {
  x_train: random('train', 60, INPUTS),
  y_train: labels(60),
  x_test: random('test', 30, INPUTS),
  y_test: labels(30),
});
const otherDigits = archive('other.npz', {
  x_train: random('another train', 60, INPUTS),
  y_train: labels(60),
  x_test: random('test', 30, INPUTS),
  y_test: labels(30),
});
const numbers = archive('numbers.npz', {
  x_train: random('train', 60, INPUTS),
  y_train: random('targets', 60, 1),
  x_test: random('test', 30, INPUTS),
  y_test: random('other targets', 30, 1),
});
const flatNumbers = archive('flat.npz', {
  x_train: random('train', 60, INPUTS),
  y_train: random('targets', 60),
  x_test: random('test', 30, INPUTS),
  y_test: random('other targets', 30),
});

const SEED = 5;
const zoo = lossGraph(rightOf(modelNamed('small-mlp', { inputShape: [INPUTS], classes: CLASSES })), { seed: SEED });

/** The model of the zoo with its own loss, and as a classifier that knows of no loss. */
const withLoss = write('loss.onnx', encode(zoo, { keepInitializers: true }));
const classifier = write(
  'classifier.onnx',
  encode(
    makeGraph(
      [{ name: 'logits', value: outputNamed('output')(zoo)! }],
      zoo.inputs.filter((i) => i.attributes.name !== 'y'),
      zoo.initializers,
    ),
    { keepInitializers: true },
  ),
);

const train = (out: string, ...args: string[]) =>
  hograd('train', '--epochs', '2', '--batch', '20', '--seed', String(SEED), '--out', join(folder, out), ...args);

const metrics = (out: string, optimizer: string): string =>
  readFileSync(join(folder, out, optimizer, 'metrics.jsonl'), 'utf8');

const model = (out: string, optimizer: string): Buffer => readFileSync(join(folder, out, optimizer, 'model.onnx'));

/** A linear model W x + b with inputs x, as a file; `head` makes its outputs. */
const linear = (
  name: string,
  head: (scores: Expr) => Readonly<Record<string, Expr>>,
  {
    batch = 'N',
    example = [INPUTS],
    outputs = CLASSES,
  }: { batch?: string | number; example?: number[]; outputs?: number } = {},
): string => {
  const x = input('x', [batch, ...example], 'float32');
  const weight = input('weight', [example.at(-1)!, outputs], 'float32');
  const bias = input('bias', [outputs], 'float32');
  const values = new Map([
    ['weight', random('weight', example.at(-1)!, outputs)],
    ['bias', random('bias', outputs)],
  ]);
  const named = Object.entries(head(add(matmul(x, weight), bias))).map(([key, value]) => ({ name: key, value }));
  const read = makeGraph(named).inputs.map(({ attributes }) => attributes.name);
  const own = new Map([...values].filter(([key]) => read.includes(key)));
  return write(name, encode(makeGraph(named, [], own), { keepInitializers: true }));
};

/** A file with something in it changed. */
const edited = (name: string, path: string, edit: (model: Onnx.ModelProto) => void): string => {
  const model = ModelProto.decode(readFileSync(path));
  edit(model);
  return write(name, ModelProto.encode(model).finish());
};

const logits = (scores: Expr) => ({ logits: scores });
const plain = linear('plain.onnx', logits);

describe('hograd train --model FILE.onnx', { timeout: 120_000 }, () => {
  it('takes the steps of the model of the zoo that it was exported from, with every kind of optimizer', async () => {
    const optimizers = ['momentum', 'adam', 'kfac', 'newton-summary', 'newton-summary-safe'];
    const of = (out: string, ...args: string[]) =>
      train(out, '--data', digits, '--optimizer', optimizers.join(), ...args);
    expect((await of('zoo', '--model', 'small-mlp')).status).toBe(0);
    expect((await of('own', '--model', withLoss)).status).toBe(0);
    expect((await of('default', '--model', classifier)).status).toBe(0);
    expect(
      (await of('named', '--model', classifier, '--softmax-cross-entropy', 'logits', '--labels', 'y')).status,
    ).toBe(0);
    for (const optimizer of optimizers) {
      const wanted = metrics('zoo', optimizer);
      expect(wanted.split('\n').length).toBe(2 * 3 + 2 + 1);
      for (const out of ['own', 'default', 'named']) expect(metrics(out, optimizer)).toBe(wanted);
    }
  });

  it.each([
    ['small-mlp', 'zoo', 'output'],
    ['its own file', 'named', 'logits'],
  ])('leaves %s trained, with the test loss and accuracy that it reports', (_, out, output) => {
    const graph = rightOf(decode(readFileSync(join(folder, out, 'adam', 'model.onnx'))));
    expect(graph.outputs.map((o) => o.name)).toEqual([output]);
    const given = rightOf(decodeNpz('labelled.npz')(readFileSync(digits)));
    const value = ({ shape, data }: Tensor) => ({ shape, data: Float64Array.from(data as Float32Array, Number) });
    const scores = outputNamed(output)(graph)!;
    const [loss, found] = evaluate([softmaxCrossEntropy(scores, input('y', [scores.shape[0]!], 'int64')), scores], {
      x: value(given.x_test!),
      y: value(given.y_test!),
      ...Object.fromEntries([...graph.initializers].map(([name, parameter]) => [name, value(parameter)])),
    });
    const right = Array.from({ length: 30 }, (_, i) => {
      const row = found!.data.slice(i * CLASSES, (i + 1) * CLASSES);
      return row.indexOf(Math.max(...row)) === i % CLASSES;
    }).filter(Boolean).length;
    const last = JSON.parse(metrics(out, 'adam').trim().split('\n').at(-1)!);
    expect(Math.abs(loss!.data[0]! - last.testLoss)).toBeLessThan(1e-6);
    expect(last.testAccuracy).toBe(right / 30);
  });

  it('goes on from where the file is: trained again it starts at the loss that it ended with', async () => {
    const again = join(folder, 'named', 'adam', 'model.onnx');
    const { status } = await train('again', '--data', digits, '--model', again, '--optimizer', 'sgd', '--lr', '1e-9');
    expect(status).toBe(0);
    const ended = JSON.parse(metrics('named', 'adam').trim().split('\n').at(-1)!);
    const now = JSON.parse(metrics('again', 'sgd').trim().split('\n').at(-1)!);
    expect(Math.abs(now.testLoss - ended.testLoss)).toBeLessThan(1e-6);
  });

  it('leaves the statistics of a fresh normalisation as they are, also where the file keeps equal values once', async () => {
    const value = (each: number): Tensor => tensor(new Array(INPUTS).fill(each), [INPUTS], 'float32');
    const stored = ({ dims, ...rest }: Onnx.ITensorProto, name: string): Onnx.ITensorProto => ({ ...rest, dims, name });
    const file = (name: string, shared: boolean): string =>
      edited(name, plain, ({ graph }) => {
        const proto = (each: number) => ({
          dataType: 1,
          dims: [INPUTS],
          rawData: new Uint8Array((value(each).data as Float32Array).buffer),
        });
        const [one, zero] = [proto(1), proto(0)] as unknown as Onnx.ITensorProto[];
        const statistics = { variance: 'scale', mean: 'shift' };
        graph!.initializer!.push(
          stored(one!, 'scale') as Onnx.TensorProto,
          stored(zero!, 'shift') as Onnx.TensorProto,
          ...((shared ? [] : [stored(one!, 'variance'), stored(zero!, 'mean')]) as Onnx.TensorProto[]),
        );
        const identities = Object.entries(statistics).map(([output, input]) => ({
          opType: 'Identity',
          input: [input],
          output: [output],
        }));
        const normal = {
          opType: 'BatchNormalization',
          input: ['x', 'scale', 'shift', 'mean', 'variance'],
          output: ['normal'],
        };
        for (const node of graph!.node!) node.input = node.input!.map((name) => (name === 'x' ? 'normal' : name));
        graph!.node!.unshift(...((shared ? identities : []) as Onnx.NodeProto[]), normal as Onnx.NodeProto);
      });
    const of = (out: string, path: string) => train(out, '--data', digits, '--model', path, '--optimizer', 'adam');
    expect((await of('apart', file('apart.onnx', false))).status).toBe(0);
    expect((await of('shared', file('shared.onnx', true))).status).toBe(0);
    expect(metrics('shared', 'adam')).toBe(metrics('apart', 'adam'));
    const trained = (out: string) =>
      new Map(
        ModelProto.decode(model(out, 'adam')).graph!.initializer!.map((p) => [
          p.name!,
          Buffer.from(p.rawData!).toString('hex'),
        ]),
      );
    const [apart, shared] = [trained('apart'), trained('shared')];
    expect(shared.get('scale')).not.toBe(shared.get('variance'));
    for (const [name, bytes] of apart) expect(shared.get(name)).toBe(bytes);
  });

  it('learns targets by mean squared error, without an accuracy', async () => {
    const model = linear('regression.onnx', (scores) => ({ value: tanh(scores) }), { outputs: 1 });
    const args = ['--model', model, '--data', numbers, '--optimizer', 'sgd', '--lr', '0.1'];
    const epochs = () => metricsLines(join(folder, 'mse', 'sgd'));
    const { status, out } = await train('mse', ...args);
    expect(status).toBe(0);
    expect(out).toMatch(/^optimizer {2}train loss {2}test loss {2}s\/epoch\n/);
    const lines = epochs();
    const { testAccuracy, trainLoss } = lines.at(-1);
    expect(testAccuracy).toBeUndefined();
    expect(trainLoss).toBeLessThan(lines.find((line) => line.epoch === 1).trainLoss);
    const named = await train('mse', ...args, '--mse', 'value');
    expect(named.status).toBe(0);
    expect(epochs()).toEqual(lines);
  });

  it('trains only --params, and leaves the others as they were', async () => {
    const args = ['--model', plain, '--data', digits, '--optimizer', 'sgd', '--params', 'bias'];
    expect((await train('bias', ...args)).status).toBe(0);
    const valuesIn = (path: string) => rightOf(decode(readFileSync(path))).initializers;
    const [before, after] = [valuesIn(plain), valuesIn(join(folder, 'bias', 'sgd', 'model.onnx'))];
    expect(after.get('weight')).toEqual(before.get('weight'));
    expect(after.get('bias')).not.toEqual(before.get('bias'));
  });

  it('takes images for a model of rows, and rows of one channel for a model of images', async () => {
    const images = archive('images.npz', {
      x_train: random('train', 60, 2, 3),
      y_train: labels(60),
      x_test: random('test', 30, 2, 3),
      y_test: labels(30),
    });
    expect((await train('rows', '--model', plain, '--data', images, '--optimizer', 'sgd')).status).toBe(0);
    expect((await train('same', '--model', plain, '--data', digits, '--optimizer', 'sgd')).status).toBe(0);
    expect(metrics('rows', 'sgd')).toBe(metrics('same', 'sgd'));
  });

  it('is looked at by hograd analyze on the way that it takes, in float64 too', async () => {
    const args = ['--model', plain, '--data', digits, '--optimizer', 'sgd', '--epochs', '2', '--batch', '20'];
    const of = (dtype: string, out: string) =>
      hograd('analyze', ...args, '--seed', String(SEED), '--dtype', dtype, '--json', '--out', join(folder, out));
    const [single, double] = [await of('float32', 'single'), await of('float64', 'double')];
    expect([single.status, double.status]).toEqual([0, 0]);
    const losses = (text: string): readonly number[] => JSON.parse(text).moments.map((m: { loss: number }) => m.loss);
    expect(losses(double.out)).toHaveLength(3);
    losses(double.out).forEach((loss, k) => {
      expect(Math.abs(loss - losses(single.out)[k]!)).toBeLessThan(1e-6);
    });
    expect(metrics('double', 'sgd')).toBe(metrics('same', 'sgd'));
  });

  it('resumes to the very bytes, and not from a file that has changed since', async () => {
    const file = write('changing.onnx', readFileSync(plain));
    const args = [
      '--model',
      file,
      '--data',
      digits,
      '--optimizer',
      'adam',
      '--epochs',
      '60',
      '--checkpoint-every',
      '7',
    ];
    const begun = train('resumed', ...args);
    await linesWritten(join(folder, 'resumed', 'adam', 'metrics.jsonl'), 10);
    process.emit('SIGINT');
    expect((await begun).status).toBe(130);
    expect(existsSync(join(folder, 'resumed', 'adam', 'model.onnx'))).toBe(false);
    const resume = () =>
      hograd('train', '--batch', '20', '--seed', String(SEED), ...args, '--resume', join(folder, 'resumed'));
    expect(metrics('resumed', 'adam').split('\n').length).toBeLessThan(180);
    expect((await resume()).status).toBe(0);
    expect((await train('unbroken', ...args)).status).toBe(0);
    expect(metrics('resumed', 'adam')).toBe(metrics('unbroken', 'adam'));
    expect(model('resumed', 'adam').equals(model('unbroken', 'adam'))).toBe(true);
    linear('changing.onnx', (scores) => ({ logits: tanh(scores) }));
    const { status, err } = await resume();
    expect(err).toMatch(/changing\.onnx has changed since .*adam was started from it; resume with the file as it was/);
    expect(status).toBe(2);
  });

  it('does not resume on data that have changed since, nor from a damaged folder', async () => {
    const [folderOf, source] = [join(folder, 'changing-data'), join(folder, 'changing.npz')];
    writeFileSync(source, readFileSync(digits));
    const args = ['train', '--model', plain, '--data', source, '--optimizer', 'sgd', '--epochs', '1', '--batch', '20'];
    expect((await hograd(...args, '--out', folderOf)).status).toBe(0);
    const resume = () => hograd(...args, '--resume', folderOf);
    expect((await resume()).status).toBe(0);
    const metricsFile = join(folderOf, 'sgd', 'metrics.jsonl');
    const lines = readFileSync(metricsFile);
    writeFileSync(metricsFile, lines.subarray(0, 10));
    expect((await resume()).err).toMatch(
      /metrics\.jsonl has 10 bytes and the checkpoint is from after \d+; start the run/,
    );
    writeFileSync(metricsFile, lines);
    const checkpoint = join(folderOf, 'sgd', 'checkpoint.json');
    const whole = readFileSync(checkpoint);
    writeFileSync(checkpoint, '{}');
    expect((await resume()).err).toMatch(
      /checkpoint\.json lacks what a checkpoint holds; start the run without --resume/,
    );
    writeFileSync(checkpoint, whole);
    writeFileSync(source, readFileSync(otherDigits));
    const { status, err } = await resume();
    expect(err).toMatch(/changing\.npz has changed since .*sgd was started from it; resume with the file as it was/);
    expect(status).toBe(2);
  });

  const refused: readonly (readonly [string, readonly string[], RegExp])[] = [
    ['a missing file', ['--model', 'nowhere.onnx'], /^hograd: nowhere\.onnx does not exist; check the path\n$/],
    ['a file that is no model', ['--model', write('text.onnx', Buffer.from('no model'))], /not an ONNX model/],
    ['a name that is none', ['--model', 'model.pt'], /no model "model\.pt".*a model's file ends in \.onnx/],
    [
      'data of another shape',
      ['--model', linear('wide.onnx', logits, { example: [7] })],
      /wide\.onnx: input "x" takes examples of shape \[7\], those of .*labelled\.npz are \[6\]; take the data/,
    ],
    [
      'a frozen batch',
      ['--model', linear('frozen.onnx', logits, { batch: 4 })],
      /input "x" \[4, 6\] has its batch frozen at 4; export it with a free one: .*dynamic_shapes.*dynamic_axes=\{"x"/,
    ],
    [
      'several inputs',
      ['--model', linear('two.onnx', (scores) => ({ logits: add(scores, input('shift', ['N', CLASSES], 'float32')) }))],
      /two\.onnx: its loss reads the inputs "x", "shift" beside "labels", and .*labelled\.npz has none for "shift"; store "shift_train" and "shift_test"/,
    ],
    [
      'no parameters',
      [
        '--model',
        write(
          'empty.onnx',
          encode(
            makeGraph(
              Object.entries(logits(tanh(input('x', ['N', CLASSES], 'float32')))).map(([name, value]) => ({
                name,
                value,
              })),
            ),
          ),
        ),
      ],
      /empty\.onnx: no floating-point initializer of rank 1 or more reaches the loss/,
    ],
    [
      'half precision',
      [
        '--model',
        edited('half.onnx', plain, ({ graph }) => {
          const bias = graph!.initializer!.find((t) => t.name === 'bias')!;
          bias.dataType = 10;
          bias.rawData = new Uint8Array(2 * CLASSES);
        }),
      ],
      /parameter "bias" is float16; training is in float32; export it so/,
    ],
    [
      'a parameter that is not finite',
      [
        '--model',
        edited('infinite.onnx', plain, ({ graph }) => {
          const bias = graph!.initializer!.find((t) => t.name === 'bias')!;
          bias.rawData = new Uint8Array(Float32Array.of(0, Number.NaN, 0).buffer);
        }),
      ],
      /parameter "bias" holds NaN at flat index 1/,
    ],
    [
      'an unknown operator',
      [
        '--model',
        edited('unknown.onnx', plain, ({ graph }) => Object.assign(graph!.node![0]!, { opType: 'Frobnicate' })),
      ],
      /unknown\.onnx: 1 unsupported node: Frobnicate/,
    ],
    [
      'nothing to learn',
      ['--model', linear('steps.onnx', (scores) => ({ logits: floor(scores) }))],
      /there is nothing to learn: every path .* is piecewise constant/,
    ],
    [
      'a parameter without effect',
      [
        '--params',
        'bias',
        '--softmax-cross-entropy',
        'a',
        '--model',
        linear('idle.onnx', (scores) => ({
          a: matmul(input('x', ['N', INPUTS], 'float32'), input('weight', [INPUTS, CLASSES], 'float32')),
          b: scores,
        })),
      ],
      /--params names "bias", which the loss does not change with; leave it out/,
    ],
    [
      'several outputs',
      ['--model', linear('outputs.onnx', (scores) => ({ a: scores, b: tanh(scores) }))],
      /no scalar output to use as the loss; its outputs are "a" float32\[N, 3\], "b" float32\[N, 3\]: name logits with --softmax-cross-entropy/,
    ],
    [
      'a scalar that reads no labels',
      ['--model', linear('norm.onnx', (scores) => ({ norm: mean(square(scores)), scores }))],
      /its only scalar output reads no labels; name it with --loss/,
    ],
    [
      'too few classes',
      ['--model', linear('few.onnx', logits, { outputs: 2 })],
      /few\.onnx: the model tells 2 classes apart, but .*labelled\.npz has 3/,
    ],
    [
      'targets for labels',
      ['--model', plain, '--data', numbers, '--softmax-cross-entropy', 'logits'],
      /needs integer labels.*take --mse/,
    ],
    [
      'labels for targets',
      ['--model', plain, '--mse', 'logits'],
      /compares with numbers, but .* has labels; take --softmax-cross-entropy/,
    ],
    [
      'targets of another shape',
      ['--model', linear('column.onnx', logits, { outputs: 1 }), '--data', flatNumbers],
      /compares with targets of shape \[N, 1\], those of .*flat\.npz are \[N\]; store them/,
    ],
    [
      'a parameter named like an input of the step',
      [
        '--model',
        edited('rate.onnx', plain, ({ graph }) => {
          for (const node of graph!.node!) node.input = node.input!.map((name) => (name === 'bias' ? 'rate' : name));
          graph!.initializer!.find((t) => t.name === 'bias')!.name = 'rate';
        }),
      ],
      /parameter "rate" is called like an input of the training step; rename it/,
    ],
    [
      'a loss for a model of the zoo',
      ['--model', 'small-mlp', '--mse', 'output'],
      /--mse is for a FILE\.onnx; model "small-mlp" brings its own/,
    ],
    [
      'a model of the zoo for targets',
      ['--model', 'small-mlp', '--data', numbers],
      /numbers\.npz has no labels, which model "small-mlp" learns/,
    ],
    [
      'K-FAC for a loss without labels',
      ['--model', linear('kfac.onnx', logits, { outputs: 1 }), '--data', numbers, '--optimizer', 'adam,kfac'],
      /kfac needs a loss that picks one label of every example/,
    ],
    [
      'K-FAC for a model without layers',
      [
        '--optimizer',
        'adam,kfac',
        '--model',
        linear('shift.onnx', () => ({
          logits: add(
            sliceAxis(input('x', ['N', INPUTS], 'float32'), 1, 0, CLASSES),
            input('bias', [CLASSES], 'float32'),
          ),
        })),
      ],
      /kfac finds no layer/,
    ],
  ];
  it.each(refused)('refuses %s in one line, with status 2, before any optimizer trains', async (_, args, message) => {
    const { status, err, out } = await train('refused', '--data', digits, ...args);
    expect(err).toMatch(message);
    expect(err.trim().split('\n')).toHaveLength(1);
    expect([status, out]).toEqual([2, '']);
    expect(existsSync(join(folder, 'refused'))).toBe(false);
  });

  it('refuses an experiment whose optimizers cannot all train the model, before any run', async () => {
    const file = join(folder, 'kfac.yaml');
    const model = linear('regression.onnx', (scores) => ({ logits: scores }), { outputs: 1 });
    const optimizers = '[{ optimizer: adam }, { optimizer: kfac }]';
    writeFileSync(
      file,
      `{ title: K, model: ${model}, data: ${numbers}, batch: 20, epochs: 1, seeds: [1], optimizers: ${optimizers} }`,
    );
    const { status, err } = await hograd('experiment', file, '--out', join(folder, 'refused'));
    expect([status, err]).toEqual([2, expect.stringMatching(/: kfac needs a loss that picks one label/)]);
    expect(existsSync(join(folder, 'refused'))).toBe(false);
  });
});
