/**
 * The stacked-tangent engine (docs/method.md): ḡ, H̄ and D3 from one forward pass, one reverse pass over activations, and stacks of tangents of
 * the groups: at order 2 of values alone, whose inner products make H̄, at order 3 of values and of adjoints. No reverse pass is
 * repeated.
 */

import { type Expr, topologicalOrder } from '../expr.js';
import { constant, tensor } from '../ops/constant.js';
import { gather } from '../ops/gather.js';
import { adjoints, stagesBetween } from '../transforms/vjp.js';
import { adjointTangentTerms } from './adjointTangents.js';
import { assembleGradient, assembleInnerProducts, assembleRows } from './assemble.js';
import type { Groups, Order, Summary } from './groups.js';
import { innerProducts } from './innerProducts.js';
import { mergeElementwise } from './pointwise.js';
import { mergeScales } from './scaledProducts.js';
import { parameterStacks, tangentsOf } from './tangents.js';

/** Groups in the order in which their parameters are first read, so that stacks grow at one end. */
const orderOfUse = (loss: Expr, groups: Groups): readonly number[] => {
  const owners = new Map<Expr, number[]>();
  groups.forEach((group, s) => {
    for (const { parameter } of group) owners.set(parameter, [...(owners.get(parameter) ?? []), s]);
  });
  const read = topologicalOrder([loss]).flatMap((node) => [node, ...node.args].flatMap((e) => owners.get(e) ?? []));
  return [...new Set([...read, ...groups.keys()])];
};

/** Entries along each of the given axes moved from the order of use back to the caller's. */
const restored = (value: Expr, order: readonly number[], axes: readonly number[]): Expr => {
  if (order.every((s, i) => s === i)) return value;
  const places = order.map((_, s) => order.indexOf(s));
  const indices = constant(tensor(places, [places.length], 'int64'));
  return axes.reduce((x, axis) => gather(x, indices, axis), value);
};

/**
 * ḡ [S], H̄ [S, S] (from order 2) and the signed D3 [S] (order 3) of a scalar loss along the groups' directions, exactly.
 * Derivatives are along +direction. Throws GraphError on a non-scalar loss or a direction unlike its parameter.
 */
export const stackedSummary = (loss: Expr, groups: Groups, order: Order = 3): Summary => {
  const use = orderOfUse(loss, groups);
  const { gbar, Hbar, D3 } = summaryInOrderOfUse(
    loss,
    use.map((s) => groups[s]!),
    order,
  );
  return {
    gbar: restored(gbar, use, [0]),
    ...(Hbar && { Hbar: restored(Hbar, use, [0, 1]) }),
    ...(D3 && { D3: restored(D3, use, [0]) }),
  };
};

const summaryInOrderOfUse = (loss: Expr, groups: Groups, order: Order): Summary => {
  const sources = parameterStacks(groups);
  const parameters = new Set(sources.keys());
  const stages = mergeScales(mergeElementwise(stagesBetween(parameters, [loss]), loss, parameters));
  const tangents = tangentsOf(sources, stages);
  const gbar = tangents.get(loss);
  if (order === 1) return assembleGradient(gbar, groups.length, loss.dtype);
  const lambdas = adjoints(new Map([[loss, constant(1, loss.dtype)]]), parameters, stages);
  if (order === 3)
    return assembleRows(gbar, adjointTangentTerms(parameters, stages, lambdas, tangents), groups.length, loss.dtype);
  const terms = [...stages].map(([node, stage]) =>
    innerProducts(node, stage, (arg) => tangents.get(arg), lambdas.get(node)),
  );
  return assembleInnerProducts(gbar, terms, groups.length, loss.dtype);
};
