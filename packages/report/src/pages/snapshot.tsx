/** H̄ at one moment of training: its blocks, its inverse's, and how far its interactions reach. */

import type { JSX } from 'preact';
import type { Group, SquareMatrix } from '../data.js';
import { BlockMapFigure } from '../figures/block-map.js';
import { ScatterChartFigure } from '../figures/scatter-chart.js';
import { distantPairs, medianBetweenLayers, medianByDistance } from '../interaction.js';
import type { Inverse } from '../matrix.js';
import { formatNumber } from '../number.js';
import { capitalize } from '../text.js';
import { Figure } from './page.js';

/** H̄ at one moment of training. */
export interface Snapshot {
  /** Such as `initialisation` or `epoch 17, best validation loss`. */
  readonly label: string;
  readonly Hbar: SquareMatrix;
}

/** With its inverse, which takes the longest of all that a page shows and so is computed once. */
export interface InvertedSnapshot extends Snapshot {
  readonly inverse: Inverse;
}

/** How strongly layers interact in H̄, and in H̄⁻¹. */
export const reachInWords = (groups: readonly Group[], { label, Hbar, inverse }: InvertedSnapshot): string => {
  const direct = medianBetweenLayers(groups, Hbar);
  const moment = capitalize(label);
  if (direct === undefined) return `${moment}: there are no two layers whose interaction is defined.`;
  const inverted =
    'matrix' in inverse
      ? ` and ${formatNumber(medianBetweenLayers(groups, inverse.matrix), 2)} in H̄⁻¹`
      : ` (no inverse: ${inverse.refusal})`;
  return `${moment}: the median relative interaction between layers is ${formatNumber(direct, 2)} in H̄${inverted}.`;
};

export const SnapshotBlocks = ({
  id,
  groups,
  snapshot,
}: {
  readonly id: string;
  readonly groups: readonly Group[];
  readonly snapshot: InvertedSnapshot;
}): JSX.Element => {
  const { inverse } = snapshot;
  const block = (own: string, title: string, reading: string, matrix: SquareMatrix): JSX.Element => (
    <Figure id={own} title={title} reading={reading}>
      <BlockMapFigure map={{ title, groups, matrix }} setting={{ place: 'page', id: own }} />
    </Figure>
  );
  return (
    <>
      {block(
        `${id}-direct`,
        `H̄, ${snapshot.label}`,
        'Blue is positive, orange negative, grey zero; logarithmic colours. Each block has its own scale, since weights and biases differ by orders of magnitude.',
        snapshot.Hbar,
      )}
      {'matrix' in inverse ? (
        block(
          `${id}-inverse`,
          `H̄⁻¹, ${snapshot.label}`,
          `The blocks of the inverse of the whole matrix, on scales of their own. Condition number ${formatNumber(inverse.condition, 2)}: relative errors of H̄ grow by up to so much here.`,
          inverse.matrix,
        )
      ) : (
        <p class="warning">{`No inverse: ${inverse.refusal}.`}</p>
      )}
    </>
  );
};

export const ReachFigure = ({
  id,
  groups,
  snapshot,
}: {
  readonly id: string;
  readonly groups: readonly Group[];
  readonly snapshot: Snapshot;
}): JSX.Element => {
  const title = `Interaction by distance, ${snapshot.label}`;
  const pairs = distantPairs(groups, snapshot.Hbar);
  const name = (s: number): string => groups[s]!.name;
  return (
    <Figure
      id={id}
      title={title}
      reading="|H_st| / √|H_ss H_tt| of every pair of groups against how many layers they are apart; bar: median, line: quartiles."
    >
      <ScatterChartFigure
        chart={{
          title,
          xTitle: 'layers apart',
          yTitle: 'relative interaction',
          xScale: 'linear',
          yScale: 'log',
          guide: 'medians',
          width: 1080,
          series: (['WW', 'WB', 'BB'] as const)
            .map((block) => ({
              name: block,
              points: pairs
                .filter((pair) => pair.block === block)
                .map(({ s, t, distance, strength }) => ({
                  x: distance,
                  y: strength,
                  label: `${name(s)} × ${name(t)}: ${formatNumber(strength)}`,
                })),
            }))
            .filter(({ points }) => points.length > 0),
          notes: medianByDistance(pairs).length === 0 ? ['There is no pair of groups to show.'] : [],
        }}
        setting={{ place: 'page', id }}
      />
    </Figure>
  );
};
