/** Curves over steps, epochs or time, with the range of repeats as a band. */

import { max, min } from 'd3-array';
import { area as areaPath, line as linePath } from 'd3-shape';
import type { Either } from 'fp-ts/lib/Either.js';
import type { JSX } from 'preact';
import { checkSides, nonEmpty } from '../check.js';
import type { ReportError } from '../error.js';
import { isFiniteNumber, round1, roundTo } from '../number.js';
import type { AxisScale, ScaleKind } from '../scale.js';
import { axisScale } from '../scale.js';
import type { CurvePoint } from '../series.js';
import { SERIES } from '../style/palette.js';
import { abbreviateAll, plural, textWidth } from '../text.js';
import type { PlotArea } from './axes.js';
import { BottomAxis, LeftAxis, tickFormat } from './axes.js';
import type { Setting } from './canvas.js';
import { Canvas } from './canvas.js';
import { spread } from './direct-label.js';
import type { Key } from './legend.js';
import { DEPTH_KEY_WIDTH, DepthKey, Keys, layKeys } from './legend.js';
import type { SvgOptions } from './svg.js';
import { svgFile } from './svg.js';

/** One curve. */
export interface Curve {
  readonly name: string;
  readonly points: readonly CurvePoint[];
  /** A slot, from 0, of the categorical palette, or one of the twelve, 0 to 11, of the ramp from first layer to last. */
  readonly color: { readonly series: number } | { readonly depth: number };
  readonly dashed?: boolean;
}

/** Curves over one axis. */
export interface LineChart {
  readonly title: string;
  readonly xTitle: string;
  readonly yTitle: string;
  readonly curves: readonly Curve[];
  readonly yScale?: ScaleKind;
  readonly yFormat?: (tick: number) => string;
  /** `keys` above the plot, or each curve's name at its end. */
  readonly naming: 'keys' | 'ends';
  /** Pixels, 240 to 10,000. */
  readonly width?: number;
  /** Pixels, 120 to 10,000. */
  readonly height?: number;
  readonly notes?: readonly string[];
}

const END_FONT = 11;
const END_LINE = 12.5;
const LONGEST_END = 30;

const paint = ({ color, dashed }: Curve): { readonly stroke: string; readonly fill: string } =>
  'depth' in color
    ? { stroke: `ds${color.depth}${dashed ? ' bias' : ''}`, fill: `df${color.depth}` }
    : {
        stroke: `s${color.series % SERIES} dash${dashed ? 1 : Math.floor(color.series / SERIES) % 4}`,
        fill: `f${color.series % SERIES}`,
      };

/** The curve with every point that is not finite made a gap. */
const withGaps = (curve: Curve): Curve => ({
  ...curve,
  points: curve.points.map((point) =>
    isFiniteNumber(point.x) && isFiniteNumber(point.y) ? point : { x: point.x, y: null },
  ),
});

const lastFinite = (curve: Curve): CurvePoint | undefined => curve.points.findLast(({ y }) => y !== null);

const Line = ({
  curve,
  live,
  x,
  y,
}: {
  readonly curve: Curve;
  /** Whether the page's script is there to read the values. */
  readonly live: boolean;
  readonly x: AxisScale;
  readonly y: AxisScale;
}): JSX.Element => {
  const path = linePath<CurvePoint>()
    .digits(1)
    .defined((point) => point.y !== null)
    .x((point) => x.position(point.x))
    .y((point) => y.position(point.y!));
  const range = areaPath<CurvePoint>()
    .digits(1)
    .defined((point) => isFiniteNumber(point.low) && isFiniteNumber(point.high))
    .x((point) => x.position(point.x))
    .y0((point) => y.position(point.low!))
    .y1((point) => y.position(point.high!));
  // Null where nothing is finite: XML knows no empty `d`.
  const [band, drawn] = [range(curve.points), path(curve.points)];
  const { stroke, fill } = paint(curve);
  // A point between two gaps is no line: mark it.
  const alone = curve.points.filter(
    (point, k) =>
      point.y !== null && (curve.points[k - 1]?.y ?? null) === null && (curve.points[k + 1]?.y ?? null) === null,
  );
  const values = curve.points.flatMap((point) => (point.y === null ? [] : [roundTo(point.y, 3)]));
  return (
    <g class="curve" {...(live ? { 'data-name': curve.name, 'data-y': values.join() } : {})}>
      {band && <path class={`band ${fill}`} d={band} />}
      {drawn && (
        <path class={`line ${stroke}`} d={drawn}>
          <title>{curve.name}</title>
        </path>
      )}
      {alone.map((point) => (
        <circle key={point.x} class={fill} cx={round1(x.position(point.x))} cy={round1(y.position(point.y!))} r="3" />
      ))}
    </g>
  );
};

