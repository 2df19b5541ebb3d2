import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  decode,
  encode,
  evaluate,
  input,
  makeGraph,
  matmul,
  outputNamed,
  reduceSum,
  reshape,
  softmaxCrossEntropy,
  square,
  tensor,
} from '@hograd/graph-builder';
import * as E from 'fp-ts/lib/Either.js';
import onnxProto from 'onnx-proto';
import { describe, expect, it } from 'vitest';
import { hograd } from './capture.js';
import { scratch } from './scratch.js';

const { folder } = scratch();

const golden = (path: string): string =>
  fileURLToPath(new URL(`../../../test-fixtures/golden/${path}`, import.meta.url));

describe('hograd differentiate', () => {
  it('writes a model with the loss, a gradient for every parameter, and Hessian-vector products', async () => {
    const target = join(folder, 'hvp.onnx');
    const result = await hograd(
      'differentiate',
      golden('mlp-tanh/model.onnx'),
      '--out',
      target,
      '--order',
      '1',
      '--hvp',
      '--json',
    );
    expect(result.status).toBe(0);
    const written = JSON.parse(result.out);
    expect(written.outputs).toEqual([
      'loss',
      ...written.parameters.map((p: string) => `grad.${p}`),
      ...written.parameters.map((p: string) => `hvp.${p}`),
    ]);
    const again = decode(readFileSync(target));
    expect(E.isRight(again) && again.right.outputs.map((o) => o.name)).toEqual(written.outputs);
  });

  it('does not overwrite the model with a file that lacks its parameters', async () => {
    const own = join(folder, 'own.onnx');
    const bytes = readFileSync(golden('mlp-tanh/model.onnx'));
    writeFileSync(own, bytes);
    const { status, err } = await hograd('differentiate', own, '--out', join(folder, '.', 'own.onnx'));
    expect([status, err]).toEqual([2, expect.stringMatching(/--out is the model itself/)]);
    expect(readFileSync(own).equals(bytes)).toBe(true);
    expect((await hograd('differentiate', own, '--out', own, '--keep-initializers')).status).toBe(0);
  });

  it.each([[[1]], [[1, 1]]])('takes a loss of one element, shape %j, for the scalar that it is', async (shape) => {
    const x = input('x', ['N', 3], 'float64');
    const w = input('w', [3, 1], 'float64');
    const values = new Map([['w', tensor([0.1, -0.2, 0.3], [3, 1], 'float64')]]);
    const loss = reduceSum(square(matmul(x, w)), [0]);
    const outputs = [
      { name: 'cost', value: reshape(loss, shape) },
      { name: 'each', value: matmul(x, w) },
    ];
    const source = join(folder, 'one-element.onnx');
    writeFileSync(source, encode(makeGraph(outputs, [], values), { keepInitializers: true }));
    const target = join(folder, 'one-element-gradient.onnx');
    expect((await hograd('differentiate', source, '--out', target)).status).toBe(0);
    const written = decode(readFileSync(target));
    if (E.isLeft(written)) throw new Error(written.left.message);
    const data = Float64Array.of(1, 2, -1, 0.5, 0, 3);
    const feeds = { x: { shape: [2, 3], data }, w: { shape: [3, 1], data: Float64Array.of(0.1, -0.2, 0.3) } };
    const [value, slope] = evaluate(
      ['loss', 'grad.w'].map((name) => outputNamed(name)(written.right)!),
      feeds,
    );
    // x·w is −0.6 and 0.95, and the slope 2·xᵀ(x·w).
    expect(value!.shape).toEqual([]);
    expect(value!.data[0]).toBeCloseTo(0.36 + 0.9025, 12);
    [-1.2 + 0.95, -2.4, 1.2 + 5.7].forEach((wanted, i) => {
      expect(slope!.data[i]).toBeCloseTo(wanted, 12);
    });
  });

  it('takes the classes from the axis that it is told', async () => {
    const x = input('x', ['N', 2, 3], 'float64');
    const w = input('w', [3, 4], 'float64');
    const values = new Map([
      ['w', tensor([0.1, -0.2, 0.3, 0.4, 0.5, -0.6, 0.7, 0.8, -0.9, 1, 1.1, -1.2], [3, 4], 'float64')],
    ]);
    const source = join(folder, 'language.onnx');
    const graph = makeGraph([{ name: 'logits', value: matmul(x, w) }], [x], values);
    writeFileSync(source, encode(graph, { keepInitializers: true }));
    const target = join(folder, 'language-gradient.onnx');
    const head = ['--softmax-cross-entropy', 'logits', '--labels', 'y', '--class-axis', '-1', '--keep-initializers'];
    expect((await hograd('differentiate', source, '--out', target, ...head)).status).toBe(0);
    const written = decode(readFileSync(target));
    if (E.isLeft(written)) throw new Error(written.left.message);
    const loss = outputNamed('loss')(written.right)!;
    const two = input('x', [2, 2, 3], 'float64');
    const flat = softmaxCrossEntropy(reshape(matmul(two, w), [4, 4]), input('rows', [4], 'int64'));
    const data = Float64Array.from({ length: 12 }, (_, i) => Math.sin(i));
    const labels = Float64Array.of(3, 0, 1, 2);
    const feeds = {
      x: { shape: [2, 2, 3], data },
      w: { shape: [3, 4], data: values.get('w')!.data as Float64Array },
      y: { shape: [2, 2], data: labels },
      rows: { shape: [4], data: labels },
    };
    const [own, other] = [loss, flat].map((value) => evaluate([value], feeds)[0]);
    expect(Math.abs(own!.data[0]! - other!.data[0]!)).toBeLessThan(1e-14);
  });

  it.each([
    [
      'an axis that the logits do not have',
      [golden('mlp-tanh/model.onnx'), '--softmax-cross-entropy', 'output', '--labels', 'y', '--class-axis', '2'],
      /--class-axis: 2 is no axis of classes; logits of rank 2 have them on axis 1 to 1/,
    ],
    [
      'an axis of classes without logits',
      [golden('mlp-tanh/model.onnx'), '--class-axis', '-1'],
      /--class-axis belongs to --softmax-cross-entropy OUTPUT/,
    ],
    ['a file that is not there', ['nowhere.onnx'], /^hograd: nowhere\.onnx does not exist; check the path\n$/],
    [
      'an unknown parameter',
      [golden('mlp-tanh/model.onnx'), '--params', '0.wieght'],
      /no floating-point initializer "0\.wieght"; the model has "0\.weight"/,
    ],
    [
      'a loss that is not a scalar',
      [golden('mlp-tanh/model.onnx'), '--loss', 'output'],
      /output "output" is not a scalar: it is float32\[N, 4\]; a loss is one number/,
    ],
    [
      'an unknown loss',
      [golden('mlp-tanh/model.onnx'), '--loss', 'los'],
      /there is no value "los"; the outputs are "loss", "output"/,
    ],
    [
      'labels left out',
      [golden('mlp-tanh/model.onnx'), '--softmax-cross-entropy', 'output'],
      /--softmax-cross-entropy needs --labels NAME/,
    ],
    [
      'labels of no logits',
      [golden('mlp-tanh/model.onnx'), '--labels', 'y'],
      /--labels belongs to --softmax-cross-entropy/,
    ],
    ['a target of no output', [golden('mlp-tanh/model.onnx'), '--target', 'y'], /--target belongs to --mse/],
    [
      'two losses',
      [golden('mlp-tanh/model.onnx'), '--loss', 'loss', '--mse', 'output', '--target', 't'],
      /--loss and --mse each name a loss; give one of them/,
    ],
    [
      'groups of no summary',
      [golden('mlp-tanh/model.onnx'), '--loss', 'loss', '--partition', 'layers'],
      /--partition names the groups of --summary; add that, or leave --partition out/,
    ],
    [
      'labels that are floats',
      [golden('mlp-tanh/model.onnx'), '--softmax-cross-entropy', 'output', '--labels', 'x'],
      /--softmax-cross-entropy does not fit: .*labels float32\[N, 12\] do not fit/,
    ],
    [
      'one number for logits',
      [golden('mlp-tanh/model.onnx'), '--softmax-cross-entropy', 'loss', '--labels', 'y'],
      /--softmax-cross-entropy does not fit: .*axis 1 is outside a tensor of rank 0/,
    ],
    [
      'a target of another shape',
      [golden('mlp-tanh/model.onnx'), '--mse', 'output', '--target', 'x'],
      /--mse does not fit: .*target float32\[N, 12\] is not of the shape of output/,
    ],
  ])('refuses %s with status 2 and one line', async (_, args, message) => {
    const result = await hograd('differentiate', ...args, '--out', join(folder, 'x.onnx'));
    expect(result.status).toBe(2);
    expect(result.err).toMatch(message);
    expect(result.err.trim().split('\n')).toHaveLength(1);
  });

  it('reads no more of a model than the loss needs', async () => {
    const { onnx } = onnxProto;
    const model = onnx.ModelProto.decode(readFileSync(golden('mlp-tanh/model.onnx')));
    model.graph!.node!.push(
      onnx.NodeProto.create({
        opType: 'LabelEncoder',
        domain: 'ai.onnx.ml',
        input: ['output', 'y'],
        output: ['label'],
      }),
    );
    model.graph!.output!.push(onnx.ValueInfoProto.create({ name: 'label' }));
    const classifier = join(folder, 'classifier.onnx');
    writeFileSync(classifier, onnx.ModelProto.encode(model).finish());
    const target = join(folder, 'classifier-gradient.onnx');
    const named = await hograd('differentiate', classifier, '--out', target, '--loss', 'loss');
    expect(named).toMatchObject({ status: 0, err: '' });
    const whole = await hograd('differentiate', classifier, '--out', target);
    expect(whole.err).toContain('ai.onnx.ml.LabelEncoder');
  });

  it('refuses a file that is not ONNX', async () => {
    const bad = join(folder, 'bad.onnx');
    writeFileSync(bad, 'this is not a model');
    const result = await hograd('differentiate', bad, '--out', join(folder, 'x.onnx'));
    expect(result.status).toBe(2);
    expect(result.err).toContain('not an ONNX model');
  });
});
