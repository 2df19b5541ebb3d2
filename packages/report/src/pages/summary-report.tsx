/** The report of one curvature summary: suggested rates, who interacts with whom, the numbers. */

import type { Either } from 'fp-ts/lib/Either.js';
import type { JSX } from 'preact';
import type { Verdict } from '../check.js';
import { checkSummary, checkVector, ensure } from '../check.js';
import type { Datum, Eta, Provenance, Summary } from '../data.js';
import type { ReportError } from '../error.js';
import { DotChartInPage } from '../figures/dot-chart.js';
import { inverseOver } from '../matrix.js';
import { formatCount, formatNumber, formatSeconds } from '../number.js';
import { plural } from '../text.js';
import { isSolved, summaryHeadline, summaryWarnings } from './headline.js';
import { InteractionMaps } from './interaction-maps.js';
import { Figure, pageText, Section } from './page.js';
import { Table } from './table.js';

/** What a report of one summary shows. */
export interface SummaryReport extends Summary {
  readonly title: string;
  /** The model's name or file. */
  readonly model: string;
  readonly loss: Datum;
  /** What u is, in words that go on after "along u, ": `the gradient on the same inputs`. */
  readonly direction?: string;
  /** How many examples the loss is over. */
  readonly examples?: number;
  /** Sentences on how the numbers came to be; shown below the headline. */
  readonly notes?: readonly string[];
  /** Names of groups whose gradient is no more than rounding: nothing is said of their rates and interactions. */
  readonly inexact?: readonly string[];
  /** One entry per internal damping tried; refusals are shown with their message. */
  readonly eta: readonly Eta[];
  /** Which engine computed it (`stacked`, `generic`). */
  readonly engine: string;
  readonly dtype: string;
  /** Wall time in seconds, in all or by stage. */
  readonly seconds: number | Readonly<Record<string, number>>;
  readonly provenance: Provenance;
}

const totalSeconds = (seconds: SummaryReport['seconds']): number =>
  typeof seconds === 'number' ? seconds : Object.values(seconds).reduce((sum, part) => sum + part, 0);

const RatesSection = ({ report }: { readonly report: SummaryReport }): JSX.Element | null => {
  if (report.eta.length === 0) return null;
  const solved = report.eta.filter(isSolved);
  const id = 'rates-chart';
  const title = 'η* per group';
  return (
    <Section id="rates" title="The learning rate each group wants">
      {solved.length > 0 && (
        <Figure
          id={id}
          title={title}
          reading={`The rates that minimise the cubic model of the loss, one dot per group and internal damping λ_int; larger λ_int means shorter steps.${solved.length > 1 ? ' Equal rates stand above one another.' : ''} Multiply by the step size λ1. Left of zero the group’s part of the step goes along +u, not −u.`}
        >
          <DotChartInPage
            chart={{
              title,
              rows: report.groups.map(({ name }) => name),
              valueTitle: 'η*, before the step size λ1',
              series: solved.map(({ lambdaInt, eta }) => ({ name: `λ_int = ${formatNumber(lambdaInt)}`, values: eta })),
            }}
            id={id}
          />
        </Figure>
      )}
      <Refusals eta={report.eta} />
    </Section>
  );
};

const Refusals = ({ eta }: { readonly eta: readonly Eta[] }): JSX.Element | null => {
  const refused = eta.flatMap((one) => ('error' in one ? [one] : []));
  return refused.length === 0 ? null : (
    <ul class="refusals">
      {refused.map(({ lambdaInt, error }) => (
        <li key={lambdaInt} class="warning">
          {`λ_int = ${formatNumber(lambdaInt)}: no solution (${error.kind}). ${error.message}`}
        </li>
      ))}
    </ul>
  );
};

const SlopeSection = ({ report }: { readonly report: SummaryReport }): JSX.Element => {
  const rows = report.groups.map(({ name }) => name);
  const chart = (
    id: string,
    title: string,
    reading: string,
    values: Summary['gbar'],
    valueTitle: string,
  ): JSX.Element => (
    <Figure id={id} title={title} reading={reading}>
      <DotChartInPage chart={{ title, rows, valueTitle, series: [{ name: title, values }], width: 540 }} id={id} />
    </Figure>
  );
  return (
    <Section id="slopes" title="Slope and third derivative along the direction">
      <div class="grid2">
        {chart(
          'gbar',
          'ḡ, the slope',
          'How fast the loss changes when only this group moves along +u.',
          report.gbar,
          'ḡ',
        )}
        {report.D3 !== undefined &&
          chart(
            'D3',
            'D3, the third derivative',
            'How fast this group’s curvature changes along its own direction; its magnitude sets how far the cubic model is trusted.',
            report.D3,
            'D3',
          )}
      </div>
    </Section>
  );
};

