/** Figures as SVG and reports as self-contained HTML, from plain data. */

export type {
  Datum,
  Epoch,
  Eta,
  Group,
  Provenance,
  Rates,
  Run,
  SolvedEta,
  SquareMatrix,
  Step,
  Summary,
  UnsolvedEta,
  Vector,
} from './data.js';
export type { Empty, OutOfRange, ReportError, ShapeMismatch } from './error.js';
export type { BlockMap } from './figures/block-map.js';
export { blockMapSvg } from './figures/block-map.js';
export type { DotChart, DotSeries } from './figures/dot-chart.js';
export { dotChartSvg } from './figures/dot-chart.js';
export type { HeatMap } from './figures/heat-map.js';
export { heatMapSvg } from './figures/heat-map.js';
export type { Curve, LineChart } from './figures/line-chart.js';
export { lineChartSvg } from './figures/line-chart.js';
export { rateChartSvg } from './figures/rate-chart.js';
export type { ScatterChart, ScatterPoint, ScatterSeries } from './figures/scatter-chart.js';
export { scatterChartSvg } from './figures/scatter-chart.js';
export type { SvgOptions } from './figures/svg.js';
export type { DistantPair } from './interaction.js';
export { distantPairs, medianByDistance } from './interaction.js';
export type { Inverse } from './matrix.js';
export { inverseOf, normalizedInteraction } from './matrix.js';
export type { AnalysisReport, EtaWindow, Prediction } from './pages/analysis-report.js';
export { analysisReport } from './pages/analysis-report.js';
export type { ExperimentReport, RunSet, Setup } from './pages/experiment-report.js';
export { experimentReport } from './pages/experiment-report.js';
export type { Snapshot } from './pages/snapshot.js';
export type { SummaryReport } from './pages/summary-report.js';
export { summaryReport } from './pages/summary-report.js';
export type { TrainingReport } from './pages/training-report.js';
export { trainingReport } from './pages/training-report.js';
export type { ScaleKind } from './scale.js';
export type { CurvePoint } from './series.js';
export type { Theme } from './style/figure-style.js';
export type { Scheme } from './style/palette.js';
