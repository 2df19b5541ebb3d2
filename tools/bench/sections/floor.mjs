// The floor of products (design: one forward pass, one adjoint over activations, one tangent for each group that has reached a
// value): how many multiply-adds in matrix products and convolutions the method cannot do without, from the loss's own graph.
import { elementCount, evaluateDim, isFloat, topologicalOrder } from '@hograd/graph-builder';

const NONE = new Set();

const common = (a, b) => [...a].filter((g) => b.has(g)).length;

const union = (sets) => new Set(sets.flatMap((set) => [...set]));

/** Multiply-adds of one matrix product or convolution; 0 for other operations. */
const multiplyAddsOf = ({ op, args, shape }, length) => {
  const size = (dims) => elementCount(dims.map(length));
  if (op.name === 'matmul') return size(shape) * length(args[0].shape.at(-1));
  if (op.name === 'conv') return size(shape) * size(args[1].shape.slice(1));
  return 0;
};

const isProduct = ({ op }) => op.name === 'matmul' || op.name === 'conv';

/**
 * What reaches each node of the loss: the groups with a first- and with a second-order tangent, and whether an adjoint is
 * wanted there (because the node, or one before it, is curved along some group).
 */
const walk = (loss, groups) => {
  const own = new Map();
  groups.forEach((group, s) => {
    for (const { parameter } of group) own.set(parameter, new Set([...(own.get(parameter) ?? []), s]));
  });
  const reach = new Map();
  const of = (node) => reach.get(node) ?? { first: NONE, second: NONE, adjoint: false, moves: false };
  for (const node of topologicalOrder([loss])) {
    if (own.has(node)) {
      reach.set(node, { first: own.get(node), second: NONE, adjoint: false, moves: true });
      continue;
    }
    if (!node.op.differential || !isFloat(node.dtype)) continue;
    const args = node.args.map(of);
    const { kind } = node.op.differential.curvature;
    const bent =
      kind === 'diagonal'
        ? args[0].first
        : kind === 'bilinear'
          ? new Set([...args[0].first].filter((g) => args[1].first.has(g)))
          : NONE;
    const curved =
      kind === 'diagonal' ? args[0].first.size > 0 : kind === 'bilinear' && args.every((a) => a.first.size > 0);
    reach.set(node, {
      first: union(args.map((a) => a.first)),
      second: union([...args.map((a) => a.second), bent]),
      adjoint: curved || args.some((a) => a.adjoint),
      moves: args.some((a) => a.moves),
    });
  }
  return of;
};

/** Products of one node, in units of its own: what each task needs beside the forward pass. */
const timesNeeded = (a, b) => {
  const gradient = 1 + Number(a.moves) + Number(b.moves);
  const curved = a.first.size > 0 && b.first.size > 0;
  const tangents = a.first.size + b.first.size;
  const order2 = 1 + Number(a.adjoint) + Number(b.adjoint) + tangents;
  const vjps = [
    [a, b],
    [b, a],
  ].map(([from, to]) => ({ second: from.first.size, third: from.first.size + common(to.first, from.second) }));
  const least = (key) => (curved ? Math.min(...vjps.map((v) => v[key])) : 0);
  return {
    gradient,
    order2: order2 + least('second'),
    order3: order2 + least('third') + a.second.size + b.second.size + common(a.first, b.first),
  };
};

/** { gradient, order2, order3 }: the floor in multiply-adds of each task, with the symbols of `lengths` bound. */
export const floorOf = (loss, groups, lengths) => {
  const bound = new Map(Object.entries(lengths));
  const length = (dim) => evaluateDim(bound)(dim);
  const reach = walk(loss, groups);
  const floor = { gradient: 0, order2: 0, order3: 0 };
  for (const node of topologicalOrder([loss]).filter(isProduct)) {
    const once = multiplyAddsOf(node, length);
    const times = timesNeeded(...node.args.map(reach));
    for (const task of Object.keys(floor)) floor[task] += once * times[task];
  }
  return floor;
};
