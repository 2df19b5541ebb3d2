/** Import of com.microsoft's products and convolutions with what was fused into them. */

import { describe, type Expr } from '../../../expr.js';
import { celu } from '../../../ops/celu.js';
import { clip } from '../../../ops/clip.js';
import { geluTanh } from '../../../ops/gelu.js';
import { matmul } from '../../../ops/matmul.js';
import { mul } from '../../../ops/mul.js';
import { matrixTranspose, transpose } from '../../../ops/transpose.js';
import type { Importer, ImportNode } from '../../importer.js';
import { convolved } from '../convolution.js';
import { gemm } from '../gemm.js';
import { type ActivationKind, activationKinds, activationNamed } from '../recurrent/activations.js';
import { plus } from './activations.js';

const kinds: ReadonlyMap<string, ActivationKind> = new Map<string, ActivationKind>([
  ...activationKinds,
  ['Celu', { otherwise: [1], of: celu }],
  ['Clip', { otherwise: [undefined, undefined], of: clip }],
]);

/** The fused activation of x, if any, its parameters by the name of their attribute and their value. */
const activated = (n: ImportNode, x: Expr, parameter: Parameters<typeof activationNamed>[3]): Expr => {
  const name = n.string('activation', '');
  return name === '' ? x : activationNamed(n, name, kinds, parameter)(x);
};

const fusedGemm: Importer = (n) => [
  activated(n, gemm(n), (i) => {
    const attribute = ['activation_alpha', 'activation_beta'][i]!;
    return { attribute, value: n.attributes.includes(attribute) ? n.float(attribute, 0) : undefined };
  }),
];

const fusedConv: Importer = (n) => {
  const parameters = n.floats('activation_params') ?? [];
  const sum = plus(convolved(n), n.optional(3));
  return [activated(n, sum, (i) => ({ attribute: 'activation_params', value: parameters[i] }))];
};

/** An operand, its first axis moved behind the other batch axes and its last two swapped where the attributes say so. */
const arranged = (n: ImportNode, i: number, side: 'A' | 'B'): Expr => {
  const x = n.input(i);
  const rank = x.shape.length;
  const [batch, last] = [n.int(`transBatch${side}`, 0) !== 0, n.int(`trans${side}`, 0) !== 0];
  if (batch && rank < 3) return n.fail(`has transBatch${side}, for which ${describe(x)} has no batch axis`);
  const axes = x.shape.map((_, axis) => axis);
  const moved = batch ? transpose(x, [...axes.slice(1, -1), 0, rank - 1]) : x;
  return last && rank > 1 ? matrixTranspose(moved) : moved;
};

const fusedMatMul: Importer = (n) => [mul(matmul(arranged(n, 0, 'A'), arranged(n, 1, 'B')), n.float('alpha', 1))];

export const fusedProducts: Readonly<Record<string, Importer>> = {
  FusedConv: fusedConv,
  FusedGemm: fusedGemm,
  FusedMatMul: fusedMatMul,
  GemmFastGelu: (n) => [geluTanh(plus(matmul(n.input(0), n.input(1)), n.optional(2)))],
  TransposeMatMul: fusedMatMul,
};
