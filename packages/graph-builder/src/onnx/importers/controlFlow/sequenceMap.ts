/** SequenceMap: a graph applied to each element of sequences, whose length is known when the file is read. */

import type { Importer } from '../../importer.js';
import { isSequence } from '../../sequences.js';
import { asTensor } from './stacks.js';

/**
 * One sequence for each of the body's outputs. Operands: sequences of one length, whose elements the body reads in turn, and tensors, which
 * it reads each time; the first is a sequence.
 *
 * Source: onnx.ai/onnx/operators/onnx__SequenceMap.html.
 */
export const sequenceMap: Importer = (n) => {
  const { length } = n.sequence(0);
  const operands = n.operands.map((_, i) => n.imported(i));
  const other = operands.findIndex((x) => isSequence(x) && x.length !== length);
  if (other >= 0) return n.fail(`maps sequences of different lengths: "${n.operands[0]}" and "${n.operands[other]}"`);
  const body = n.subgraph('body');
  const steps = Array.from({ length }, (_, i) =>
    body.import(
      operands.map((x) => (isSequence(x) ? x[i]! : x)),
      i,
    ),
  );
  return Array.from({ length: body.outputs }, (_, k) => steps.map((values) => asTensor(n, values[k]!)));
};
