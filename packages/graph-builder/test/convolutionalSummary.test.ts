import { describe, expect, it } from 'vitest';
import * as G from '../src/index.js';
import { loadCase, relativeError } from './golden.js';
import { buildConvolutional } from './goldenConvolution.js';
import { feedsFor, run } from './runtime.js';

const graphOf = (loss: G.Expr, { gbar, Hbar, D3 }: G.Summary): G.Graph =>
  G.makeGraph([
    { name: 'loss', value: loss },
    { name: 'gbar', value: gbar },
    { name: 'Hbar', value: Hbar! },
    { name: 'D3', value: D3! },
  ]);

describe.each(['lenet-tiny', 'vgg-tiny'])('summary of %s', (name) => {
  const golden = loadCase(name);
  const expected = { loss: [golden.loss], gbar: golden.gbar, Hbar: golden.Hbar.flat(), D3: golden.order3 };

  it('reference interpreter gives the author’s loss, ḡ, H̄ and D3', () => {
    const { loss, groups, values } = buildConvolutional(golden);
    const { outputs } = graphOf(loss, G.summary(loss, groups));
    const results = G.evaluate(
      outputs.map((o) => o.value),
      values,
    );
    outputs.forEach((o, i) => {
      expect(relativeError(results[i]!.data, expected[o.name as keyof typeof expected])).toBeLessThan(1e-10);
    });
  });

  it('nested differentiation gives them too: convolution and pooling are closed under it', () => {
    const { loss, groups, values } = buildConvolutional(golden);
    const few = groups.slice(0, 3);
    const { Hbar, D3 } = G.summary(loss, few, { engine: 'generic' });
    const [H, third] = G.evaluate([Hbar!, D3!], values);
    const corner = golden.Hbar.slice(0, 3).flatMap((row) => row.slice(0, 3));
    expect(relativeError(H!.data, corner)).toBeLessThan(1e-10);
    expect(relativeError(third!.data, golden.order3.slice(0, 3))).toBeLessThan(1e-10);
  });

  it.each([
    ['float64', 1e-10],
    ['float32', 1e-4],
  ] as const)('ONNX Runtime gives them in %s to %f', async (dtype, tolerance) => {
    const { loss, groups, values } = buildConvolutional(golden, dtype);
    const graph = graphOf(loss, G.summary(loss, groups));
    const results = await run(G.encode(graph), feedsFor(graph, values));
    for (const [output, numbers] of Object.entries(expected)) {
      expect(relativeError(results[output]!.data, numbers)).toBeLessThan(tolerance);
    }
  });
});
