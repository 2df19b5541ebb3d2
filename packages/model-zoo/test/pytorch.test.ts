import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type * as G from '@hograd/graph-builder';
import { describe, expect, it } from 'vitest';
import { type GptOptions, gpt, type Model, type ResnetOptions, resnet18 } from '../src/index.js';
import { runInRuntime } from './runtime.js';
import { dot, evaluated, parameterValues, sequence, sizeOf, withGradient } from './tiny.js';

/** What PyTorch computed (tools/model-zoo/generate.py). */
interface Fixture<Options> {
  readonly options: Options;
  readonly batch: number;
  readonly loss: number;
  readonly output: { readonly shape: readonly number[]; readonly first: readonly number[] };
  readonly parameters: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly squares: number;
    readonly projection: number;
  }[];
}

const read = <F>(name: string): F =>
  JSON.parse(
    readFileSync(fileURLToPath(new URL(`../../../test-fixtures/model-zoo/${name}.json`, import.meta.url)), 'utf8'),
  );

type Results = Readonly<Record<string, { readonly data: ArrayLike<number> }>>;

/** Loss, outputs and, for each parameter, the gradient's norm and its projection on a fixed direction. */
const expectAgreement = (model: Model, results: Results, fixture: Fixture<unknown>, tolerance: number): void => {
  expect(model.parameters.map(({ name, shape }) => ({ name, shape }))).toEqual(
    fixture.parameters.map(({ name, shape }) => ({ name, shape })),
  );
  const loss = results.loss!.data[0]!;
  expect(Math.abs(loss - fixture.loss) / fixture.loss, `loss ${loss}`).toBeLessThan(tolerance);
  const output = results.output!.data;
  expect(output).toHaveLength(sizeOf(fixture.output.shape));
  fixture.output.first.forEach((value, i) => {
    expect(Math.abs(output[i]! - value), `output ${i}`).toBeLessThan(tolerance);
  });
  for (const { name, shape, squares, projection } of fixture.parameters) {
    const gradient = results[`grad.${name}`]!.data;
    const norm = Math.sqrt(squares);
    expect(Math.abs(Math.sqrt(dot(gradient, gradient)) - norm) / norm, `norm of ${name}`).toBeLessThan(tolerance);
    const direction = sequence(sizeOf(shape), 7);
    const error = Math.abs(dot(gradient, direction) - projection) / (norm * Math.sqrt(dot(direction, direction)));
    expect(error, `projection of ${name}`).toBeLessThan(tolerance);
  }
};

describe('GPT gives the numbers of PyTorch’s transformer layers', () => {
  it.each(['after', 'before'] as const)('normalized %s each branch', (normalize) => {
    type Tokens = readonly (readonly number[])[];
    const fixture = read<Fixture<GptOptions> & { readonly x: Tokens; readonly y: Tokens }>(`gpt-${normalize}`);
    const model = gpt(fixture.options);
    const tokens = (rows: Tokens): G.Value => ({
      shape: [rows.length, rows[0]!.length],
      data: Float64Array.from(rows.flat()),
    });
    const values = { ...parameterValues(model), x: tokens(fixture.x), y: tokens(fixture.y) };
    expectAgreement(model, evaluated(withGradient(model, 'float64'), values), fixture, 1e-11);
  });
});

describe('ResNet-18 gives the numbers of torchvision’s', () => {
  it.each(['imagenet', 'cifar'] as const)('with the stem for %s, in ONNX Runtime and float32', async (stem) => {
    const fixture = read<Fixture<ResnetOptions>>(`resnet18-${stem}`);
    const model = resnet18(fixture.options);
    const shape = [fixture.batch, ...model.inputShape];
    const values = {
      ...parameterValues(model),
      x: { shape, data: sequence(sizeOf(shape), 500) },
      y: {
        shape: [fixture.batch],
        data: Float64Array.from({ length: fixture.batch }, (_, n) => (3 * n + 1) % model.classes),
      },
    };
    const graph = withGradient(model, 'float32');
    expectAgreement(model, await runInRuntime(graph, values), fixture, 1e-3);
  });
});
