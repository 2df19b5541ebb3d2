/** Loop, where the number of its steps is known when the file is read: they are written out one after the other. */

import type { Expr } from '../../../expr.js';
import { constant, tensor } from '../../../ops/constant.js';
import type { DType } from '../../../tensor.js';
import type { Importer, ImportNode, Subgraph } from '../../importer.js';
import { type Imported, isSequence } from '../../sequences.js';
import { knownDims, knownDimsOf } from '../known.js';
import { asTensor, noEntries, stacked } from './stacks.js';

const CURE =
  'its steps are written out one by one: make their number a constant when exporting (a fixed sequence length, `range` of a number), or keep the loop out of the exported model';

/** Operands 0 and 1, which may be left out: the most steps, and whether there is a first. */
const one = (n: ImportNode, i: number, otherwise: number): number => {
  if (n.optional(i) === undefined) return otherwise;
  const given = knownDims(n, i, CURE);
  if (given.length !== 1) return n.fail(`needs one number as operand ${i}, got ${given.length}`);
  return typeof given[0] === 'number'
    ? given[0]
    : n.fail(`runs as many steps as the symbolic length ${given[0]} says; ${CURE}`);
};

/** The condition that a step leaves. Fails where it is computed from data, and where runtimes differ on what it does. */
const goesOn = (n: ImportNode, condition: Imported, step: number): boolean => {
  const known = isSequence(condition) ? undefined : knownDimsOf(condition);
  if (known?.length !== 1 || typeof known[0] !== 'number')
    return n.fail(
      `needs its condition after step ${step} to be known when the file is read, but it is computed from data; ${CURE}`,
    );
  const going = known[0] !== 0;
  if (!going && n.optional(1) === undefined)
    return n.fail(
      `has no condition as operand 1, but its body gives one that is false after step ${step}, which the specification ignores and ONNX Runtime does not; give the node a condition, true at first`,
    );
  return going;
};

/** One number in the shape that the body declares for it. */
const scalar = (value: number, dtype: DType, rank: number | undefined): Expr =>
  constant(tensor([value], rank === 1 ? [1] : [], dtype));

interface Run {
  readonly carried: readonly Imported[];
  /** For each step what its scan outputs give. */
  readonly given: readonly (readonly Imported[])[];
}

const run = (n: ImportNode, body: Subgraph, initial: readonly Imported[], most: number, begins: boolean): Run => {
  const given: (readonly Imported[])[] = [];
  let [carried, going] = [initial, begins];
  for (let step = 0; step < most && going; step++) {
    const [condition, ...values] = stepOf(body, carried, step);
    carried = values.slice(0, initial.length);
    given.push(values.slice(initial.length));
    going = goesOn(n, condition!, step);
  }
  return { carried, given };
};

const stepOf = (body: Subgraph, carried: readonly Imported[], step: number): readonly Imported[] =>
  body.import([scalar(step, 'int64', body.ranks[0]), scalar(1, 'bool', body.ranks[1]), ...carried], step);

/**
 * What is carried after the last step, then what each step gives, stacked along a new first axis. Operands: the most steps and the
 * condition before the first, either of which may be left out, and what is carried: tensors, whose shapes may change from step to step,
 * or sequences. The number of steps, and the condition after each, must follow from constants, shapes and the number of the step.
 *
 * Source: onnx.ai/onnx/operators/onnx__Loop.html, version 25.
 */
export const loop: Importer = (n) => {
  const initial = n.operands.slice(2).map((_, i) => n.imported(i + 2));
  const body = n.subgraph('body');
  const scans = body.outputs - 1 - initial.length;
  if (scans < 0)
    return n.fail(`carries ${initial.length} values, but its body gives ${body.outputs}; the condition is one more`);
  const most = one(n, 0, Number.POSITIVE_INFINITY);
  const begins = one(n, 1, 1) !== 0;
  if (most === Number.POSITIVE_INFINITY && n.optional(1) === undefined)
    return n.fail('has neither a number of steps nor a condition, and so never ends');
  const { carried, given } = run(n, body, initial, most, begins);
  const asked = n.outputs.length > initial.length ? scans : 0;
  // Only the body says what a step that never comes would give.
  const like = asked > 0 && given.length === 0 ? stepOf(body, initial, 0).slice(1 + initial.length) : [];
  const stacks = Array.from({ length: asked }, (_, k) =>
    like[k]
      ? noEntries(asTensor(n, like[k]), 0)
      : stacked(
          n,
          given.map((values) => asTensor(n, values[k]!)),
          0,
        ),
  );
  return [...carried, ...stacks];
};
