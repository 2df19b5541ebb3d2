/** What is timed of a model, each task a graph of its own: the loss, derivatives along a direction, summaries. */

import { type Expr, grad, hvp, type Order, type Output } from '@hograd/graph-builder';
import type { Partition } from '@hograd/partition';
import type { LossModel } from '../model.js';
import { directionOf, summaryOutputs } from '../summaryOutputs.js';

export type Engine = 'stacked' | 'generic';

export interface Task {
  readonly name: string;
  /** Builds the graph's outputs. */
  readonly outputs: () => readonly Output[];
}

/** The task that others' times are divided by. */
export const GRADIENT = 'gradient';
export const PRODUCT = 'hvp';

/**
 * The loss; the gradient (with the loss); from order 2 on the product of the Hessian with one vector, and the summaries of
 * orders 2 to `order` (order 1: that of order 1) by each engine, in the partition's groups. Outputs of the gradient and the
 * product are named TASK.PARAMETER.
 */
export const tasksOf = (
  model: LossModel,
  partition: Partition,
  order: Order,
  engines: readonly Engine[],
): readonly Task[] => {
  const { loss, parameters } = model;
  const lossOutput = { name: 'loss', value: loss };
  const named = (prefix: string, values: readonly Expr[]): readonly Output[] =>
    values.map((value, i) => ({ name: `${prefix}.${parameters[i]!.attributes.name}`, value }));
  const orders: readonly Order[] = order === 1 ? [1] : ([2, 3] as const).filter((o) => o <= order);
  return [
    { name: 'loss', outputs: () => [lossOutput] },
    { name: GRADIENT, outputs: () => [lossOutput, ...named(GRADIENT, grad(loss, parameters))] },
    ...(order > 1
      ? [{ name: PRODUCT, outputs: () => named(PRODUCT, hvp(loss, parameters, parameters.map(directionOf))) }]
      : []),
    ...engines.flatMap((engine) =>
      orders.map((o) => ({
        name: `${engine}-order-${o}`,
        outputs: () => summaryOutputs(model, partition, { order: o, engine }),
      })),
    ),
  ];
};
