/** What of a graph is read at all, and whether hograd can. */

import { DecodeFailure } from './errors.js';
import { importerOf } from './importers/domains.js';
import { type PlacedNode, titleOf } from './localFunctions.js';
import { domainOf } from './model.js';
import { namesInside } from './nested.js';

/** Names of values that the wanted outputs depend on. */
export const neededValues = (nodes: readonly PlacedNode[], outputs: readonly string[]): ReadonlySet<string> => {
  const needed = new Set(outputs);
  for (const { node } of [...nodes].reverse()) {
    if (!(node.output ?? []).some((o) => needed.has(o))) continue;
    for (const name of [...(node.input ?? []), ...namesInside(node)]) needed.add(name);
  }
  return needed;
};

/** Throws DecodeFailure (UnsupportedOperators) with every node without an importer, where a needed one is among them. */
export const checkSupport = (placed: readonly PlacedNode[], needed: ReadonlySet<string>): void => {
  const nodes = placed
    .map(({ node }) => node)
    .filter((node) => importerOf(node) === undefined)
    .map((node) => ({
      name: titleOf(node),
      opType: domainOf(node.domain) ? `${node.domain}.${node.opType}` : (node.opType ?? ''),
      onPath: (node.output ?? []).some((o) => needed.has(o)),
    }));
  if (!nodes.some((n) => n.onPath)) return;
  const text = nodes
    .map((n) => `${n.opType} ("${n.name}"${n.onPath ? '' : ', not on the path to the outputs'})`)
    .join(', ');
  throw new DecodeFailure({
    _tag: 'UnsupportedOperators',
    nodes,
    message: `${nodes.length} unsupported node${nodes.length > 1 ? 's' : ''}: ${text}; replace them or export the model without them`,
  });
};
