/** The order in which ONNX Runtime executes a file's nodes. */

import type { WrittenNode } from './writtenNodes.js';

/**
 * The nodes in the runtime's default order: a depth-first search backwards, from the nodes that nobody reads to their operands, a node
 * being done after all that it reads (GraphViewer's topological order by Graph::ReverseDFSFrom, operands by the node's place in the
 * file). It is not the file's order, and what is alive at once depends on it.
 */
export const executionOrder = (nodes: readonly WrittenNode[]): readonly WrittenNode[] => {
  const producers = new Map<string, number>();
  nodes.forEach(({ outputs }, place) => {
    for (const name of outputs) producers.set(name, place);
  });
  const read = new Set(nodes.flatMap(({ inputs }) => inputs));
  const places = nodes.map((_, place) => place);
  const stack = places
    .filter((place) => !nodes[place]!.outputs.some((name) => read.has(name)))
    .map((place) => ({ place, leaving: false }));
  const entered = new Set<number>();
  const order: WrittenNode[] = [];
  while (stack.length > 0) {
    const { place, leaving } = stack.pop()!;
    if (leaving) {
      order.push(nodes[place]!);
      continue;
    }
    if (entered.has(place)) continue;
    entered.add(place);
    stack.push({ place, leaving: true });
    const before = new Set(nodes[place]!.inputs.flatMap((name) => producers.get(name) ?? []));
    for (const operand of [...before].sort((a, b) => a - b)) {
      if (!entered.has(operand)) stack.push({ place: operand, leaving: false });
    }
  }
  return order;
};