const EndLabels = ({
  curves,
  plot,
  x,
  y,
}: {
  readonly curves: readonly Curve[];
  readonly plot: PlotArea;
  readonly x: AxisScale;
  readonly y: AxisScale;
}): JSX.Element => {
  const ends = curves.flatMap((curve) => {
    const point = lastFinite(curve);
    return point === undefined ? [] : [{ curve, from: x.position(point.x), at: y.position(point.y!) }];
  });
  const labels = abbreviateAll(
    ends.map(({ curve }) => curve.name),
    LONGEST_END,
  );
  const places = spread(
    ends.map(({ at }) => at),
    END_LINE,
    plot.top,
    plot.bottom,
  );
  return (
    <g class="ends" font-size={END_FONT}>
      {ends.map(({ curve, from, at }, k) => {
        const level = round1(places[k]!);
        return (
          <g key={curve.name}>
            <path class="leader" d={`M${round1(from + 3)} ${round1(at)}L${plot.right + 14} ${level}`} />
            <path class={`line ${paint(curve).stroke}`} d={`M${plot.right + 14} ${level}h16`} />
            <text x={plot.right + 35} y={level + 4}>
              {labels[k]}
              <title>{curve.name}</title>
            </text>
          </g>
        );
      })}
    </g>
  );
};

/** What the keys above the plot explain: the curves, or where these carry their names, the dashes. */
const keysOf = (curves: readonly Curve[], naming: LineChart['naming'], byDepth: boolean): readonly Key[] => {
  if (naming === 'keys') {
    return curves.map((curve) => ({ name: curve.name, sample: 'line', paint: `line ${paint(curve).stroke}` }));
  }
  return byDepth
    ? [
        { name: 'weights', sample: 'line', paint: 'line s7' },
        { name: 'biases', sample: 'line', paint: 'line s7 bias' },
      ]
    : [];
};

const gapNotes = (curves: readonly Curve[]): readonly string[] => {
  const gaps = curves
    .map(({ name, points }) => ({ name, count: points.filter(({ y }) => y === null).length }))
    .filter(({ count }) => count > 0)
    .map(({ name, count }) => `${name} (${plural(count, 'point')})`);
  return gaps.length > 0 ? [`Not finite in places, drawn as gaps: ${gaps.join(', ')}.`] : [];
};

/** Where everything goes: the keys, the plot below them, names to its right where curves carry them. */
const layChart = (chart: LineChart, curves: readonly Curve[]) => {
  const { naming, width = 1080, height = 320 } = chart;
  const byDepth = curves.some(({ color }) => 'depth' in color);
  const keysLeft = 8 + (byDepth ? DEPTH_KEY_WIDTH : 0);
  const keys = layKeys(keysOf(curves, naming, byDepth), width - keysLeft - 16);
  const names = curves.map(({ name }) => name);
  const longest = Math.max(...abbreviateAll(names, LONGEST_END).map((name) => textWidth(name, END_FONT)));
  const top = 34 + Math.max(keys.height, byDepth ? 20 : 0);
  const bottom = top + Math.max(height, naming === 'ends' ? curves.length * END_LINE + 10 : 0);
  const values = curves.flatMap(({ points }) => points.flatMap(({ y, low, high }) => [y, low ?? null, high ?? null]));
  const y = axisScale(values, chart.yScale ?? 'auto', [bottom, top], 7);
  const ticks = y.ticks.map(chart.yFormat ?? tickFormat(y));
  const plot: PlotArea = {
    left: Math.ceil(Math.max(0, ...ticks.map((tick) => textWidth(tick, 11)))) + 18,
    right: width - (naming === 'ends' ? Math.ceil(longest) + 46 : 20),
    top,
    bottom,
  };
  const x = linearSteps(
    curves.flatMap(({ points }) => points.map((point) => point.x)),
    [plot.left, plot.right],
  );
  return { width, byDepth, keys: keys.keys, keysLeft, plot, x, y };
};

