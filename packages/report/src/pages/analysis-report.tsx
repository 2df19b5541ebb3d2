/** The report of an analysis along a training run: H̄ and H̄⁻¹ in blocks, η* by window, predictions, reach of interactions. */

import { median, quantile } from 'd3-array';
import type { Either } from 'fp-ts/lib/Either.js';
import type { JSX } from 'preact';
import type { Verdict } from '../check.js';
import { checkGroups, checkMatrix, checkRates, checkVector, ensure, nonEmpty } from '../check.js';
import type { Datum, Group, Provenance, Rates, Vector } from '../data.js';
import type { ReportError } from '../error.js';
import { DotChartInPage } from '../figures/dot-chart.js';
import { LineChartFigure } from '../figures/line-chart.js';
import { rateChart } from '../figures/rate-chart.js';
import { ScatterChartFigure } from '../figures/scatter-chart.js';
import { inverseOver } from '../matrix.js';
import { formatCount, formatNumber, formatPercent, isFiniteNumber } from '../number.js';
import { multipleOf, plural } from '../text.js';
import { InteractionMaps } from './interaction-maps.js';
import type { Tab } from './page.js';
import { Figure, pageText, Section, Tabs } from './page.js';
import type { InvertedSnapshot, Snapshot } from './snapshot.js';
import { ReachFigure, reachInWords, SnapshotBlocks } from './snapshot.js';

/** η* averaged over a stretch of epochs. */
export interface EtaWindow {
  /** Such as `epochs 0 to 19`. */
  readonly label: string;
  /** One entry per group. */
  readonly eta: Vector;
}

/** The change of the loss over one step: what the model said and what happened. */
export interface Prediction {
  readonly step: number;
  /** Of loss after minus loss before, by the Taylor terms or the cubic model. */
  readonly predicted: Datum;
  readonly actual: Datum;
  /** The internal damping of the step's η*. */
  readonly lambdaInt?: number;
}

/** What a report of an analysis shows; parts left out are left out of the page. */
export interface AnalysisReport {
  readonly title: string;
  readonly model: string;
  readonly dataset: string;
  readonly groups: readonly Group[];
  readonly snapshots: readonly Snapshot[];
  readonly windows?: readonly EtaWindow[];
  /** η* at every epoch or step analysed. */
  readonly rates?: Rates;
  /** The internal damping of `rates`. */
  readonly ratesDamping?: number;
  readonly predictions?: readonly Prediction[];
  readonly provenance: Provenance;
  /** Why the run ended before its time. */
  readonly failure?: string;
}

/** Median and quartiles of actual ÷ predicted, and how often the two agree on the direction. */
const predictionInWords = (predictions: readonly Prediction[]): readonly string[] => {
  const both = predictions.flatMap(({ predicted, actual }) =>
    isFiniteNumber(predicted) && isFiniteNumber(actual) && predicted !== 0 ? [actual / predicted] : [],
  );
  if (both.length === 0) return [];
  const [low, high] = [quantile(both, 0.25)!, quantile(both, 0.75)!];
  const [from, to] = [formatNumber(low, 2), formatNumber(high, 2)];
  const spread =
    from === to ? `for half of them ${from} to two digits` : `half of them between ${from} and ${to} times`;
  const half = both.length < 4 ? '' : `, ${spread}`;
  const agree = both.filter((ratio) => ratio > 0).length / both.length;
  return [
    `The actual change of the loss was ${multipleOf(median(both)!, 'the predicted one')} (median of ${plural(both.length, 'step')}${half}); signs agree in ${formatPercent(Number(agree.toPrecision(3)))}.`,
  ];
};

const PredictionFigure = ({ predictions }: { readonly predictions: readonly Prediction[] }): JSX.Element => {
  const id = 'predictions-chart';
  const title = 'Predicted against actual change of the loss';
  return (
    <Figure
      id={id}
      title={title}
      reading="One dot per step. On the dashed line the model was right; above it the loss fell less than predicted, or rose."
    >
      <ScatterChartFigure
        chart={{
          title,
          xTitle: 'predicted change of the loss',
          yTitle: 'actual change of the loss',
          guide: 'equality',
          width: 760,
          series: [
            {
              name: 'steps',
              points: predictions.map(({ step, predicted, actual, lambdaInt }) => ({
                x: predicted,
                y: actual,
                label: `step ${step}${lambdaInt === undefined ? '' : `, λ_int = ${formatNumber(lambdaInt)}`}: predicted ${formatNumber(predicted)}, actual ${formatNumber(actual)}`,
              })),
            },
          ],
        }}
        setting={{ place: 'page', id }}
      />
    </Figure>
  );
};