/** What the derivatives are along, and of how many examples; nothing where the caller does not say. */
const subtitle = ({ direction, examples }: SummaryReport): string | undefined => {
  const along = direction === undefined ? '' : ` along u, ${direction}`;
  const over = examples === undefined ? '' : ` over ${plural(examples, 'example')}`;
  return along || over ? `Derivatives of the loss${over}${over && along && ','}${along}` : undefined;
};

const NumbersSection = ({ report }: { readonly report: SummaryReport }): JSX.Element => {
  const solved = report.eta.filter(isSolved);
  const flat = solved.some(({ flatDirections = 0 }) => flatDirections > 0);
  return (
    <Section id="groups" title="The numbers per group">
      <Table
        columns={[
          { heading: 'group', holds: 'text' },
          ...['size', 'ḡ', 'H̄ diagonal', ...(report.D3 === undefined ? [] : ['D3'])].map((heading) => ({
            heading,
            holds: 'number' as const,
          })),
          ...solved.map(({ lambdaInt }) => ({
            heading: `η* at λ_int ${formatNumber(lambdaInt)}`,
            holds: 'number' as const,
          })),
        ]}
        rows={report.groups.map(({ name, size }, s) => [
          name,
          formatCount(size),
          formatNumber(report.gbar[s]),
          formatNumber(report.Hbar[s]![s]),
          ...(report.D3 === undefined ? [] : [formatNumber(report.D3[s])]),
          ...solved.map(({ eta }) => formatNumber(eta[s])),
        ])}
      />
      {solved.some(({ r, residual }) => r !== undefined || residual !== undefined) && (
        <Table
          caption="How each solution was found"
          columns={[
            { heading: 'λ_int', holds: 'text' },
            { heading: 'r = ‖Dη*‖', holds: 'number' },
            { heading: 'case', holds: 'text' },
            { heading: 'residual', holds: 'number' },
            ...(flat ? [{ heading: 'flat directions', holds: 'number' as const }] : []),
          ]}
          rows={solved.map((one) => [
            formatNumber(one.lambdaInt),
            one.r === undefined ? '' : formatNumber(one.r),
            one.case ?? '',
            one.residual === undefined ? '' : formatNumber(one.residual, 2),
            ...(flat ? [formatCount(one.flatDirections ?? 0)] : []),
          ])}
        />
      )}
    </Section>
  );
};

function* checkReport(report: SummaryReport): Generator<Verdict> {
  yield* checkSummary('', report);
  for (const [k, one] of report.eta.entries()) {
    if (isSolved(one)) yield checkVector(`eta[${k}].eta`, one.eta, report.groups);
  }
}

/**
 * One self-contained HTML page: suggested learning rates (η* per λ_int), the H̄ map (four views), ḡ and D3, and tables.
 * It loads nothing from anywhere. Numbers that are not finite are shown as gaps and counted.
 *
 * Fails with `Empty` (no group) or `ShapeMismatch` (a vector or matrix that does not fit the groups).
 */
export const summaryReport = (report: SummaryReport): Either<ReportError, string> =>
  ensure(checkReport(report), () => {
    const { groups, gbar, Hbar, D3, eta, loss, seconds, direction, examples, inexact } = report;
    return pageText({
      kind: 'curvature summary',
      title: report.title,
      subtitle: subtitle(report),
      headline: summaryHeadline(report, eta),
      notes: report.notes,
      warnings: summaryWarnings(report),
      facts: [
        { label: 'model', value: report.model },
        { label: 'loss', value: formatNumber(loss, 6) },
        { label: 'groups', value: formatCount(groups.length) },
        { label: 'parameters', value: formatCount(groups.reduce((sum, { size }) => sum + size, 0)) },
        { label: 'engine', value: `${report.engine}, ${report.dtype}` },
        { label: 'time', value: formatSeconds(totalSeconds(seconds)) },
      ],
      provenance: {
        ...report.provenance,
        ...(typeof seconds === 'number'
          ? {}
          : Object.fromEntries(
              Object.entries(seconds).map(([stage, value]) => [`${stage} time`, formatSeconds(value)]),
            )),
      },
      numbers: { loss, direction, examples, groups, gbar, Hbar, D3, eta, inexact },
      children: (
        <>
          <RatesSection report={report} />
          <Section
            id="interactions"
            title="Which groups interact"
            reading={`H̄ has one row and one column per group (${plural(groups.length, 'group')}); off-diagonal entries say that two groups change each other’s slope.`}
          >
            <InteractionMaps id="map" summary={report} inverse={inverseOver(groups, Hbar)} />
          </Section>
          <SlopeSection report={report} />
          <NumbersSection report={report} />
        </>
      ),
    });
  });
