/** Training a file whose loss reads nothing but inputs: of an autoencoder, of a text's own next tokens, of targets that are an input. */

import { join } from 'node:path';
import {
  add,
  type Expr,
  evaluate,
  gather,
  grad,
  input,
  matmul,
  mean,
  mul,
  slice,
  sliceAxis,
  softmaxCrossEntropy,
  square,
  sub,
  type Tensor,
  tanh,
  tensor,
  transpose,
} from '@hograd/graph-builder';
import { describe, expect, it } from 'vitest';
import { hograd, metricsLines } from './capture.js';
import { random, scratch } from './scratch.js';
import {
  archiveOf,
  fileWith,
  inputNamed,
  LENGTH,
  labelsOf,
  maskOf,
  type Part,
  SIZES,
  VALUES as TEXT_VALUES,
  tokensOf,
  trainedIn,
} from './texts.js';

const { folder, write } = scratch();

const INPUTS = 6;
const WIDTH = 3;

const VALUES: ReadonlyMap<string, Tensor> = new Map(
  Object.entries({ encoder: [INPUTS, WIDTH], decoder: [WIDTH, INPUTS], shift: [INPUTS] }).map(
    ([name, shape]) => [name, random(name, ...shape)] as const,
  ),
);

const parameters = [...VALUES].map(([name, { shape }]) => input(name, shape));
const [encoder, decoder, shift] = parameters as [Expr, Expr, Expr];

const images = input('image', ['N', INPUTS]);

/** Mean squared error of what a narrow layer leaves of the images. */
const lossAgainst = (target: Expr): Expr =>
  mean(square(sub(add(matmul(tanh(matmul(images, encoder)), decoder), shift), target)));

const own = lossAgainst(images);
const reconstruction = write('reconstruction.onnx', fileWith(VALUES, { loss: own }));
const regression = write('regression.onnx', fileWith(VALUES, { loss: lossAgainst(input('wanted', ['N', INPUTS])) }));
const scores = write(
  'scores.onnx',
  fileWith(new Map([['encoder', VALUES.get('encoder')!]]), { output: matmul(images, encoder) }),
);

/** Against targets that have one row more than there are images, the first of which counts for nothing. */
const longer = write(
  'longer.onnx',
  fileWith(VALUES, { loss: lossAgainst(slice(input('wanted', ['N + 1', INPUTS]), [1, 0], ['N', INPUTS])) }),
);

/** Against targets of one step more. */
const gain = new Map([['gain', random('gain', 1)]]);
const later = write(
  'later.onnx',
  fileWith(gain, {
    loss: mean(
      square(
        sub(
          mul(input('steps', ['N', 'T']), input('gain', [1])),
          slice(input('wanted', ['N', 'T + 1']), [0, 1], ['N', 'T']),
        ),
      ),
    ),
  }),
);

const examplesOf = (part: Part): Tensor => random(part, SIZES[part], INPUTS);
const wantedOf = (part: Part): Tensor => random(`wanted ${part}`, SIZES[part], INPUTS);
const data = (name: string, arrays: Parameters<typeof archiveOf>[0]): string => write(`${name}.npz`, archiveOf(arrays));

const examples = data('x', { x: examplesOf });

const run = (command: string, out: string, model: string, from: string, ...args: string[]) =>
  hograd(
    ...[command, '--model', model, '--data', from, '--batch', '8', '--seed', '3', '--out', join(folder, out)],
    ...(args.includes('--epochs') ? [] : ['--epochs', '2']),
    ...args,
  );

const trained = async (...args: [out: string, model: string, from: string, ...more: string[]]): Promise<void> => {
  const { status, err } = await run('train', ...args);
  if (status !== 0) throw new Error(err);
};

const metrics = (out: string, optimizer: string) => metricsLines(join(folder, out, optimizer));

const OPTIMIZERS = ['momentum', 'adam', 'newton-summary', 'newton-summary-safe'];