const EtaSection = ({ report }: { readonly report: AnalysisReport }): JSX.Element | null => {
  const { windows = [], rates, ratesDamping } = report;
  if (windows.length === 0 && rates === undefined) return null;
  const title = 'η* averaged over windows';
  const through = 'η* through training';
  return (
    <Section id="rates" title="The learning rate each group wants, through training">
      {windows.length > 0 && (
        <Figure
          id="windows-chart"
          title={title}
          reading="One dot per group and window, before the step size λ1. Dots that drift with the window are groups whose rate changes as training goes on."
        >
          <DotChartInPage
            chart={{
              title,
              rows: report.groups.map(({ name }) => name),
              valueTitle: 'η*, before the step size λ1',
              series: windows.map(({ label, eta }) => ({ name: label, values: eta })),
            }}
            id="windows-chart"
          />
        </Figure>
      )}
      {rates !== undefined && rates.steps.length > 0 && (
        <Figure
          id="rates-chart"
          title={through}
          reading={`One line per group${ratesDamping === undefined ? '' : `, at λ_int = ${formatNumber(ratesDamping)}`}; colour goes from the first layer to the last, biases are dashed.`}
        >
          <LineChartFigure chart={rateChart(rates, through)} setting={{ place: 'page', id: 'rates-chart' }} />
        </Figure>
      )}
    </Section>
  );
};

function* checkReport({ groups, snapshots, windows = [], rates }: AnalysisReport): Generator<Verdict> {
  yield* checkGroups('groups', groups);
  yield nonEmpty('snapshots', snapshots, 'give H̄ at one moment at least');
  for (const [k, { Hbar }] of snapshots.entries()) yield* checkMatrix(`snapshots[${k}].Hbar`, Hbar, groups);
  for (const [k, { eta }] of windows.entries()) yield checkVector(`windows[${k}].eta`, eta, groups);
  if (rates !== undefined) yield* checkRates('rates', rates);
}

const snapshotTabs = (
  snapshots: readonly InvertedSnapshot[],
  draw: (snapshot: InvertedSnapshot, k: number) => JSX.Element,
): readonly Tab[] => snapshots.map((snapshot, k) => ({ name: snapshot.label, panel: draw(snapshot, k) }));

/**
 * One self-contained HTML page for an analysis along a training run (Figures 1 and 2 of arXiv 2312.03885): H̄ and H̄⁻¹ at each
 * snapshot in blocks of weights and biases and as whole maps, η* by window and through training, predicted against actual change
 * of the loss, and interaction by distance between layers.
 *
 * Fails with `Empty` (no group, no snapshot) or `ShapeMismatch` (anything that does not fit the groups).
 */
export const analysisReport = (report: AnalysisReport): Either<ReportError, string> =>
  ensure(checkReport(report), () => {
    const { groups, predictions = [] } = report;
    const snapshots = report.snapshots.map((snapshot) => ({
      ...snapshot,
      inverse: inverseOver(groups, snapshot.Hbar),
    }));
    const last = snapshots.at(-1)!;
    return pageText({
      kind: 'analysis',
      title: report.title,
      headline: [...snapshots.map((snapshot) => reachInWords(groups, snapshot)), ...predictionInWords(predictions)],
      facts: [
        { label: 'model', value: report.model },
        { label: 'data', value: report.dataset },
        { label: 'groups', value: formatCount(groups.length) },
        { label: 'parameters', value: formatCount(groups.reduce((sum, { size }) => sum + size, 0)) },
      ],
      warnings: report.failure === undefined ? [] : [`The run ended before its time: ${report.failure}.`],
      provenance: report.provenance,
      children: (
        <>
          <Section id="blocks" title="Blocks of H̄ and H̄⁻¹">
            <Tabs
              id="block"
              tabs={snapshotTabs(snapshots, (snapshot, k) => (
                <SnapshotBlocks id={`block-${k}`} groups={groups} snapshot={snapshot} />
              ))}
            />
          </Section>
          <EtaSection report={report} />
          {predictions.length > 0 && (
            <Section id="predictions" title="Does the model predict the step?">
              <PredictionFigure predictions={predictions} />
            </Section>
          )}
          <Section id="reach" title="How far interactions reach">
            <Tabs
              id="reach-tab"
              tabs={snapshotTabs(snapshots, (snapshot, k) => (
                <ReachFigure id={`reach-${k}`} groups={groups} snapshot={snapshot} />
              ))}
            />
          </Section>
          <Section id="maps" title="The whole maps">
            <InteractionMaps id="map" summary={{ groups, Hbar: last.Hbar }} inverse={last.inverse} />
          </Section>
        </>
      ),
    });
  });
