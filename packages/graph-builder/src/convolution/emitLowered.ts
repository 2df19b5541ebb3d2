/** Writing an operation as the expressions it is made of, where one ONNX operator does not say it. */

import { type Expr, topologicalOrder } from '../expr.js';
import type { Emitter } from '../op.js';
import { isConstant } from '../ops/constant.js';

/** Parts already written for each file, so that operations over the same operand share their slices. */
const written = new WeakMap<Emitter, Set<Expr>>();

/** Writes `lowered`, an expression over operands of `node`, and returns its name. */
export const emitLowered = (node: Expr, lowered: Expr, emitter: Emitter): string => {
  const own = written.get(emitter) ?? new Set<Expr>();
  written.set(emitter, own);
  const before = new Set(topologicalOrder(node.args));
  for (const part of topologicalOrder([lowered])) {
    const known =
      isConstant(part) || own.has(part) || before.has(part) || (emitter.contains(part) && part.id < node.id);
    if (known) continue;
    emitter.bind(part, part.op.emit(part, emitter));
    own.add(part);
  }
  return emitter.name(lowered);
};