export const LineChartFigure = ({
  chart,
  setting,
}: {
  readonly chart: LineChart;
  readonly setting: Setting;
}): JSX.Element => {
  const curves = chart.curves.map(withGaps);
  const { width, byDepth, keys, keysLeft, plot, x, y } = layChart(chart, curves);
  const live = setting.place === 'page';
  return (
    <Canvas
      width={width}
      height={plot.bottom + 48}
      title={chart.title}
      description={`${plural(curves.length, 'curve')}: ${chart.yTitle} against ${chart.xTitle}.`}
      gaps={gapNotes(curves)}
      {...(chart.notes === undefined ? {} : { notes: chart.notes })}
      setting={setting}
    >
      {byDepth && <DepthKey x={8} y={4} />}
      <Keys keys={keys} x={keysLeft} y={4} />
      <LeftAxis
        scale={y}
        area={plot}
        title={chart.yTitle}
        {...(chart.yFormat === undefined ? {} : { format: chart.yFormat })}
      />
      <BottomAxis scale={x} area={plot} title={chart.xTitle} width={width} />
      <g
        class="curves"
        {...(live ? { 'data-x': [plot.left, plot.right, ...x.domain].join(), 'data-x-title': chart.xTitle } : {})}
      >
        {curves.map((curve) => (
          <Line key={curve.name} curve={curve} live={live} x={x} y={y} />
        ))}
      </g>
      {chart.naming === 'ends' && <EndLabels curves={curves} plot={plot} x={x} y={y} />}
    </Canvas>
  );
};

/** Steps fill the width: their axis ends where they end, and where all are whole (epochs) its ticks are too. */
const linearSteps = (
  steps: readonly number[],
  range: readonly [number, number],
): AxisScale & { readonly domain: readonly [number, number] } => {
  const finite = steps.filter(isFiniteNumber);
  const low = min(finite) ?? 0;
  const high = max(finite) ?? 1;
  const wide = axisScale([low, high === low ? low + 1 : high], 'linear', [0, 1], 8);
  const span = high === low ? 1 : high - low;
  const whole = finite.every(Number.isInteger);
  return {
    kind: 'linear',
    domain: [low, low + span],
    position: (value) => range[0] + ((value - low) / span) * (range[1] - range[0]),
    ticks: wide.ticks.filter((tick) => tick >= low && tick <= low + span && (!whole || Number.isInteger(tick))),
  };
};

/**
 * A line chart as an SVG file. Points whose `x` or `y` is not finite are gaps, counted in a note.
 *
 * Fails with `Empty` when there is no curve or no point at all, with `OutOfRange` when its sides leave no room to draw in or
 * there is no such theme.
 */
export const lineChartSvg = (chart: LineChart, options?: SvgOptions): Either<ReportError, string> =>
  svgFile(
    [
      ...checkSides(chart),
      nonEmpty('curves', chart.curves, 'give at least one curve'),
      nonEmpty(
        'points',
        chart.curves.flatMap(({ points }) => points),
        'give a curve at least one point',
      ),
    ],
    (setting) => <LineChartFigure chart={chart} setting={setting} />,
    options,
  );
