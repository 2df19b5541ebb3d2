/** The laws of derivatives for a file of one node, read in float64. */

import * as G from '../src/index.js';
import { expectAdjoint, expectDerivatives, expectOneSummary } from './laws.js';
import { asValues, expectClose, feedsOf, fileOf, graphOf, type OneNode } from './oneNode.js';
import { feedsFor, run } from './runtime.js';

/** The gradient of Σ sin(y)·y in ONNX Runtime, in both precisions, is the interpreter's. */
const expectGradientRuns = async (node: OneNode): Promise<void> => {
  const values = asValues(feedsOf(node));
  for (const [dtype, tolerance] of [
    ['float64', 1e-10],
    ['float32', 1e-4],
  ] as const) {
    const graph = graphOf(fileOf(node), { dtype });
    const xs = graph.inputs.filter((input) => G.isFloat(input.dtype));
    const y = graph.outputs[0]!.value;
    const slopes = G.grad(G.reduceSum(G.mul(G.sin(y), y)), xs);
    const gradient = G.makeGraph(slopes.map((value, i) => ({ name: `slope${i}`, value })));
    const results = await run(G.encode(gradient), feedsFor(gradient, values));
    G.evaluate(slopes, values).forEach(({ data }, i) => {
      expectClose(results[`slope${i}`]!.data, [...data], tolerance);
    });
  }
};

/** Derivatives of the first output to third order in all floating-point operands, the adjoint, both engines of the summary, the runtime. */
export const expectNodeLaws = async (node: OneNode): Promise<void> => {
  const graph = graphOf(fileOf(node), { dtype: 'float64' });
  const xs = graph.inputs.filter((input) => G.isFloat(input.dtype));
  const y = graph.outputs[0]!.value;
  const values = asValues(feedsOf(node));
  expectDerivatives(y, xs, values, 1e-7);
  expectAdjoint(y, xs, values);
  expectOneSummary(y, xs, values);
  await expectGradientRuns(node);
};
