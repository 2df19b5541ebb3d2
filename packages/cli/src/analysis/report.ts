/** An analysis as what the report shows of it. */

import type { AnalysisReport, EtaWindow, Prediction, Provenance, Rates, Snapshot } from '@hograd/report';
import { batchCouplingText } from '../coupling.js';
import { type Analysis, bestMoment, type Moment } from './analysis.js';

/** Initialisation, the best moment and the last: Figure 1 of arXiv 2312.03885 shows the first two. */
const snapshotsOf = (analysis: Analysis): readonly Snapshot[] => {
  const held = analysis.examples.validation > 0 ? 'validation' : 'test';
  const best = bestMoment(analysis);
  const shown = new Map<Moment, string>();
  for (const moment of analysis.moments) {
    if (moment.epoch === 0) shown.set(moment, 'initialisation');
    else if (moment === best) shown.set(moment, `epoch ${moment.epoch}, best ${held} loss`);
    else if (moment === analysis.moments.at(-1)) shown.set(moment, `epoch ${moment.epoch}, the last`);
  }
  return [...shown].map(([{ Hbar }, label]) => ({ label, Hbar }));
};

const windowsOf = ({ windows }: Analysis): readonly EtaWindow[] => {
  const several = new Set(windows.map(({ lambdaInt }) => lambdaInt)).size > 1;
  return windows.map(({ from, to, lambdaInt, eta }) => ({
    label: `${from === to ? `epoch ${from}` : `epochs ${from} to ${to}`}${several ? `, λ_int ${lambdaInt}` : ''}`,
    eta,
  }));
};

/** η* at the first damping; a moment without one is a gap. */
const ratesOf = ({ groups, moments }: Analysis): Rates => ({
  groups,
  steps: moments.map(({ step }) => step),
  eta: moments.map(({ eta: [first] }) => (first && 'eta' in first ? first.eta : groups.map(() => null))),
});

const predictionsOf = ({ moments }: Analysis): readonly Prediction[] =>
  moments.flatMap(({ step, taylor }) =>
    (taylor?.steps ?? []).map(({ third, actual }) => ({
      step,
      predicted: third,
      actual,
      lambdaInt: taylor!.lambdaInt,
    })),
  );

export const reportOf = (analysis: Analysis, command: string): AnalysisReport => {
  const { model, data, optimizer, seed, device, dtype, examples, groups } = analysis;
  const provenance: Provenance = {
    command,
    optimizer,
    seed,
    device,
    precision: dtype,
    'examples trained on': examples.train,
    'examples looked at': examples.measured,
    'internal damping λ_int': analysis.lambdaInt.join(', '),
    ...(analysis.coupling && { losses: batchCouplingText(analysis.coupling) }),
    ...(analysis.interrupted && { note: 'interrupted before the last epoch' }),
  };
  return {
    title: `Curvature along training: ${model}`,
    model,
    dataset: data,
    groups,
    snapshots: snapshotsOf(analysis),
    windows: windowsOf(analysis),
    rates: ratesOf(analysis),
    ...(analysis.lambdaInt[0] !== undefined && { ratesDamping: analysis.lambdaInt[0] }),
    predictions: predictionsOf(analysis),
    provenance,
    ...(analysis.failure !== undefined && { failure: analysis.failure }),
  };
};
