/** Points of two measures, in series; with the line of equality, or the median at each position. */

import { group, max, median, min, quantile } from 'd3-array';
import type { Either } from 'fp-ts/lib/Either.js';
import type { JSX } from 'preact';
import { checkSides, nonEmpty } from '../check.js';
import type { Datum } from '../data.js';
import type { ReportError } from '../error.js';
import { formatCount, formatNumber, formatTick, isFiniteNumber, round1 } from '../number.js';
import type { AxisScale, ScaleKind } from '../scale.js';
import { axisScale } from '../scale.js';
import { plural, textWidth } from '../text.js';
import type { PlotArea } from './axes.js';
import { BottomAxis, LeftAxis, tickFormat } from './axes.js';
import type { Setting } from './canvas.js';
import { Canvas } from './canvas.js';
import { Keys, layKeys } from './legend.js';
import { Marker, seriesPaint } from './marker.js';
import type { SvgOptions } from './svg.js';
import { svgFile } from './svg.js';

/** A point; one that is not finite is left out and counted. */
export interface ScatterPoint {
  readonly x: Datum;
  readonly y: Datum;
  /** Said on hover. */
  readonly label: string;
}

/** Points of one colour. */
export interface ScatterSeries {
  readonly name: string;
  readonly points: readonly ScatterPoint[];
}

/** Points over two axes. */
export interface ScatterChart {
  readonly title: string;
  readonly xTitle: string;
  readonly yTitle: string;
  readonly series: readonly ScatterSeries[];
  readonly xScale?: ScaleKind;
  readonly yScale?: ScaleKind;
  /** `equality`: the line y = x, both axes then share one scale. `medians`: median and quartiles at each x. */
  readonly guide?: 'equality' | 'medians';
  /** Pixels, 240 to 10,000. */
  readonly width?: number;
  /** Pixels, 120 to 10,000. */
  readonly height?: number;
  readonly notes?: readonly string[];
}

/** More than this and the file grows without the picture telling more. */
const MOST_POINTS = 1500;

interface Drawn {
  readonly x: number;
  readonly y: number;
  readonly label: string;
  readonly series: number;
}

const finitePoints = (series: readonly ScatterSeries[]): readonly Drawn[] =>
  series.flatMap(({ points }, k) =>
    points.flatMap(({ x, y, label }) => (isFiniteNumber(x) && isFiniteNumber(y) ? [{ x, y, label, series: k }] : [])),
  );

const Medians = ({
  points,
  x,
  y,
}: {
  readonly points: readonly Drawn[];
  readonly x: AxisScale;
  readonly y: AxisScale;
}): JSX.Element => (
  <g class="medians">
    {[...group(points, (point) => point.x)].map(([at, there]) => {
      const values = there.map((point) => point.y);
      const [low, middle, high] = [quantile(values, 0.25)!, median(values)!, quantile(values, 0.75)!];
      const place = round1(x.position(at));
      return (
        <g key={at}>
          <path class="quartiles" d={`M${place} ${round1(y.position(low))}V${round1(y.position(high))}`} />
          <path class="median" d={`M${place - 12} ${round1(y.position(middle))}h24`}>
            <title>{`${formatTick(at)}: median ${formatNumber(middle)}, quartiles ${formatNumber(low)} and ${formatNumber(high)}`}</title>
          </path>
        </g>
      );
    })}
  </g>
);

/** Spreads points that share an x sideways, by the golden ratio so that neighbours in order do not line up. */
const sideways = (index: number): number => (((index * 0.618034) % 1) - 0.5) * 16;

export const ScatterChartFigure = ({
  chart,
  setting,
}: {
  readonly chart: ScatterChart;
  readonly setting: Setting;
}): JSX.Element => {
  const { series, width = 760, height = 380, guide } = chart;
  const all = finitePoints(series);
  const total = series.reduce((sum, { points }) => sum + points.length, 0);
  const every = Math.max(1, Math.ceil(all.length / MOST_POINTS));
  const shown = all.filter((_, k) => k % every === 0);
  const keys =
    series.length > 1
      ? series.map(({ name }, k) => ({ name, sample: 'dot' as const, paint: seriesPaint(k), series: k }))
      : [];
  const laid = layKeys(keys, width - 20);
  const top = 32 + laid.height;
  const xs = all.map((point) => point.x);
  const ys = all.map((point) => point.y);
  const equal = guide === 'equality';
  const y = axisScale(equal ? [...xs, ...ys] : ys, chart.yScale ?? 'auto', [top + height, top], 7);
  const plot: PlotArea = {
    left: Math.ceil(Math.max(0, ...y.ticks.map((tick) => textWidth(tickFormat(y)(tick), 11)))) + 18,
    right: width - 20,
    top,
    bottom: top + height,
  };
  const pad = guide === 'medians' ? 18 : 0;
  const x = axisScale(
    equal ? [...xs, ...ys] : xs,
    equal ? y.kind : (chart.xScale ?? 'auto'),
    [plot.left + pad, plot.right - pad],
    8,
  );
  const left = total - all.length;
  const gaps = left > 0 ? [`${plural(left, 'point is', 'points are')} not finite and left out.`] : [];
  const notes = [
    ...(every > 1 ? [`One point in ${every} is drawn, of ${formatCount(all.length)}.`] : []),
    ...(chart.notes ?? []),
  ];
  const low = min([...xs, ...ys]) ?? 0;
  const high = max([...xs, ...ys]) ?? 1;
  const diagonal = Array.from({ length: 65 }, (_, k) => low * (1 - k / 64) + high * (k / 64));
  return (
    <Canvas
      width={width}
      height={plot.bottom + 48}
      title={chart.title}
      description={`${plural(all.length, 'point')}: ${chart.yTitle} against ${chart.xTitle}.`}
      gaps={gaps}
      notes={notes}
      setting={setting}
    >
      <Keys keys={laid.keys} x={8} y={2} />
      <LeftAxis scale={y} area={plot} title={chart.yTitle} />
      <BottomAxis
        scale={xs.every(Number.isInteger) ? { ...x, ticks: x.ticks.filter(Number.isInteger) } : x}
        area={plot}
        title={chart.xTitle}
        width={width}
      />
      {equal && all.length > 0 && (
        <path
          class="identity"
          d={`M${diagonal.map((v) => `${round1(x.position(v))} ${round1(y.position(v))}`).join('L')}`}
        />
      )}
      {shown.map((point, k) => (
        <Marker
          key={k}
          series={point.series}
          paint={`point ${seriesPaint(point.series)}${guide === 'medians' ? ' crowd' : ''}`}
          x={round1(x.position(point.x) + (guide === 'medians' ? sideways(k) : 0))}
          y={round1(y.position(point.y))}
          r={guide === 'medians' ? 3 : 4}
        >
          <title>{point.label}</title>
        </Marker>
      ))}
      {guide === 'medians' && <Medians points={all} x={x} y={y} />}
    </Canvas>
  );
};

/**
 * A scatter chart as an SVG file. Points that are not finite are left out and counted in a note.
 *
 * Fails with `Empty` when there is no point, with `OutOfRange` when its sides leave no room to draw in or there is no such
 * theme.
 */
export const scatterChartSvg = (chart: ScatterChart, options?: SvgOptions): Either<ReportError, string> =>
  svgFile(
    [
      ...checkSides(chart),
      nonEmpty(
        'series',
        chart.series.flatMap(({ points }) => points),
        'give at least one point',
      ),
    ],
    (setting) => <ScatterChartFigure chart={chart} setting={setting} />,
    options,
  );
