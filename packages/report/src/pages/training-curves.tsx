/** Loss and accuracy of several runs, repeats folded into mean and range, over epochs or over wall time. */

import { cumsum, max } from 'd3-array';
import type { JSX } from 'preact';
import type { Datum, Epoch, Run } from '../data.js';
import type { LineChart } from '../figures/line-chart.js';
import { LineChartFigure } from '../figures/line-chart.js';
import { formatPercent, isFiniteNumber } from '../number.js';
import type { RunGroup } from '../series.js';
import { foldRepeats, groupRuns, thin } from '../series.js';
import { plural } from '../text.js';
import type { Tab } from './page.js';
import { Figure, Tabs } from './page.js';

interface Measure {
  readonly key: string;
  readonly title: string;
  readonly yTitle: string;
  readonly value: (epoch: Epoch) => Datum | undefined;
  readonly scale: 'log' | 'linear';
  readonly format?: (tick: number) => string;
}

const MEASURES: readonly Measure[] = [
  { key: 'train', title: 'Training loss', yTitle: 'training loss', value: (epoch) => epoch.trainLoss, scale: 'log' },
  { key: 'test', title: 'Test loss', yTitle: 'test loss', value: (epoch) => epoch.testLoss, scale: 'log' },
  {
    key: 'accuracy',
    title: 'Test accuracy',
    yTitle: 'test accuracy',
    value: (epoch) => epoch.testAccuracy,
    scale: 'linear',
    format: formatPercent,
  },
];

type Clock = 'epoch' | 'time';

const elapsed = (run: Run): readonly number[] => [...cumsum(run.epochs, ({ seconds }) => seconds)];

/** Sentences on repeats that stop having a value before the others do: a mean over those left must not pass for all. */
const dropouts = ({ name, runs }: RunGroup, value: Measure['value']): readonly string[] => {
  if (runs.length < 2) return [];
  const last = Math.max(
    ...runs.map((run) => run.epochs.findLast((epoch) => isFiniteNumber(value(epoch)))?.epoch ?? -1),
  );
  const short = runs.filter((run) => !run.epochs.some((epoch) => epoch.epoch === last && isFiniteNumber(value(epoch))));
  return short.length === 0 || last < 0
    ? []
    : [
        `${name}: ${short.length} of ${plural(runs.length, 'run')} ${short.length === 1 ? 'has' : 'have'} no value at the end; the mean is over the others.`,
      ];
};

/** Losses of a failed run beyond so many times the highest of the others would leave nothing to see of these. */
const FAR = 10;

/** The highest value that is drawn of a run that failed. */
const limitOf = (groups: readonly RunGroup[], { value, scale }: Measure): number => {
  const finished = groups.flatMap(({ runs }) => runs.filter(({ failure }) => failure === undefined));
  const highest = max(finished.flatMap(({ epochs }) => epochs.map(value)).filter(isFiniteNumber));
  return highest === undefined || scale !== 'log' ? Number.POSITIVE_INFINITY : FAR * highest;
};

/** The run without the epochs of a failure whose value is beyond the limit. */
const within =
  (limit: number, { value }: Measure) =>
  (run: Run): Run => {
    const isShown = (epoch: Epoch): boolean => {
      const y = value(epoch);
      return !isFiniteNumber(y) || y <= limit;
    };
    return run.failure === undefined ? run : { ...run, epochs: run.epochs.filter(isShown) };
  };

const measured = (runs: readonly Run[], { value }: Measure): boolean =>
  runs.some((run) => run.epochs.some((epoch) => value(epoch) !== undefined));

