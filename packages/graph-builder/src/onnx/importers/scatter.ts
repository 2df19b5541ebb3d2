/** Import of ScatterElements and ScatterND with every reduction. */

import { subtractDims } from '../../dim.js';
import { describe, type Expr, isFloat } from '../../expr.js';
import { add } from '../../ops/add.js';
import { cast } from '../../ops/cast.js';
import { less } from '../../ops/compare.js';
import { constant, constantValue, tensor } from '../../ops/constant.js';
import { expand } from '../../ops/expand.js';
import { maximum, minimum } from '../../ops/extremum.js';
import { elementOffset } from '../../ops/gatherElements.js';
import { flatPositions } from '../../ops/gatherND.js';
import { dimScalar } from '../../ops/iota.js';
import { mul } from '../../ops/mul.js';
import { pad } from '../../ops/pad.js';
import { reshape } from '../../ops/reshape.js';
import { type Scatter, scatterAdd, scatterCombine, scatterReplace } from '../../ops/scatter.js';
import { scatterElements } from '../../ops/scatterElements.js';
import { scatterExtremum } from '../../ops/scatterExtremum.js';
import { scatterNDInto } from '../../ops/scatterND.js';
import { transpose } from '../../ops/transpose.js';
import { where } from '../../ops/where.js';
import { normalizeAxis, sizeOf } from '../../shape.js';
import type { Importer, ImportNode } from '../importer.js';

const combinations: Readonly<Record<string, (a: Expr, b: Expr) => Expr>> = { max: maximum, min: minimum, mul };

/** More updates than this to one place would make the graph longer than it is worth. */
const MOST_ROUNDS = 64;

/** Masks of the given shape: the first update to each place, the second, … . `places` names where each update goes. */
const roundsOf = (n: ImportNode, places: readonly number[], shape: readonly number[]): readonly Expr[] => {
  const seen = new Map<number, number>();
  const turns = places.map((place) => {
    const turn = seen.get(place) ?? 0;
    seen.set(place, turn + 1);
    return turn;
  });
  const rounds = Math.max(0, ...seen.values());
  if (rounds > MOST_ROUNDS)
    return n.fail(`combines ${rounds} updates in one place; at most ${MOST_ROUNDS} are supported`);
  return Array.from({ length: rounds }, (_, round) =>
    constant(
      tensor(
        turns.map((turn) => Number(turn === round)),
        shape,
        'bool',
      ),
    ),
  );
};

const needsConstant = (n: ImportNode): never =>
  n.fail(
    `combines by "${n.string('reduction', 'none')}", which needs indices and shapes that are known when the file is read`,
  );

/** Masks of the updates as `scatterCombine` takes them; undefined where the places are known only when the graph runs. */
type Rounds = () => readonly Expr[] | undefined;

interface InRows {
  /** As `scatterExtremum` takes them. */
  readonly x: Expr;
  readonly updates: Expr;
  readonly positions: Expr;
  /** From rows to the operand's shape. */
  readonly back: (rows: Expr) => Expr;
}

/** The operand, updates and places as rows; undefined where the updates do not fill the rows. */
type Rows = () => InRows | undefined;

/** The operand after the node's reduction. The places of updates are asked for only where order within a place matters. */
const scattered = (n: ImportNode, x: Expr, updates: Expr, scatter: Scatter, rounds: Rounds, rows: Rows): Expr => {
  const reduction = n.string('reduction', 'none');
  if (reduction === 'none') return scatterReplace(x, updates, scatter);
  if (reduction === 'add') return scatterAdd(x, updates, scatter);
  const combine = Object.hasOwn(combinations, reduction) ? combinations[reduction] : undefined;
  if (combine === undefined) return n.fail(`scatters with the unknown reduction "${reduction}"`);
  const masks = rounds();
  if (masks) return scatterCombine(x, updates, scatter, masks, combine);
  const open = isFloat(x.dtype) && (reduction === 'max' || reduction === 'min') ? rows() : undefined;
  if (!open) return needsConstant(n);
  return open.back(scatterExtremum(reduction as 'max' | 'min', open.x, open.updates, open.positions));
};

const scatterElementsImporter: Importer = (n) => {
  const [x, indices, updates] = [n.input(0), n.input(1), n.input(2)];
  const axis = normalizeAxis(n.opType, n.int('axis', 0), x.shape.length);
  if (updates.shape.length !== x.shape.length)
    return n.fail(`scatters ${describe(updates)} into ${describe(x)}; their ranks must agree`);
  // The updates may cover only the beginning of the other axes.
  const scatter: Scatter = (values) => {
    const added = scatterElements(values, indices, axis, x.shape[axis]!);
    return pad(
      added,
      added.shape.map(() => 0),
      x.shape.map((d, i) => subtractDims(d, added.shape[i]!)),
    );
  };
  const rounds: Rounds = () => {
    const known = constantValue(indices);
    if (!known || x.shape.some((d) => typeof d !== 'number')) return undefined;
    const places = Array.from(known.data, (index, i) =>
      elementOffset(n.opType, i, index, axis, known.shape, x.shape as number[]),
    );
    return roundsOf(n, places, known.shape);
  };
  const order = [axis, ...x.shape.map((_, i) => i).filter((i) => i !== axis)];
  const asRows = (e: Expr): Expr => {
    const [length, ...rest] = order.map((i) => e.shape[i]!);
    return reshape(transpose(e, order), [length!, sizeOf(rest)]);
  };
  const ordered = order.map((i) => x.shape[i]!);
  const inverse = order.map((_, i) => order.indexOf(i));
  const back = (rows: Expr): Expr => transpose(reshape(rows, ordered), inverse);
  const rows: Rows = () => {
    if (!x.shape.every((d, i) => i === axis || d === updates.shape[i])) return undefined;
    const index = where(less(indices, 0), add(indices, cast(dimScalar(x.shape[axis]!), indices.dtype)), indices);
    return { x: asRows(x), updates: asRows(updates), positions: cast(asRows(index), 'int64'), back };
  };
  return [scattered(n, x, updates, scatter, rounds, rows)];
};

const scatterNDImporter: Importer = (n) => {
  const [x, indices, updates] = [n.input(0), n.input(1), n.input(2)];
  const rounds: Rounds = () => {
    const known = constantValue(flatPositions(n.opType, x, indices).positions);
    if (!known) return undefined;
    const rest = updates.shape.slice(known.shape.length).map(() => 1);
    return roundsOf(n, [...known.data], [...known.shape, ...rest]).map((round) => expand(round, updates.shape));
  };
  const rows: Rows = () => {
    const { positions, box } = flatPositions(n.opType, x, indices);
    const width = sizeOf(x.shape.slice(box.length));
    const many = sizeOf(positions.shape);
    return {
      x: reshape(x, [sizeOf(box), width]),
      updates: reshape(updates, [many, width]),
      positions: reshape(positions, [many, 1]),
      back: (result) => reshape(result, x.shape),
    };
  };
  return [scattered(n, x, updates, scatterNDInto(x, indices), rounds, rows)];
};

export const scatters: Readonly<Record<string, Importer>> = {
  Scatter: scatterElementsImporter,
  ScatterElements: scatterElementsImporter,
  ScatterND: scatterNDImporter,
};
