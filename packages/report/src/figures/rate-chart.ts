/** The learning rate of every group through training, coloured by layer, biases dashed (Figure 2 of arXiv 2312.03885). */

import type { Either } from 'fp-ts/lib/Either.js';
import { checkRates, ensure, nonEmpty } from '../check.js';
import type { Rates } from '../data.js';
import type { ReportError } from '../error.js';
import { placeGroups } from '../group.js';
import { thin } from '../series.js';
import { depthSlot } from './legend.js';
import type { Curve, LineChart } from './line-chart.js';
import { lineChartSvg } from './line-chart.js';
import type { SvgOptions } from './svg.js';

const MOST_POINTS = 240;
/** With more groups than this the names at the lines' ends make the picture taller than a screen. */
const MOST_NAMES = 64;

/** The chart of the rates; `xTitle` says what `steps` counts. */
export const rateChart = (rates: Rates, title: string, xTitle = 'step'): LineChart => {
  const groups = placeGroups(rates.groups);
  const deepest = Math.max(...groups.map(({ depth }) => depth));
  const every = Math.ceil(rates.steps.length / MOST_POINTS);
  const curves = groups.map((group, s): Curve => {
    const points = thin(
      rates.steps.map((x, k) => ({ x, y: rates.eta[k]![s]! })),
      MOST_POINTS,
    );
    return {
      name: group.name,
      // The band of every group would cover the others.
      points: points.map(({ x, y }) => ({ x, y })),
      color: { depth: depthSlot(group.depth, deepest) },
      dashed: group.kind === 'bias',
    };
  });
  return {
    title,
    xTitle,
    yTitle: 'learning rate η',
    curves,
    yScale: 'log',
    naming: groups.length <= MOST_NAMES ? 'ends' : 'keys',
    height: 380,
    notes: every > 1 ? [`Each point is the mean of ${every} consecutive values.`] : [],
  };
};

/**
 * The rates through training as an SVG file: logarithmic where they span orders of magnitude, symmetric where some are zero or negative.
 *
 * Fails with `Empty` (no group or no step), `ShapeMismatch` (`eta` is not steps × groups) or `OutOfRange` (no such theme).
 */
export const rateChartSvg = (rates: Rates, title: string, options?: SvgOptions): Either<ReportError, string> => {
  const checked = ensure(
    [...checkRates('rates', rates), nonEmpty('rates.steps', rates.steps, 'give at least one step')],
    () => lineChartSvg(rateChart(rates, title), options),
  );
  return checked._tag === 'Left' ? checked : checked.right;
};
