/** The report of an experiment: several setups, several optimizers each, several seeds each. */

import type { Either } from 'fp-ts/lib/Either.js';
import type { JSX } from 'preact';
import type { Verdict } from '../check.js';
import { checkRuns, ensure, nonEmpty } from '../check.js';
import type { Provenance, Run } from '../data.js';
import type { ReportError } from '../error.js';
import { formatCount, formatNumber, formatPercent } from '../number.js';
import { groupRuns } from '../series.js';
import { pageText, Section } from './page.js';
import { meanText, outcomeOf, RunTable } from './run-table.js';
import { Table } from './table.js';
import { TrainingCurves } from './training-curves.js';
import { failureWarnings, trainingHeadline } from './training-headline.js';

/** Runs that are shown together. */
export interface RunSet {
  /** One or two sentences: model, data, what was searched. */
  readonly description?: string;
  readonly runs: readonly Run[];
}

interface Named extends RunSet {
  readonly name: string;
}

/** A model on a data set, trained in several ways. */
export interface Setup extends Named {
  /** The runs that options were chosen by; a section of their own, which the headline leaves alone. */
  readonly search?: RunSet;
}

/** A setup's sections: its runs, and its search. */
const sectionsOf = ({ search, ...own }: Setup): readonly Named[] => [
  own,
  ...(search ? [{ ...search, name: `${own.name}: grid search` }] : []),
];

/** What a report of an experiment shows. */
export interface ExperimentReport {
  readonly title: string;
  readonly command: string;
  readonly setups: readonly Setup[];
  readonly provenance?: Provenance;
}

/** Every section and name in one table. */
const FinalTable = ({ sections }: { readonly sections: readonly Named[] }): JSX.Element => (
  <Table
    columns={[
      { heading: 'setup', holds: 'text' },
      { heading: 'run', holds: 'text' },
      { heading: 'repeats', holds: 'number' },
      { heading: 'training loss', holds: 'number' },
      { heading: 'test accuracy', holds: 'number' },
      { heading: 'seconds per epoch', holds: 'number' },
      { heading: 'failed', holds: 'number' },
    ]}
    rows={sections.flatMap((section) =>
      groupRuns(section.runs).map(({ name, runs }) => {
        const ends = runs.map(outcomeOf);
        return [
          section.name,
          name,
          String(runs.length),
          meanText(
            ends.map(({ trainLoss }) => trainLoss),
            formatNumber,
          ),
          meanText(
            ends.map(({ testAccuracy }) => testAccuracy),
            formatPercent,
          ),
          meanText(
            ends.map(({ secondsPerEpoch }) => secondsPerEpoch ?? undefined),
            formatNumber,
          ),
          String(runs.filter(({ failure }) => failure !== undefined).length),
        ];
      }),
    )}
  />
);

function* checkReport({ setups }: ExperimentReport): Generator<Verdict> {
  yield nonEmpty('setups', setups, 'give at least one setup');
  for (const [k, { runs, search }] of setups.entries()) {
    yield* checkRuns(`setups[${k}].runs`, runs);
    if (search) yield* checkRuns(`setups[${k}].search.runs`, search.runs);
  }
}

/**
 * One self-contained HTML page for an experiment: the final table, then for each setup its curves (mean and range over repeats,
 * by epoch and by wall time) and its own table, and the same for its search. Runs that failed stay in the tables with their reason.
 *
 * Fails with `Empty` (no setup, a setup or search without runs) or `ShapeMismatch` (rates or a summary that do not fit their
 * groups).
 */
export const experimentReport = (report: ExperimentReport): Either<ReportError, string> =>
  ensure(checkReport(report), () => {
    const { setups } = report;
    const sections = setups.flatMap(sectionsOf);
    const runs = setups.flatMap((setup) => setup.runs);
    const searched = setups.flatMap(({ search }) => search?.runs ?? []);
    return pageText({
      kind: 'experiment',
      title: report.title,
      headline: setups.map((setup) => `${setup.name}: ${trainingHeadline(setup.runs)[0] ?? ''}`),
      warnings: sections.flatMap(({ name, runs: shown }) =>
        failureWarnings(shown).map((warning) => `${name}, ${warning}`),
      ),
      facts: [
        { label: 'setups', value: formatCount(setups.length) },
        { label: 'runs', value: formatCount(runs.length) },
        ...(searched.length > 0 ? [{ label: 'runs of the grid search', value: formatCount(searched.length) }] : []),
        { label: 'optimizers', value: [...new Set(runs.map(({ optimizer }) => optimizer))].join(', ') },
        {
          label: 'seeds',
          value: formatCount(new Set(runs.flatMap(({ seed }) => (seed === undefined ? [] : [seed]))).size),
        },
      ],
      provenance: { command: report.command, ...report.provenance },
      children: (
        <>
          <Section
            id="final"
            title="Where every run ended"
            reading="At the last epoch; mean ± standard deviation over repeats."
          >
            <FinalTable sections={sections} />
          </Section>
          {sections.map((section, k) => (
            <Section
              key={section.name}
              id={`setup-${k}`}
              title={section.name}
              {...(section.description === undefined ? {} : { reading: section.description })}
            >
              <TrainingCurves id={`setup-${k}-curve`} runs={section.runs} />
              <RunTable runs={section.runs} />
            </Section>
          ))}
        </>
      ),
    });
  });