describe('hograd train on data without labels or targets', { timeout: 120_000 }, () => {
  it('takes the step along the gradient of the mean loss', async () => {
    const args = ['--optimizer', 'sgd', '--lr', '0.5', '--epochs', '1', '--batch', String(SIZES.train)];
    await trained('step', reconstruction, examples, ...args);
    const [loss, ...gradient] = evaluate([own, ...grad(own, parameters)], {
      ...Object.fromEntries(VALUES),
      image: examplesOf('train'),
    });
    const after = trainedIn(join(folder, 'step', 'sgd'));
    [...VALUES].forEach(([name, before], p) => {
      after.get(name)!.data.forEach((value, i) => {
        expect(Math.abs(Number(value) - (Number(before.data[i]) - 0.5 * Number(gradient[p]!.data[i])))).toBeLessThan(
          1e-6,
        );
      });
    });
    const [step, epoch] = metrics('step', 'sgd');
    const [unseen] = evaluate([own], { ...Object.fromEntries(after), image: examplesOf('test') });
    expect(Math.abs(step.loss - Number(loss!.data[0]))).toBeLessThan(1e-6);
    expect(Math.abs(epoch.testLoss - Number(unseen!.data[0]))).toBeLessThan(1e-6);
    expect(epoch.testAccuracy).toBeUndefined();
  });

  it('goes the way that it goes with labels that the loss does not read', async () => {
    const labelled = data('labelled', { image: examplesOf, y: labelsOf });
    await trained('alone', reconstruction, examples, '--optimizer', OPTIMIZERS.join());
    await trained('labelled', reconstruction, labelled, '--loss', 'loss', '--optimizer', OPTIMIZERS.join());
    for (const optimizer of OPTIMIZERS) expect(metrics('alone', optimizer)).toEqual(metrics('labelled', optimizer));
  });

  it('takes the targets of a loss in the file from the arrays of their own name as from y', async () => {
    const named = data('named', { image: examplesOf, wanted: wantedOf });
    const usual = data('usual', { x: examplesOf, y: wantedOf });
    await trained('named', regression, named, '--optimizer', OPTIMIZERS.join());
    await trained('usual', regression, usual, '--optimizer', OPTIMIZERS.join());
    for (const optimizer of OPTIMIZERS) expect(metrics('named', optimizer)).toEqual(metrics('usual', optimizer));
  });

  it.each([
    ['the next token', LENGTH - 1, 1],
    ['every token', LENGTH, 0],
  ])('learns texts that are their own labels: %s', async (_, length, from) => {
    const values = new Map([['e', TEXT_VALUES.get('e')!]]);
    const embedding = input('e', values.get('e')!.shape);
    const ids = inputNamed('input_ids', 'int64', LENGTH);
    const logits = matmul(gather(embedding, sliceAxis(ids, 1, 0, length), 0), transpose(embedding, [1, 0]));
    const loss = softmaxCrossEntropy(transpose(logits, [0, 2, 1]), sliceAxis(ids, 1, from, length));
    const model = write(`texts${from}.onnx`, fileWith(values, { loss }));
    const alone = data('tokens', { x: tokensOf });
    const named = data('ids', { input_ids: tokensOf });
    await trained(`alone${from}`, model, alone, '--optimizer', 'adam');
    await trained(`ids${from}`, model, named, '--optimizer', 'adam');
    expect(metrics(`alone${from}`, 'adam')).toEqual(metrics(`ids${from}`, 'adam'));
    const [first, second] = metrics(`ids${from}`, 'adam').filter(({ epoch }) => epoch !== undefined);
    expect(second.trainLoss).toBeLessThan(first.trainLoss);
  });

  it('reads x of any length along a free axis, whatever layout images have', async () => {
    const steps = input('steps', ['N', 'T', INPUTS]);
    const loss = mean(square(sub(matmul(tanh(matmul(steps, encoder)), decoder), steps)));
    const values = new Map([...VALUES].filter(([name]) => name !== 'shift'));
    const model = write('steps.onnx', fileWith(values, { loss }));
    const of = (part: Part) => random(`steps ${part}`, SIZES[part], 5, INPUTS);
    await trained('steps-x', model, data('steps-x', { x: of }), '--optimizer', 'adam');
    await trained('steps-named', model, data('steps-named', { steps: of }), '--optimizer', 'adam');
    expect(metrics('steps-x', 'adam')).toEqual(metrics('steps-named', 'adam'));
  });

  it('holds labels under every name against the classes', async () => {
    const [first, second] = ['first', 'second'].map((name) =>
      softmaxCrossEntropy(matmul(images, encoder), input(name, ['N'], 'int64')),
    );
    const encoderAlone = new Map([['encoder', VALUES.get('encoder')!]]);
    const model = write('two.onnx', fileWith(encoderAlone, { loss: add(first!, second!) }));
    const wrong = (part: Part) => tensor(new Array(SIZES[part]).fill(-1), [SIZES[part]], 'int64');
    const both = { image: examplesOf, first: labelsOf, second: labelsOf };
    await trained('two', model, data('two', both), '--optimizer', 'adam');
    const { status, err } = await run('train', 'refused', model, data('wrong', { ...both, second: wrong }));
    expect([status, err]).toEqual([
      2,
      expect.stringMatching(
        /input "second" holds labels of 3 classes, 0 to 2; .*wrong\.npz has -1 at flat index 0; correct it/,
      ),
    ]);
  });

  it('resumes, and is looked at by hograd analyze, on the same way', async () => {
    const args = ['--optimizer', 'newton-summary-safe'];
    await trained('unbroken', reconstruction, examples, ...args, '--epochs', '3');
    await trained('resumed', reconstruction, examples, ...args, '--epochs', '1');
    const resume = ['--resume', join(folder, 'resumed'), '--epochs', '3'];
    expect(
      await hograd(
        'train',
        '--model',
        reconstruction,
        '--data',
        examples,
        '--batch',
        '8',
        '--seed',
        '3',
        ...args,
        ...resume,
      ),
    ).toMatchObject({ status: 0 });
    const found = await run('analyze', 'looked', reconstruction, examples, ...args, '--epochs', '3', '--json');
    expect([found.status, JSON.parse(found.out).moments.length]).toEqual([0, 4]);
    const wanted = metrics('unbroken', 'newton-summary-safe');
    for (const out of ['resumed', 'looked']) expect(metrics(out, 'newton-summary-safe')).toEqual(wanted);
  });

  it.each<readonly [string, readonly [string, string, ...string[]], RegExp]>([
    [
      'logits to compare with labels',
      [scores, examples],
      /scores\.onnx: "output" is no loss, and .*x\.npz has neither labels nor targets to compare it with; store them as "y_train" and "y_test", or export the loss as an output of one number/,
    ],
    [
      'a loss to be attached',
      [scores, examples, '--mse', 'output'],
      /the loss compares with targets, and .*x\.npz has none; store them as "y_train" and "y_test"/,
    ],
    [
      'targets of the file’s own loss',
      [regression, examples],
      /its loss reads the inputs "image", "wanted", and .*x\.npz has none for "image", "wanted"; store "image_train"/,
    ],
    [
      'a model of the zoo',
      ['small-mlp', examples],
      /x\.npz has no labels, which model "small-mlp" learns; store them as "y_train" and "y_test", integers/,
    ],
    [
      'a method for labels',
      [reconstruction, examples, '--optimizer', 'kfac'],
      /kfac needs a loss that picks one label of every example/,
    ],
    [
      'an input with more rows than examples',
      [longer, data('longer', { image: examplesOf, wanted: wantedOf })],
      /input "wanted" \[N \+ 1, 6\] is N \+ 1 long; training feeds one row an example: reshape it within the model/,
    ],
    [
      'inputs of which one is longer than the other by the model',
      [later, data('later', { steps: examplesOf, wanted: wantedOf })],
      /the model has "wanted" as long as T \+ 1 says, 7 of .*later\.npz's, and there that is 6; store them so/,
    ],
    [
      'an array that is no input',
      [reconstruction, data('masks', { image: examplesOf, mask: (part) => maskOf(part, 'ones') })],
      /has the arrays "mask_train" and "mask_test", and the model no input "mask"; its inputs are "image"/,
    ],
  ])('is refused for %s', async (_, [model, from, ...args], message) => {
    const { status, err } = await run('train', 'refused', model, from, ...args);
    expect([status, err]).toEqual([2, expect.stringMatching(message)]);
  });
});
