/** The report of a training command: curves of every run, learning rates through training, the last H̄ map, how each run ended. */

import type { Either } from 'fp-ts/lib/Either.js';
import type { JSX } from 'preact';
import { checkRuns, ensure } from '../check.js';
import type { Provenance, Run } from '../data.js';
import type { ReportError } from '../error.js';
import { LineChartFigure } from '../figures/line-chart.js';
import { rateChart } from '../figures/rate-chart.js';
import { inverseOver } from '../matrix.js';
import { formatCount } from '../number.js';
import { groupRuns } from '../series.js';
import { interactionInWords } from './headline.js';
import { InteractionMaps } from './interaction-maps.js';
import { Figure, pageText, Section, Tabs } from './page.js';
import { RunTable } from './run-table.js';
import { StepCurves, TrainingCurves } from './training-curves.js';
import { failureWarnings, trainingHeadline } from './training-headline.js';

/** What a report of a training command shows. */
export interface TrainingReport {
  readonly title: string;
  /** The command line that was run. */
  readonly command: string;
  /** Runs to compare; those that share a name are repeats of one another. */
  readonly runs: readonly Run[];
  readonly dataset: string;
  readonly model?: string;
  readonly seed?: number;
  readonly provenance?: Provenance;
}

const RatesFigure = ({ run, id }: { readonly run: Run; readonly id: string }): JSX.Element => {
  const title = `Learning rate per group, ${run.name}`;
  return (
    <Figure
      id={id}
      title={title}
      reading="One line per group; colour goes from the first layer to the last, biases are dashed. A line at zero is a group whose negative rate was clipped. Hover for a line’s name."
    >
      <LineChartFigure chart={rateChart(run.rates!, title)} setting={{ place: 'page', id }} />
    </Figure>
  );
};

/** The first repeat of each name that has what is asked for. */
const firstWith = (runs: readonly Run[], has: (run: Run) => boolean): readonly Run[] =>
  groupRuns(runs).flatMap((group) => group.runs.filter(has).slice(0, 1));

/**
 * One self-contained HTML page for a training command: loss and accuracy curves (by epoch and by wall time, repeats as mean and
 * range), learning rates per group, the last H̄ map, and a table with every run, failed ones included.
 *
 * Fails with `Empty` (no run) or `ShapeMismatch` (rates or a summary that do not fit their groups).
 */
export const trainingReport = (report: TrainingReport): Either<ReportError, string> =>
  ensure(checkRuns('runs', report.runs), () => {
    const { runs } = report;
    const rated = firstWith(runs, ({ rates }) => rates !== undefined && rates.steps.length > 0);
    const summarized = firstWith(runs, ({ summary }) => summary !== undefined);
    return pageText({
      kind: 'training',
      title: report.title,
      headline: [
        ...trainingHeadline(runs),
        ...summarized
          .slice(0, 1)
          .flatMap(({ name, summary }) => interactionInWords(summary!, { run: runs.length > 1 ? name : undefined })),
      ],
      warnings: failureWarnings(runs),
      facts: [
        { label: 'data', value: report.dataset },
        ...(report.model === undefined ? [] : [{ label: 'model', value: report.model }]),
        { label: 'runs', value: formatCount(runs.length) },
        ...(report.seed === undefined ? [] : [{ label: 'seed', value: String(report.seed) }]),
      ],
      provenance: { command: report.command, ...report.provenance },
      children: (
        <>
          <Section id="curves" title="Training curves">
            <TrainingCurves id="curve" runs={runs} />
            <StepCurves runs={runs} />
          </Section>
          {rated.length > 0 && (
            <Section id="rates" title="Learning rates through training">
              <Tabs
                id="rates-tab"
                tabs={rated.map((run, k) => ({ name: run.name, panel: <RatesFigure run={run} id={`rates-${k}`} /> }))}
              />
            </Section>
          )}
          {summarized.length > 0 && (
            <Section
              id="interactions"
              title="Which groups interact"
              reading="The last H̄ of each run, along the direction u in which its optimizer stepped: one row and one column per group; off-diagonal entries say that two groups change each other’s slope."
            >
              <Tabs
                id="interactions-tab"
                tabs={summarized.map(({ name, summary }, k) => {
                  const { groups, Hbar } = summary!;
                  const maps = (
                    <InteractionMaps id={`map-${k}`} summary={summary!} inverse={inverseOver(groups, Hbar)} />
                  );
                  return { name, panel: maps };
                })}
              />
            </Section>
          )}
          <Section
            id="runs"
            title="How each run ended"
            reading="At the last epoch; mean ± standard deviation over repeats."
          >
            <RunTable runs={runs} />
          </Section>
        </>
      ),
    });
  });
