/** An analysis as tables, one value a row. */

import { normalizedInteraction, type SquareMatrix } from '@hograd/report';
import type { Analysis, Moment } from './analysis.js';
import type { Table } from './csv.js';
import type { PlacedGroup } from './layers.js';

const blockOf = (row: PlacedGroup, column: PlacedGroup): string => {
  const biases = [row, column].filter(({ kind }) => kind === 'bias').length;
  return ['WW', 'WB', 'BB'][biases]!;
};

/** Rows for s ≤ t: both matrices are symmetric. */
const matrixRows = (groups: readonly PlacedGroup[], epoch: number, name: string, matrix: SquareMatrix) => {
  const relative = normalizedInteraction(matrix);
  return groups.flatMap((row, s) =>
    groups.flatMap((column, t) =>
      t < s
        ? []
        : [[epoch, name, blockOf(row, column), row.name, column.name, matrix[s]![t], relative[s]![t]] as const],
    ),
  );
};

const matrices = ({ groups, moments }: Analysis): Table => ({
  columns: ['epoch', 'matrix', 'block', 'row', 'column', 'value', 'relative'],
  rows: moments.flatMap(({ epoch, Hbar, inverse }) => [
    ...matrixRows(groups, epoch, 'H', Hbar),
    ...('error' in inverse ? [] : matrixRows(groups, epoch, 'inverse', inverse)),
  ]),
});

const perGroup = ({ groups, moments }: Analysis): Table => ({
  columns: ['epoch', 'group', 'kind', 'layer', 'size', 'gbar', 'Hbar', 'D3'],
  rows: moments.flatMap(({ epoch, gbar, Hbar, D3 }) =>
    groups.map(({ name, kind, depth, size }, s) => [epoch, name, kind, depth, size, gbar[s], Hbar[s]![s], D3[s]]),
  ),
});

const rates = ({ groups, moments }: Analysis): Table => ({
  columns: ['epoch', 'lambda_int', 'group', 'eta', 'refusal'],
  rows: moments.flatMap(({ epoch, eta }) =>
    eta.flatMap((solved) =>
      groups.map(({ name }, s) =>
        'eta' in solved
          ? [epoch, solved.lambdaInt, name, solved.eta[s], '']
          : [epoch, solved.lambdaInt, name, null, solved.error.message],
      ),
    ),
  ),
});

const windows = (analysis: Analysis): Table => ({
  columns: ['lambda_int', 'from', 'to', 'moments', 'group', 'eta'],
  rows: analysis.windows.flatMap(({ lambdaInt, from, to, moments, eta }) =>
    analysis.groups.map(({ name }, s) => [lambdaInt, from, to, moments, name, eta[s]]),
  ),
});

const taylor = ({ moments }: Analysis): Table => ({
  columns: ['epoch', 'lambda_int', 'step_size', 'first', 'second', 'third', 'actual', 'error'],
  rows: moments.flatMap(({ epoch, taylor: check }) =>
    (check?.steps ?? []).map(({ size, first, second, third, actual }) => [
      epoch,
      check!.lambdaInt,
      size,
      first,
      second,
      third,
      actual,
      third - actual,
    ]),
  ),
});

const reach = ({ moments }: Analysis): Table => ({
  columns: ['epoch', 'block', 'distance', 'pairs', 'Hbar', 'inverse'],
  rows: moments.flatMap(({ epoch, reach: medians }) =>
    medians.map(({ block, distance, pairs, Hbar, inverse }) => [epoch, block, distance, pairs, Hbar, inverse]),
  ),
});

const moments = (analysis: Analysis): Table => {
  const after = new Map(analysis.training.map((e) => [e.epoch, e]));
  return {
    columns: [
      'epoch',
      'step',
      'loss',
      'test_loss',
      'test_accuracy',
      'validation_loss',
      'between_layers_H',
      'between_layers_inverse',
      'condition',
    ],
    rows: analysis.moments.map(({ epoch, step, loss, betweenLayers, condition }: Moment) => {
      const trained = after.get(epoch);
      return [
        epoch,
        step,
        loss,
        trained?.testLoss,
        trained?.testAccuracy,
        trained?.validationLoss,
        betweenLayers.Hbar,
        betweenLayers.inverse,
        condition,
      ];
    }),
  };
};

/** The tables by the names of their files. */
export const tablesOf = (analysis: Analysis): Readonly<Record<string, Table>> => ({
  'moments.csv': moments(analysis),
  'groups.csv': perGroup(analysis),
  'matrices.csv': matrices(analysis),
  'rates.csv': rates(analysis),
  'windows.csv': windows(analysis),
  'taylor.csv': taylor(analysis),
  'reach.csv': reach(analysis),
});