const curveChart = (runs: readonly Run[], measure: Measure, clock: Clock, width: number): LineChart => {
  const groups = groupRuns(runs).filter((group) => measured(group.runs, measure));
  const shown = within(limitOf(groups, measure), measure);
  const cut = groups.filter((group) => group.runs.some((run) => shown(run).epochs.length < run.epochs.length));
  return {
    title: measure.title,
    xTitle: clock === 'epoch' ? 'epoch' : 'wall time in seconds',
    yTitle: measure.yTitle,
    naming: 'keys',
    yScale: measure.scale,
    ...(measure.format === undefined ? {} : { yFormat: measure.format }),
    width,
    height: 300,
    curves: groups.map(({ name, color, runs: repeats }) => ({
      name,
      color: { series: color },
      points: foldRepeats(
        repeats.map((run) => {
          const times = elapsed(run);
          const time = new Map(run.epochs.map((epoch, k) => [epoch, times[k]!]));
          return shown(run).epochs.flatMap((epoch) => {
            const y = measure.value(epoch);
            return y === undefined
              ? []
              : [{ key: epoch.epoch, x: clock === 'epoch' ? epoch.epoch : time.get(epoch)!, y }];
          });
        }),
      ),
    })),
    notes: [
      ...groups.flatMap((group) => dropouts(group, measure.value)),
      ...cut.map(
        ({ name }) => `${name} failed; its values of more than ${FAR} times the others’ highest are left out.`,
      ),
    ],
  };
};

const readingOf = (runs: readonly Run[]): string =>
  runs.length > groupRuns(runs).length
    ? 'Line: mean over repeats; band: lowest to highest repeat.'
    : 'One line per run.';

const Curves = ({
  id,
  runs,
  clock,
}: {
  readonly id: string;
  readonly runs: readonly Run[];
  readonly clock: Clock;
}): JSX.Element => {
  const measures = MEASURES.filter((measure) => measured(runs, measure));
  const width = measures.length === 1 ? 1080 : 540;
  return (
    <div class="grid2">
      {measures.map((measure) => {
        const own = `${id}-${clock}-${measure.key}`;
        return (
          <Figure key={own} id={own} title={measure.title} reading={readingOf(runs)}>
            <LineChartFigure chart={curveChart(runs, measure, clock, width)} setting={{ place: 'page', id: own }} />
          </Figure>
        );
      })}
    </div>
  );
};

/** Curves by epoch, and by wall time under a second tab. */
export const TrainingCurves = ({ id, runs }: { readonly id: string; readonly runs: readonly Run[] }): JSX.Element => {
  const tabs: readonly Tab[] = [
    { name: 'by epoch', panel: <Curves id={id} runs={runs} clock="epoch" /> },
    { name: 'by wall time', panel: <Curves id={id} runs={runs} clock="time" /> },
  ];
  return runs.some(({ epochs }) => epochs.length > 0) ? (
    <Tabs id={id} tabs={tabs} />
  ) : (
    <p class="warning">No run finished an epoch: there are no curves.</p>
  );
};

const MOST_STEPS = 400;

/** The loss of every step, thinned; nothing where no run recorded steps. */
export const StepCurves = ({ runs }: { readonly runs: readonly Run[] }): JSX.Element | null => {
  const recorded = groupRuns(runs).flatMap(({ name, color, runs: repeats }) => {
    const first = repeats.find(({ steps }) => steps !== undefined && steps.length > 0);
    return first?.steps === undefined ? [] : [{ name, color, steps: first.steps }];
  });
  if (recorded.length === 0) return null;
  const id = 'steps-chart';
  const title = 'Loss of each step’s batch';
  return (
    <Figure
      id={id}
      title={title}
      reading="The loss on the batch of each step, before the step. Where steps are many, the line is the mean of neighbours and the band their range; of repeats, the first is drawn."
    >
      <LineChartFigure
        chart={{
          title,
          xTitle: 'step',
          yTitle: 'batch loss',
          yScale: 'log',
          naming: 'keys',
          curves: recorded.map(({ name, color, steps }) => ({
            name,
            color: { series: color },
            points: thin(
              steps.map(({ step, loss }) => ({ x: step, y: loss })),
              MOST_STEPS,
            ),
          })),
        }}
        setting={{ place: 'page', id }}
      />
    </Figure>
  );
};
