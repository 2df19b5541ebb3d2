import * as G from '@hograd/graph-builder';
import { describe, expect, it } from 'vitest';
import { findLayers } from '../src/index.js';
import { problemGraph } from './oracle.js';

const input = (name: string, ...shape: G.Dim[]): G.Input => G.input(name, shape, 'float64');
const described = (loss: G.Expr, parameters: readonly G.Input[]) =>
  findLayers(loss, parameters).map(({ weight, bias, inputs, outputs }) => [
    weight.attributes.name,
    bias?.attributes.name,
    inputs,
    outputs,
  ]);

describe('the layers of a graph', () => {
  const w = input('w', 3, 2);
  const b = input('b', 2);
  const x = input('x', 'N', 3);
  const sum = (e: G.Expr): G.Expr => G.reduceSum(G.tanh(e));

  it.each<[string, G.Expr, readonly G.Input[], readonly unknown[]]>([
    ['rows times a matrix', sum(G.add(G.matmul(x, w), b)), [w, b], [['w', 'b', 3, 2]]],
    ['the bias first', sum(G.add(b, G.matmul(x, w))), [w, b], [['w', 'b', 3, 2]]],
    ['a transposed matrix', sum(G.matmul(input('z', 'N', 2), G.transpose(w))), [w], [['w', undefined, 2, 3]]],
    [
      'a matrix times columns',
      sum(G.add(G.matmul(G.transpose(w), input('c', 3, 'N')), G.reshape(b, [2, 1]))),
      [w, b],
      [['w', 'b', 3, 2]],
    ],
    ['a scaled matrix', sum(G.add(G.matmul(x, G.mul(w, 0.5)), b)), [w, b], [['w', 'b', 3, 2]]],
    [
      'a matrix scaled and transposed',
      sum(G.matmul(input('z', 'N', 2), G.mul(G.transpose(G.mul(w, 2)), 3))),
      [w],
      [['w', undefined, 2, 3]],
    ],
    ['rows of rows', sum(G.add(G.matmul(input('s', 'N', 4, 3), w), b)), [w, b], [['w', 'b', 3, 2]]],
    [
      'a convolution',
      sum(G.add(G.conv(input('i', 'N', 2, 5, 5), input('k', 4, 2, 3, 3)), G.reshape(input('kb', 4), [4, 1, 1]))),
      [input('k', 4, 2, 3, 3), input('kb', 4)],
      [['k', 'kb', 18, 4]],
    ],
  ])('are found: %s', (_, loss, parameters, expected) => {
    expect(described(loss, parameters)).toEqual(expected);
  });

  it.each<[string, G.Expr, readonly G.Input[]]>([
    ['a parameter that is read twice', sum(G.add(G.matmul(x, w), G.reduceSum(w))), [w]],
    ['a parameter that is only multiplied entry by entry', sum(G.mul(x, input('gain', 3))), [input('gain', 3)]],
    ['a matrix scaled by what is not known', sum(G.matmul(x, G.mul(w, input('s')))), [w]],
    [
      'a convolution with groups',
      sum(G.conv(input('i', 'N', 2, 5, 5), input('g', 4, 1, 3, 3), { groups: 2 })),
      [input('g', 4, 1, 3, 3)],
    ],
    [
      'the product of a square matrix with itself',
      sum(G.matmul(input('q', 3, 3), input('q', 3, 3))),
      [input('q', 3, 3)],
    ],
  ])('do not include %s', (_, loss, parameters) => {
    expect(described(loss, parameters)).toEqual([]);
  });

  it.each<[string, G.Expr]>([
    [
      'when it is added to the rows',
      sum(G.add(G.matmul(x, G.matmul(w, G.constant(G.tensor([1, 2, 3, 4], [2, 2], 'float64')))), b)),
    ],
    ['when others read it', sum(G.add(G.add(G.matmul(x, w), b), G.reduceSum(b)))],
    ['when others read the product', G.add(sum(G.add(G.matmul(x, w), b)), sum(G.matmul(x, w)))],
  ])('leave the bias apart %s', (_, loss) => {
    expect(described(loss, [w, b])).toEqual(described(loss, [w]));
  });

  it('are those of a model that came from a file', () => {
    const { loss, parameters } = problemGraph('convolution', 'float32');
    const decoded = G.decode(G.encode(G.makeGraph([{ name: 'loss', value: loss }], parameters)));
    if (decoded._tag === 'Left') throw new Error(decoded.left.message);
    const names = new Set(parameters.map((p) => p.attributes.name));
    const own = decoded.right.inputs.filter((i) => names.has(i.attributes.name));
    const expected = [
      ['0.weight', '0.bias', 18, 3],
      ['2.weight', '2.bias', 18, 2],
      ['5.weight', '5.bias', 8, 3],
    ];
    expect(described(G.outputNamed('loss')(decoded.right)!, own)).toEqual(expected);
    expect(described(loss, parameters)).toEqual(expected);
  });
});
