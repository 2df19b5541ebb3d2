/** Einsum: sums of products over named axes, as transpositions, diagonals, sums and matrix products. */

import { addDims, type Dim, productOfDims } from '../dim.js';
import { GraphError } from '../error.js';
import { commonDType, describe, type Expr } from '../expr.js';
import { gather } from '../ops/gather.js';
import { dimScalar, iota } from '../ops/iota.js';
import { matmul } from '../ops/matmul.js';
import { mul } from '../ops/mul.js';
import { reduceSum } from '../ops/reduceSum.js';
import { reshape } from '../ops/reshape.js';
import { transpose } from '../ops/transpose.js';
import { parseEquation } from './equation.js';

/** A tensor whose axes have names. */
interface Labelled {
  readonly value: Expr;
  readonly labels: readonly string[];
}

const lengthOf = ({ value, labels }: Labelled, label: string): Dim => value.shape[labels.indexOf(label)]!;

/** Axes in the order of `labels`, which are all of them. */
const arranged = ({ value, labels }: Labelled, order: readonly string[]): Expr =>
  transpose(
    value,
    order.map((label) => labels.indexOf(label)),
  );

/** An axis named twice becomes one: the diagonal, picked out of both axes laid end to end. */
const diagonal = (operand: Labelled): Labelled => {
  const { value, labels } = operand;
  const first = labels.findIndex((label, i) => labels.indexOf(label, i + 1) > i);
  if (first < 0) return operand;
  const second = labels.indexOf(labels[first]!, first + 1);
  const [length, other] = [value.shape[first]!, value.shape[second]!];
  if (length !== other)
    throw new GraphError('einsum', `${describe(value)} has no diagonal over axes ${first} and ${second}`, [
      length!,
      other!,
    ]);
  const rest = labels.map((_, i) => i).filter((i) => i !== first && i !== second);
  const pairs = reshape(transpose(value, [...rest, first, second]), [
    ...rest.map((i) => value.shape[i]!),
    productOfDims([length, length]),
  ]);
  const positions = mul(iota(length), dimScalar(addDims(length, 1)));
  return diagonal({
    value: gather(pairs, positions, rest.length),
    labels: [...rest.map((i) => labels[i]!), labels[first]!],
  });
};

/** Each label's length: the one length other than 1 among the operands that have it. */
const lengthsOf = (equation: string, operands: readonly Labelled[]): ReadonlyMap<string, Dim> => {
  const lengths = new Map<string, Dim>();
  for (const { value, labels } of operands) {
    labels.forEach((label, axis) => {
      const [own, so] = [value.shape[axis]!, lengths.get(label) ?? 1];
      if (own !== 1 && so !== 1 && own !== so)
        throw new GraphError('einsum', `"${equation}" has "${label}" with the lengths ${so} and ${own}`, [so, own]);
      if (so === 1) lengths.set(label, own);
    });
  }
  return lengths;
};

/** An axis of length 1 that another operand has longer says nothing: it is left out. */
const withoutBroadcast = ({ value, labels }: Labelled, lengths: ReadonlyMap<string, Dim>): Labelled => {
  const kept = labels.filter((label, axis) => value.shape[axis] !== 1 || lengths.get(label) === 1);
  return {
    value: reshape(
      value,
      kept.map((label) => value.shape[labels.indexOf(label)]!),
    ),
    labels: kept,
  };
};

/** Sums over the axes that nobody asks for. */
const summed = ({ value, labels }: Labelled, wanted: ReadonlySet<string>): Labelled => ({
  value: reduceSum(
    value,
    labels.map((_, axis) => axis).filter((axis) => !wanted.has(labels[axis]!)),
  ),
  labels: labels.filter((label) => wanted.has(label)),
});

/** Σ a·b over the axes that both have and nobody else asks for. */
const contracted = (left: Labelled, right: Labelled, wanted: ReadonlySet<string>): Labelled => {
  const a = summed(left, new Set([...wanted, ...right.labels]));
  const b = summed(right, new Set([...wanted, ...left.labels]));
  const shared = a.labels.filter((label) => b.labels.includes(label));
  const batch = shared.filter((label) => wanted.has(label));
  const inner = shared.filter((label) => !wanted.has(label));
  const [rows, columns] = [a, b].map((x) => x.labels.filter((label) => !shared.includes(label))) as [
    string[],
    string[],
  ];
  const lengths = (x: Labelled, labels: readonly string[]): Dim[] => labels.map((label) => lengthOf(x, label));
  const labels = [...batch, ...rows, ...columns];
  if (inner.length === 0 || (rows.length === 0 && columns.length === 0)) {
    const ones = rows.map(() => 1);
    const onLeft = arranged(a, [...batch, ...rows, ...inner]);
    const onRight = arranged(b, [...batch, ...columns, ...inner]);
    // Where inner axes are left there are neither rows nor columns: both operands have the same axes.
    const x = inner.length > 0 ? onLeft : reshape(onLeft, [...onLeft.shape, ...columns.map(() => 1)]);
    const y = reshape(onRight, [...lengths(b, batch), ...ones, ...lengths(b, [...columns, ...inner])]);
    const product = mul(x, y);
    return {
      value: reduceSum(
        product,
        inner.map((_, i) => labels.length + i),
      ),
      labels,
    };
  }
  const [m, k, n] = [lengths(a, rows), lengths(a, inner), lengths(b, columns)].map(productOfDims) as [Dim, Dim, Dim];
  const outer = lengths(a, batch);
  const x = reshape(arranged(a, [...batch, ...rows, ...inner]), [...outer, m, k]);
  const y = reshape(arranged(b, [...batch, ...inner, ...columns]), [...outer, k, n]);
  return { value: reshape(matmul(x, y), [...outer, ...lengths(a, rows), ...lengths(b, columns)]), labels };
};

/**
 * Einstein summation as numpy and ONNX write it: `'bij,bjk->bik'`, `'...i,...i'`, `'ii->i'`, without "->" the letters that
 * occur once in ASCII order. Operands are multiplied from left to right. Throws GraphError on an equation that does not parse
 * or does not fit the operands [one term each, one letter an axis].
 */
export const einsum = (equation: string, operands: readonly Expr[]): Expr => {
  if (operands.length === 0) throw new GraphError('einsum', `"${equation}" needs an operand`);
  commonDType('einsum', operands);
  const { operands: terms, result } = parseEquation(
    equation,
    operands.map((x) => x.shape.length),
  );
  const plain = operands.map((value, i) => diagonal({ value, labels: terms[i]! }));
  const lengths = lengthsOf(equation, plain);
  const [first, ...rest] = plain.map((operand) => withoutBroadcast(operand, lengths)) as [Labelled, ...Labelled[]];
  const product = rest.reduce(
    (left, right, i) => contracted(left, right, new Set([...result, ...rest.slice(i + 1).flatMap((x) => x.labels)])),
    first,
  );
  return arranged(summed(product, new Set(result)), result);
};
