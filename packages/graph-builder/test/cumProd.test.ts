import { describe, expect, it } from 'vitest';
import * as G from '../src/index.js';
import { expectAdjoint, expectDerivatives } from './laws.js';
import { expectNodeLaws } from './nodeLaws.js';
import { asValues, expectClose, feedsOf, fileOf, graphOf, label, type OneNode, refusalOf, wave } from './oneNode.js';
import { run } from './runtime.js';

const SHAPE = [3, 5, 2] as const;
const axisOperand = (axis: number) => ({ shape: [], data: [axis], dtype: 'int64' as const, stored: true });

/** Entries of each line along an axis multiplied one after another. */
const reference = (
  { shape, data }: G.Value,
  axis: number,
  { exclusive = false, reverse = false }: G.CumProdOptions,
): number[] => {
  const length = shape[axis]!;
  const inner = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
  return Array.from(data, (_, i) => {
    const place = Math.floor(i / inner) % length;
    const line = Array.from({ length }, (_, k) => data[i + (k - place) * inner]!);
    const [from, to] = reverse ? [place + Number(exclusive), length] : [0, place + 1 - Number(exclusive)];
    return line.slice(from, to).reduce((a, b) => a * b, 1);
  });
};

const options = [0, 1].flatMap((exclusive) => [0, 1].map((reverse) => ({ exclusive, reverse })));
const nodes: readonly OneNode[] = options.flatMap((attributes) =>
  [0, 1, -1].map((axis) => ({
    type: 'CumProd',
    // No batch on the axis that is multiplied along.
    operands: [{ shape: [...SHAPE], batch: axis !== 0 }, axisOperand(axis)],
    attributes,
    opset: 26,
  })),
);

describe('CumProd', () => {
  it.each(nodes.map((node) => [label(node), node] as const))('%s, imported and written again', async (_, node) => {
    const graph = graphOf(fileOf(node));
    const feeds = feedsOf(node);
    const values = asValues(feeds);
    const axis = (node.operands[1]!.data![0]! + 3) % 3;
    const { exclusive, reverse } = node.attributes as { exclusive: number; reverse: number };
    const wanted = reference(values.in0!, axis, { exclusive: exclusive === 1, reverse: reverse === 1 });
    const { value } = graph.outputs[0]!;
    expectClose(G.evaluate([value], values)[0]!.data, wanted, 1e-12);
    const again = await run(G.encode(graph), feeds);
    expectClose(again.out0!.data, wanted, 1e-6);
    expect(value.shape).toEqual(axis === 0 ? SHAPE : ['N', 5, 2]);
  });

  it.each([nodes[1]!, nodes.at(-2)!].map((node) => [label(node), node] as const))('%s: laws', async (_, node) => {
    await expectNodeLaws(node);
  });

  it.each(options)('derivatives where elements are 0, %s', ({ exclusive, reverse }) => {
    const x = G.input('x', [2, 5], 'float64') as G.Input;
    const data = Float64Array.from(wave([2, 5], 1));
    data.set([0, 0], 1);
    data[7] = 0;
    const y = G.cumProd(x, 1, { exclusive: exclusive === 1, reverse: reverse === 1 });
    expectDerivatives(y, [x], { x: { shape: [2, 5], data } });
    expectAdjoint(y, [x], { x: { shape: [2, 5], data } });
    const [slope] = G.evaluate(G.grad(G.reduceSum(y), [x]), { x: { shape: [2, 5], data } });
    expect([...slope!.data].every(Number.isFinite)).toBe(true);
  });

  it.each([1, 2, 3, 4, 7, 8, 9])('along %s elements', (length) => {
    const x = G.input('x', [length], 'float64');
    const value = { shape: [length], data: Float64Array.from(wave([length], 2)) };
    expectClose(G.evaluate([G.cumProd(x, 0)], { x: value })[0]!.data, reference(value, 0, {}), 1e-14);
  });

  it('of integers', () => {
    const node = {
      ...nodes[1]!,
      operands: [{ shape: [4], data: [2, 3, 0, 5], dtype: 'int64' as const }, axisOperand(0)],
    };
    expect([...G.evaluate([graphOf(fileOf(node)).outputs[0]!.value], asValues(feedsOf(node)))[0]!.data]).toEqual([
      2, 6, 0, 0,
    ]);
  });

  it('refuses an axis of unknown length', () => {
    const node = { ...nodes[0]!, operands: [{ shape: [3, 2], batch: true }, axisOperand(0)] };
    expect(refusalOf(fileOf(node)).message).toBe(
      'node "node" (CumProd) cannot be built: cumProd: float32[N, 2] must have an axis 0 of known length; give it as a number',
    );
  });
});
