/** The laws of derivatives for a file of one node, read in float64. */

import * as G from '../src/index.js';
import { expectAdjoint, expectDerivatives, expectOneSummary } from './laws.js';
import { asValues, feedsOf, fileOf, graphOf, type OneNode } from './oneNode.js';

/** Derivatives of the first output to third order in all floating-point operands, the adjoint, and both engines of the summary. */
export const expectNodeLaws = (node: OneNode): void => {
  const graph = graphOf(fileOf(node), { dtype: 'float64' });
  const xs = graph.inputs.filter((input) => G.isFloat(input.dtype));
  const y = graph.outputs[0]!.value;
  const values = asValues(feedsOf(node));
  expectDerivatives(y, xs, values, 1e-7);
  expectAdjoint(y, xs, values);
  expectOneSummary(y, xs, values);
};
