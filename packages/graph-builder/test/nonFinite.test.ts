import { describe, expect, it } from 'vitest';
import * as G from '../src/index.js';
import { asValues, expectImported, feedsOf, fileOf, graphOf, label, type OneNode, type Operand } from './oneNode.js';

const data = [1.5, Number.NaN, Number.POSITIVE_INFINITY, -0, Number.NEGATIVE_INFINITY, 3e38, -3e38, Number.NaN];
const x = (dtype: G.DType): Operand => ({ shape: [2, 4], data, dtype, batch: true });
const outputs = ['bool' as const];

const nodes: readonly OneNode[] = (['float32', 'float64'] as const).flatMap((dtype) => [
  ...[9, 13, 20].map((opset) => ({ type: 'IsNaN', operands: [x(dtype)], outputs, opset })),
  ...[10, 20].map((opset) => ({ type: 'IsInf', operands: [x(dtype)], outputs, opset })),
  ...[0, 1].flatMap((detect_negative) =>
    [0, 1].map((detect_positive) => ({
      type: 'IsInf',
      operands: [x(dtype)],
      attributes: { detect_negative, detect_positive },
      outputs,
    })),
  ),
]);

describe('which elements are finite, imported and written again', () => {
  it.each(nodes.map((node) => [`${label(node)} ${node.operands[0]!.dtype}`, node] as const))('%s', async (_, node) => {
    const graph = await expectImported(fileOf(node), feedsOf(node));
    expect(graph.outputs[0]!.value).toMatchObject({ dtype: 'bool', shape: ['N', 4] });
  });
  it('passes no derivative, and what is put in the place of NaN takes none', () => {
    const node: OneNode = { type: 'IsNaN', operands: [x('float64')], outputs };
    const graph = graphOf(fileOf(node));
    const [input] = graph.inputs;
    const kept = G.where(graph.outputs[0]!.value, G.constant(0, 'float64'), G.mul(input!, 3));
    const [gradient] = G.grad(G.reduceSum(kept), [input!]);
    const [found] = G.evaluate([gradient!], asValues(feedsOf(node)));
    expect(Array.from(found!.data)).toEqual([3, 0, 3, 3, 3, 3, 3, 0]);
  });
});
