/** The map of a matrix over groups: colour for sign and magnitude, a name on every row and column. */

import type { Either } from 'fp-ts/lib/Either.js';
import type { JSX } from 'preact';
import { checkBound, nonEmpty, sameLength } from '../check.js';
import type { Vector } from '../data.js';
import type { ReportError } from '../error.js';
import { plural } from '../text.js';
import type { Setting } from './canvas.js';
import { Canvas } from './canvas.js';
import { layPanel, MapPanel, missingEntries } from './map-panel.js';
import type { SvgOptions } from './svg.js';
import { svgFile } from './svg.js';

/** A matrix, each entry a cell. */
export interface HeatMap {
  readonly title: string;
  /** A name for each row. */
  readonly rows: readonly string[];
  /** A name for each column; left out: the rows' names. */
  readonly columns?: readonly string[];
  /** rows × columns. */
  readonly matrix: readonly Vector[];
  /**
   * How magnitude becomes colour, either way neutral at zero and symmetric. `symlog` (the default) shows entries that
   * differ by orders of magnitude; `linear` shows which dominate.
   */
  readonly scale?: 'linear' | 'symlog';
  /** The magnitude at full colour, above 0; left out: the largest of the matrix. Entries beyond are drawn at full colour. */
  readonly bound?: number;
  readonly notes?: readonly string[];
}

const SIDE = 660;

export const HeatMapFigure = ({ map, setting }: { readonly map: HeatMap; readonly setting: Setting }): JSX.Element => {
  const { title, rows, columns = rows, matrix, scale = 'symlog', notes = [] } = map;
  const panel = { rows, columns, matrix, scale, ...(map.bound === undefined ? {} : { bound: map.bound }) };
  const layout = layPanel(panel, SIDE);
  const missing = missingEntries(panel);
  const gaps = missing > 0 ? [`${plural(missing, 'entry is', 'entries are')} not finite: crossed out.`] : [];
  return (
    <Canvas
      width={layout.width}
      height={layout.height}
      title={title}
      description={`${rows.length} × ${columns.length} matrix; largest magnitude on the colour scale ${layout.colour.bound}.`}
      gaps={gaps}
      notes={notes}
      setting={setting}
      zoomable
    >
      <MapPanel layout={layout} titled={setting.place === 'file'} />
    </Canvas>
  );
};

/**
 * A heat map as an SVG file: diverging colours (positive blue, negative orange, zero neutral), every value on hover.
 * Non-finite entries are crossed out and counted in a note.
 *
 * Fails with `Empty` (no row or no column), `ShapeMismatch` (the matrix is not rows × columns) or `OutOfRange` (a bound that is
 * not above 0, no such theme).
 */
export const heatMapSvg = (map: HeatMap, options?: SvgOptions): Either<ReportError, string> =>
  svgFile(checkHeatMap(map), (setting) => <HeatMapFigure map={map} setting={setting} />, options);

function* checkHeatMap({ rows, columns = rows, matrix, bound }: HeatMap) {
  yield checkBound(bound);
  yield nonEmpty('rows', rows, 'give at least one row');
  yield nonEmpty('columns', columns, 'give at least one column');
  yield sameLength('matrix', matrix, rows.length, 'row');
  for (const [s, row] of matrix.entries()) yield sameLength(`matrix[${s}]`, row, columns.length, 'column');
}
