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

/** One dot per row. */
export interface DotSeries {
  readonly name: string;
  /** One value per row. */
  readonly values: Vector;
}

/** Rows with names, and a dot of each series in each of them. */
export interface DotChart {
  readonly title: string;
  /** Their names, from the top. */
  readonly rows: readonly string[];
  /** A single series is coloured by sign (positive blue, negative orange), several each in its own colour, beyond eight in another shape, too. */
  readonly series: readonly DotSeries[];
  readonly valueTitle: string;
  readonly scale?: ScaleKind;
  /** Pixels, 240 to 10,000. */
  readonly width?: number;
  readonly notes?: readonly string[];
}

const LABEL_WIDTH = 230;
/** Less than this cuts the numbers out of names, which tell layers apart. */
const LEAST_LABEL = 130;

const rowHeight = (rows: number): number => (rows <= 60 ? 20 : 14);

/** Colour of a lone series' dot: strong enough to read on either background. */
const signPaint = (value: number): string => (value > 0 ? `p${BINS - 9}` : value < 0 ? `n${BINS - 9}` : 'f7');

const RADIUS = 5;
/** Nearer to one another than this, one dot hides the other. */
const NEAR = 4;
/** From one dot to the next where several stand at one place. */
const ASIDE = 6;
/** Between the dots of one row and those of the next. */
const ROW_GAP = 3;

interface Dot {
  readonly value: number;
  readonly series: number;
  readonly place: number;
  /** How far below the row's line, so that a dot at the same place shows, too. */
  readonly aside: number;
  readonly r: number;
}

/** A row's dots: those that would hide one another are smaller and stand above one another, in the order of their series. */
const layDots = (values: readonly Datum[], x: AxisScale, height: number): readonly Dot[] => {
  const placed = values
    .flatMap((value, series) => (isFiniteNumber(value) ? [{ value, series, place: round1(x.position(value)) }] : []))
    .sort((a, b) => a.place - b.place);
  const heaps: (typeof placed)[] = [];
  for (const dot of placed) {
    const last = heaps.at(-1);
    if (last !== undefined && dot.place - last.at(-1)!.place < NEAR) last.push(dot);
    else heaps.push([dot]);
  }
  return heaps
    .flatMap((heap) => {
      const r = heap.length > 1 ? RADIUS - 1 : RADIUS;
      const gap = heap.length > 1 ? Math.min(ASIDE, (height - 2 * r - ROW_GAP) / (heap.length - 1)) : 0;
      return heap
        .toSorted((a, b) => a.series - b.series)
        .map((dot, k) => ({ ...dot, aside: (k - (heap.length - 1) / 2) * gap, r }));
    })
    .sort((a, b) => a.series - b.series);
};

const Row = ({
  name,
  label,
  y,
  plot,
  chart,
  index,
  height,
  x,
}: {
  readonly name: string;
  readonly label: string;
  readonly y: number;
  readonly plot: PlotArea;
  readonly chart: DotChart;
  readonly index: number;
  readonly height: number;
  readonly x: AxisScale;
}): JSX.Element => {
  const lone = chart.series.length === 1;
  const origin = x.kind === 'log' ? plot.left : round1(x.position(0));
  const missing = chart.series.filter(({ values }) => !isFiniteNumber(values[index]));
  const dots = layDots(
    chart.series.map(({ values }) => values[index] as Datum),
    x,
    height,
  );
  return (
    <g>
      <path class="grid" d={`M${plot.left} ${y}H${plot.right}`} />
      <text text-anchor="end" x={plot.left - 8} y={y + 4}>
        {label}
        <title>{name}</title>
      </text>
      {dots.map(({ value, series: k, place, aside, r }) => {
        const series = chart.series[k]!.name;
        const said = lone ? `${name}: ${formatNumber(value, 4)}` : `${name}, ${series}: ${formatNumber(value, 4)}`;
        return (
          <g key={series}>
            {lone && <path class="stem axis" d={`M${origin} ${y}H${place}`} />}
            <Marker
              series={k}
              paint={`point ${lone ? signPaint(value) : seriesPaint(k)}`}
              x={place}
              y={round1(y + aside)}
              r={r}
            >
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
  const limit = Math.floor(Math.min(LABEL_WIDTH, Math.max(width / 3, LEAST_LABEL)) / textWidth('n', 12));
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
      <BottomAxis scale={x} area={plot} title={chart.valueTitle} width={width} />
      {rows.map((name, k) => (
        <Row
          key={name}
          name={name}
          label={labels[k]!}
          y={plot.top + 6 + k * step + step / 2 - 3}
          plot={plot}
          chart={chart}
          index={k}
          height={step}
          x={x}
        />
      ))}
    </Canvas>
  );
};

/** What a screen of 360 pixels leaves for a figure. */
const NARROW = 306;

/** A dot chart in a page, drawn twice: a broad picture shrunk to a narrow screen cannot be read. */
export const DotChartInPage = ({ chart, id }: { readonly chart: DotChart; readonly id: string }): JSX.Element => (
  <>
    <DotChartFigure chart={chart} setting={{ place: 'page', id, screen: 'broad' }} />
    <DotChartFigure chart={{ ...chart, width: NARROW }} setting={{ place: 'page', id, screen: 'narrow' }} />
  </>
);

/**
 * A dot chart as an SVG file. Values that are not finite are named in their row and counted in a note.
 *
 * Fails with `Empty` (no row or no series), `ShapeMismatch` (a series without one value per row) or `OutOfRange` (a width that
 * leaves no room to draw in, no such theme).
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
