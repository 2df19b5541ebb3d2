/** H̄ seen four ways: by orders of magnitude, in proportion, without units, and inverted. */

import type { JSX } from 'preact';
import type { SquareMatrix, Summary } from '../data.js';
import type { HeatMap } from '../figures/heat-map.js';
import { HeatMapFigure } from '../figures/heat-map.js';
import { type Inverse, normalizedInteraction, strongestPairs } from '../matrix.js';
import { formatNumber } from '../number.js';
import { plural } from '../text.js';
import type { Tab } from './page.js';
import { Figure, Tabs } from './page.js';
import { Table } from './table.js';

/** A table of more columns than this is no help to a reader; the page's JSON has the numbers. */
const WIDEST_TABLE = 50;

const SIGNS = 'Blue is positive, orange negative, grey zero.';

const mapTab = (id: string, tab: string, title: string, reading: string, map: Omit<HeatMap, 'title'>): Tab => ({
  name: tab,
  panel: (
    <Figure id={id} title={title} reading={reading}>
      <HeatMapFigure map={{ ...map, title }} setting={{ place: 'page', id }} />
    </Figure>
  ),
});

const normalizedNotes = (matrix: SquareMatrix): readonly string[] => {
  const beyond = strongestPairs(matrix).filter(({ value }) => Math.abs(value) > 1 + 1e-9).length;
  return beyond > 0
    ? [`${plural(beyond, 'pair exceeds', 'pairs exceed')} ±1: taken alone, the pair’s 2×2 block is not definite.`]
    : [];
};

const inverseTab = (id: string, rows: readonly string[], inverse: Inverse): Tab => {
  if ('matrix' in inverse) {
    return mapTab(
      id,
      'H̄⁻¹',
      'H̄⁻¹: what Newton’s step applies to ḡ',
      `Read a row: how much each group’s slope moves this group’s rate. The closer to diagonal, the more the groups can be treated apart. ${SIGNS}`,
      { rows, matrix: inverse.matrix },
    );
  }
  return { name: 'H̄⁻¹', panel: <p class="warning">{`No inverse: ${inverse.refusal}.`}</p> };
};

/** The tabs, then the numbers of H̄ as a table. */
export const InteractionMaps = ({
  id,
  summary,
  inverse,
}: {
  readonly id: string;
  readonly summary: Pick<Summary, 'groups' | 'Hbar'>;
  readonly inverse: Inverse;
}): JSX.Element => {
  const { groups, Hbar } = summary;
  const rows = groups.map(({ name }) => name);
  const normalized = normalizedInteraction(Hbar);
  const tabs = [
    mapTab(
      `${id}-log`,
      'H̄, orders of magnitude',
      'H̄ on a logarithmic colour scale',
      `Each cell is the curvature of the loss when its row’s and its column’s group move together. ${SIGNS} Entries down to a small threshold keep their order of magnitude.`,
      { rows, matrix: Hbar, scale: 'symlog' },
    ),
    mapTab(
      `${id}-linear`,
      'H̄, in proportion',
      'H̄ on a linear colour scale',
      `The same numbers in proportion: what stands out here dominates the loss’s curvature. ${SIGNS}`,
      { rows, matrix: Hbar, scale: 'linear' },
    ),
    mapTab(
      `${id}-normalized`,
      'Interaction, no units',
      'H_st / √|H_ss H_tt|',
      'Each entry relative to the two groups’ own curvatures, so that the scale of the direction drops out: 0 means the groups can be stepped apart, ±1 that they act as one.',
      { rows, matrix: normalized, scale: 'linear', bound: 1, notes: normalizedNotes(normalized) },
    ),
    inverseTab(`${id}-inverse`, rows, inverse),
  ];
  return (
    <>
      <Tabs id={id} tabs={tabs} />
      {rows.length <= WIDEST_TABLE && (
        <details>
          <summary>H̄ as a table</summary>
          <Table
            columns={[
              { heading: 'group', holds: 'text' },
              ...rows.map((heading) => ({ heading, holds: 'number' as const })),
            ]}
            rows={Hbar.map((row, s) => [rows[s]!, ...row.map((value) => formatNumber(value))])}
          />
        </details>
      )}
    </>
  );
};
