/**
 * Activations of RNN, LSTM and GRU, as the operators' ONNX pages list them (onnx.ai/onnx/operators/onnx__LSTM.html and its neighbours).
 */

import type { Expr } from '../../../expr.js';
import { add } from '../../../ops/add.js';
import { elu } from '../../../ops/elu.js';
import { hardSigmoid } from '../../../ops/hardSigmoid.js';
import { leakyRelu } from '../../../ops/leakyRelu.js';
import { mul } from '../../../ops/mul.js';
import { relu } from '../../../ops/relu.js';
import { sigmoid } from '../../../ops/sigmoid.js';
import { softplus } from '../../../ops/softplus.js';
import { softsign } from '../../../ops/softsign.js';
import { tanh } from '../../../ops/tanh.js';
import { thresholdedRelu } from '../../../ops/thresholdedRelu.js';
import type { ImportNode } from '../../importer.js';

export type Activation = (x: Expr) => Expr;

export interface ActivationKind {
  /** The values of alpha and beta, as many as it takes, where the file gives none; undefined where it must. */
  readonly otherwise: readonly (number | undefined)[];
  readonly of: (x: Expr, alpha: number, beta: number) => Expr;
}

export const activationKinds: ReadonlyMap<string, ActivationKind> = new Map<string, ActivationKind>([
  ['Affine', { otherwise: [undefined, undefined], of: (x, alpha, beta) => add(mul(x, alpha), beta) }],
  ['Elu', { otherwise: [1], of: elu }],
  ['HardSigmoid', { otherwise: [0.2, 0.5], of: hardSigmoid }],
  ['LeakyRelu', { otherwise: [0.01], of: leakyRelu }],
  ['Relu', { otherwise: [], of: relu }],
  ['ScaledTanh', { otherwise: [undefined, undefined], of: (x, alpha, beta) => mul(tanh(mul(x, beta)), alpha) }],
  ['Sigmoid', { otherwise: [], of: sigmoid }],
  ['Softplus', { otherwise: [], of: softplus }],
  ['Softsign', { otherwise: [], of: softsign }],
  ['Tanh', { otherwise: [], of: tanh }],
  ['ThresholdedRelu', { otherwise: [1], of: thresholdedRelu }],
]);

/** The activation of that name, its alpha and beta from `parameter`, 0 and 1, or by default; fails where there is none. */
export const activationNamed = (
  n: ImportNode,
  name: string,
  kinds: ReadonlyMap<string, ActivationKind>,
  parameter: (i: number) => { readonly attribute: string; readonly value: number | undefined },
): Activation => {
  const kind = kinds.get(name) ?? n.fail(`has the activation "${name}"; supported are ${[...kinds.keys()].join(', ')}`);
  const [alpha, beta] = kind.otherwise.map((otherwise, i) => {
    const { attribute, value } = parameter(i);
    return value ?? otherwise ?? n.fail(`has the activation ${name}, for which ${attribute} lacks a value`);
  });
  return (x) => kind.of(x, alpha!, beta!);
};

/**
 * The node's activations, those of the first direction first; `usual` are the names of one direction where the file gives none.
 * activation_alpha and activation_beta hold a value for each activation that takes one, in order. Fails where a name is none of
 * ONNX's, where there are not as many as the directions need, and where Affine or ScaledTanh, which have no defaults, lack a value.
 */
export const activationsOf = (n: ImportNode, directions: number, usual: readonly string[]): readonly Activation[] => {
  const needed = Array.from({ length: directions }, () => usual).flat();
  const named = n.strings('activations');
  const names = named && named.length > 0 ? named : needed;
  if (names.length !== needed.length)
    return n.fail(`names ${names.length} activations (${names.join(', ')}); it needs ${needed.length}`);
  const given = ['activation_alpha', 'activation_beta'].map((name) => ({ name, left: [...(n.floats(name) ?? [])] }));
  return names.map((name) => {
    return activationNamed(n, name, activationKinds, (i) => ({
      attribute: given[i]!.name,
      value: given[i]!.left.shift(),
    }));
  });
};
