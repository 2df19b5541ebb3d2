/** A matrix over groups split into weights × weights, weights × biases and biases × biases (Figure 1 of arXiv 2312.03885). */

import type { Either } from 'fp-ts/lib/Either.js';
import type { JSX } from 'preact';
import { checkGroups, checkMatrix } from '../check.js';
import type { Group, SquareMatrix } from '../data.js';
import type { ReportError } from '../error.js';
import { placeGroups } from '../group.js';
import { submatrix } from '../matrix.js';
import { plural } from '../text.js';
import type { Setting } from './canvas.js';
import { Canvas } from './canvas.js';
import type { PanelLayout } from './map-panel.js';
import { layPanel, MapPanel, missingEntries } from './map-panel.js';
import type { SvgOptions } from './svg.js';
import { svgFile } from './svg.js';

/** A matrix over groups as its blocks: weights with weights, weights with biases, biases with biases. */
export interface BlockMap {
  readonly title: string;
  readonly groups: readonly Group[];
  /** groups × groups. */
  readonly matrix: SquareMatrix;
  /** As a heat map's; `symlog` by default. */
  readonly scale?: 'linear' | 'symlog';
  readonly notes?: readonly string[];
}

const WIDTH = 1080;
const GAP = 16;

/** The panels: each block has a scale of its own, since weights and biases differ by orders of magnitude. */
const blocks = ({ groups, matrix, scale = 'symlog' }: BlockMap): readonly PanelLayout[] => {
  const placed = placeGroups(groups);
  const indices = (kind: 'weight' | 'bias'): readonly number[] =>
    placed.flatMap((group, s) => (group.kind === kind ? [s] : []));
  const [weights, biases] = [indices('weight'), indices('bias')];
  const names = (list: readonly number[]): readonly string[] => list.map((s) => placed[s]!.name);
  const kinds = [
    { heading: 'WW: weights × weights', rows: weights, columns: weights },
    { heading: 'WB: weights × biases', rows: weights, columns: biases },
    { heading: 'BB: biases × biases', rows: biases, columns: biases },
  ].filter(({ rows, columns }) => rows.length > 0 && columns.length > 0);
  return kinds.map(({ heading, rows, columns }) =>
    layPanel(
      { heading, rows: names(rows), columns: names(columns), matrix: submatrix(matrix, rows, columns), scale },
      (WIDTH - kinds.length * 190) / kinds.length,
    ),
  );
};

export const BlockMapFigure = ({
  map,
  setting,
}: {
  readonly map: BlockMap;
  readonly setting: Setting;
}): JSX.Element => {
  const layouts = blocks(map);
  const lefts = layouts.map((_, k) => layouts.slice(0, k).reduce((sum, { width }) => sum + width + GAP, 0));
  const missing = layouts.reduce((sum, { panel }) => sum + missingEntries(panel), 0);
  const gaps = missing > 0 ? [`${plural(missing, 'entry is', 'entries are')} not finite: crossed out.`] : [];
  return (
    <Canvas
      width={lefts.at(-1)! + layouts.at(-1)!.width}
      height={Math.max(...layouts.map(({ height }) => height))}
      title={map.title}
      description={`${plural(layouts.length, 'block')} of a ${map.groups.length} × ${map.groups.length} matrix, each on its own colour scale.`}
      gaps={gaps}
      {...(map.notes === undefined ? {} : { notes: map.notes })}
      setting={setting}
      zoomable
    >
      {layouts.map((layout, k) => (
        <g key={layout.panel.heading} transform={`translate(${lefts[k]} 0)`}>
          <MapPanel layout={layout} titled={setting.place === 'file'} />
        </g>
      ))}
    </Canvas>
  );
};

/**
 * The three blocks side by side as an SVG file; a block without rows or columns is left out.
 *
 * Fails with `Empty` (no group), `ShapeMismatch` (the matrix is not groups × groups) or `OutOfRange` (no such theme).
 */
export const blockMapSvg = (map: BlockMap, options?: SvgOptions): Either<ReportError, string> =>
  svgFile(checkBlockMap(map), (setting) => <BlockMapFigure map={map} setting={setting} />, options);

function* checkBlockMap({ groups, matrix }: BlockMap) {
  yield* checkGroups('groups', groups);
  yield* checkMatrix('matrix', matrix, groups);
}
