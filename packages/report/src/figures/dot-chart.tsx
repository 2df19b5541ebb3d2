/** One row per group, a dot per value, on a signed axis that may be logarithmic. */

import type { Either } from 'fp-ts/lib/Either.js';
import type { JSX } from 'preact';
import { checkSides, nonEmpty, sameLength } from '../check.js';
import type { Datum, Vector } from '../data.js';
import type { ReportError } from '../error.js';
import { formatNumber, isFiniteNumber, round1 } from '../number.js';
import type { AxisScale, ScaleKind } from '../scale.js';
import { axisScale } from '../scale.js';
import { BINS } from '../style/palette.js';
import { abbreviateAll, plural, textWidth } from '../text.js';
import type { PlotArea } from './axes.js';
import { BottomAxis } from './axes.js';
import type { Setting } from './canvas.js';
import { Canvas } from './canvas.js';
import { Keys, layKeys } from './legend.js';
import { Marker, seriesPaint } from './marker.js';
import type { SvgOptions } from './svg.js';
import { svgFile } from './svg.js';

/** One dot per group. */
export interface DotSeries {
  readonly name: string;
  readonly values: Vector;
}

export interface DotChart {
  readonly title: string;
  readonly rows: readonly string[];
  /** A single series is coloured by sign (positive blue, negative orange), several each in its own colour, beyond eight in another shape, too. */
  readonly series: readonly DotSeries[];
  readonly valueTitle: string;
  readonly scale?: ScaleKind;
  /** Pixels, 240 or more. */
  readonly width?: number;
  readonly notes?: readonly string[];
}

const LABEL_WIDTH = 230;

const rowHeight = (rows: number): number => (rows <= 60 ? 20 : 14);

/** Colour of a lone series' dot: strong enough to read on either background. */
const signPaint = (value: number): string => (value > 0 ? `p${BINS - 9}` : value < 0 ? `n${BINS - 9}` : 'f7');

const Row = ({
  name,
  label,
  y,
  plot,
  chart,
  index,
  x,
}: {
  readonly name: string;
  readonly label: string;
  readonly y: number;
  readonly plot: PlotArea;
  readonly chart: DotChart;
  readonly index: number;
  readonly x: AxisScale;
}): JSX.Element => {
  const lone = chart.series.length === 1;
  const origin = x.kind === 'log' ? plot.left : round1(x.position(0));
  const missing = chart.series.filter(({ values }) => !isFiniteNumber(values[index]));
  return (
    <g>
      <path class="grid" d={`M${plot.left} ${y}H${plot.right}`} />
      <text text-anchor="end" x={plot.left - 8} y={y + 4}>
        {label}
        <title>{name}</title>
      </text>
      {chart.series.map(({ name: series, values }, k) => {
        const value = values[index] as Datum;
        if (!isFiniteNumber(value)) return null;
        const place = round1(x.position(value));
        const said = lone ? `${name}: ${formatNumber(value, 4)}` : `${name}, ${series}: ${formatNumber(value, 4)}`;
        return (
          <g key={series}>
            {lone && <path class="stem axis" d={`M${origin} ${y}H${place}`} />}
            <Marker series={k} paint={`point ${lone ? signPaint(value) : seriesPaint(k)}`} x={place} y={y} r={5}>
              <title>{said}</title>
            </Marker>
          </g>
        );
      })}
      {missing.length > 0 && (
        <text class="note gap" x={plot.right + 8} y={y + 4}>
          not finite
        </text>
      )}
    </g>
  );
};

export const DotChartFigure = ({
  chart,
  setting,
}: {
  readonly chart: DotChart;
  readonly setting: Setting;
}): JSX.Element => {
  const { rows, series, width = 1080 } = chart;
  const limit = Math.floor(Math.min(LABEL_WIDTH, width / 3) / textWidth('n', 12));
  const labels = abbreviateAll(rows, limit);
  const values = series.flatMap((one) => one.values);
  const missing = values.filter((value) => !isFiniteNumber(value)).length;
  const keys =
    series.length > 1
      ? series.map(({ name }, k) => ({ name, sample: 'dot' as const, paint: seriesPaint(k), series: k }))
      : [];
  const laid = layKeys(keys, width - 20);
  const step = rowHeight(rows.length);
  const plot = {
    left: Math.ceil(Math.max(...labels.map((label) => textWidth(label, 12)))) + 20,
    right: width - (missing > 0 ? 84 : 24),
    top: 8 + laid.height,
    bottom: 8 + laid.height + rows.length * step + 6,
  };
  const kind = chart.scale ?? 'auto';
  // On a linear axis a distance from zero is what is read, so zero must be there.
  const plain = axisScale(values, kind, [plot.left, plot.right], 8);
  const x = plain.kind === 'linear' ? axisScale(values, 'linear', [plot.left, plot.right], 8, [0]) : plain;
  const gaps = missing > 0 ? [`${plural(missing, 'value is', 'values are')} not finite and left out.`] : [];
  return (
    <Canvas
      width={width}
      height={plot.bottom + 46}
      title={chart.title}
      description={`${chart.valueTitle} of ${plural(rows.length, 'group')}, ${x.kind} axis.`}
      gaps={gaps}
      {...(chart.notes === undefined ? {} : { notes: chart.notes })}
      setting={setting}
    >
      <Keys keys={laid.keys} x={8} y={2} />
      <BottomAxis scale={x} area={plot} title={chart.valueTitle} />
      {rows.map((name, k) => (
        <Row
          key={name}
          name={name}
          label={labels[k]!}
          y={plot.top + 6 + k * step + step / 2 - 3}
          plot={plot}
          chart={chart}
          index={k}
          x={x}
        />
      ))}
    </Canvas>
  );
};

/**
 * A dot chart as an SVG file. Values that are not finite are named in their row and counted in a note.
 *
 * Fails with `Empty` (no row or no series), `ShapeMismatch` (a series without one value per row) or `OutOfRange` (a width that
 * leaves no room to draw in).
 */
export const dotChartSvg = (chart: DotChart, options?: SvgOptions): Either<ReportError, string> =>
  svgFile(
    [
      ...checkSides(chart),
      nonEmpty('rows', chart.rows, 'give at least one row'),
      nonEmpty('series', chart.series, 'give at least one series'),
      ...chart.series.map(({ values }, k) => sameLength(`series[${k}].values`, values, chart.rows.length, 'row')),
    ],
    (setting) => <DotChartFigure chart={chart} setting={setting} />,
    options,
  );
