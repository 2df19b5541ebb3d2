/** Scan over an axis of known length: its steps are written out one after the other. */

import type { Expr } from '../../../expr.js';
import { entry } from '../../../ops/entries.js';
import { normalizeAxis } from '../../../shape.js';
import type { Importer, ImportNode } from '../../importer.js';
import type { Imported } from '../../sequences.js';
import { asTensor, stacked } from './stacks.js';

/** Attribute `name` for each of `count` operands or results: a whole number, 0 where the file leaves it out. */
const each = (n: ImportNode, name: string, count: number): readonly number[] => {
  const given = n.ints(name) ?? [];
  if (given.length > 0 && given.length !== count)
    return n.fail(`has ${given.length} ${name} for ${count} of its values`);
  return Array.from({ length: count }, (_, i) => given[i] ?? 0);
};

/** The same, where each is 0 (in order) or 1 (from the last to the first). */
const reversals = (n: ImportNode, name: string, count: number): readonly boolean[] =>
  each(n, name, count).map((v) => (v === 0 || v === 1 ? v === 1 : n.fail(`has ${v} in ${name}; it must be 0 or 1`)));

interface Read {
  readonly x: Expr;
  readonly axis: number;
  readonly reversed: boolean;
}

const stepCount = (n: ImportNode, reads: readonly Read[]): number => {
  const lengths = reads.map(({ x, axis }) => x.shape[axis]!);
  const [length] = lengths;
  if (lengths.some((other) => other !== length))
    return n.fail(`scans axes of different lengths: ${lengths.join(', ')}`);
  return typeof length === 'number'
    ? length
    : n.fail(
        `scans an axis of the symbolic length "${length}", but its steps are written out one by one: export the model with a fixed length`,
      );
};

/**
 * The states after the last step, then what each step gives, stacked along an axis of its own (scan_output_axes, default the first) in
 * the order of the steps or from the last to the first (scan_output_directions). Operands: the states before the first step, then
 * `num_scan_inputs` tensors, of which each step reads one entry along an axis (scan_input_axes, scan_input_directions). The length of
 * those axes must be a number.
 *
 * Source: onnx.ai/onnx/operators/onnx__Scan.html, version 25; the form of operator set 8, with a batch and lengths, is refused.
 */
export const scan: Importer = (n) => {
  if (n.opset < 9)
    return n.fail(
      'is of operator set 8, whose Scan runs over a batch; convert the model to a newer one (onnx.version_converter)',
    );
  const count = n.int('num_scan_inputs', 0);
  const held = n.operands.length - count;
  if (!(count >= 1 && held >= 0))
    return n.fail(`scans ${count} of its ${n.operands.length} operands; it must scan one`);
  const initial = n.operands.slice(0, held).map((_, i) => n.imported(i));
  const [axes, backwards] = [each(n, 'scan_input_axes', count), reversals(n, 'scan_input_directions', count)];
  const reads = axes.map((axis, i): Read => {
    const x = n.input(held + i);
    return { x, axis: normalizeAxis('Scan', axis, x.shape.length), reversed: backwards[i]! };
  });
  const body = n.subgraph('body');
  const results = body.outputs - held;
  if (results < 0) return n.fail(`has ${held} states, but its body gives ${body.outputs} values`);
  const [places, prepended] = [each(n, 'scan_output_axes', results), reversals(n, 'scan_output_directions', results)];
  const length = stepCount(n, reads);
  if (length === 0) return n.fail('scans an axis of length 0; take at least one step');

  const given: (readonly Imported[])[] = [];
  let states = initial;
  for (let step = 0; step < length; step++) {
    const entries = reads.map(({ x, axis, reversed }) => entry(x, axis, reversed ? length - 1 - step : step));
    const values = body.import([...states, ...entries], step);
    states = values.slice(0, held);
    given.push(values.slice(held));
  }
  const stacks = places.map((place, k) => {
    const entries = given.map((values) => asTensor(n, values[k]!));
    const axis = normalizeAxis('Scan', place, entries[0]!.shape.length + 1);
    return stacked(n, prepended[k] ? entries.toReversed() : entries, axis);
  });
  return [...states, ...stacks];
};
