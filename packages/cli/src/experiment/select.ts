/** The choice among the points of a grid. */

import type { Settings } from '../training/settings.js';
import { finalTrainLoss, type RunRecord } from './record.js';

/** As reports and results.json state it. */
export const SELECTION_RULE =
  'Of a grid, the settings with the lowest training loss of the last epoch, averaged over the tuning seeds, are taken; settings with a run that failed are not.';

/** A point of a grid and its runs on the tuning seeds. */
export interface Candidate {
  readonly settings: Settings;
  readonly runs: readonly RunRecord[];
}

/** Mean final training loss; undefined where a run failed. */
export const scoreOf = ({ runs }: Candidate): number | undefined => {
  const losses = runs.map(finalTrainLoss);
  const known = losses.filter((loss) => loss !== undefined);
  return known.length < losses.length || known.length === 0 ? undefined : known.reduce((a, b) => a + b) / known.length;
};

/** The first of the candidates with the lowest score; undefined where all have a run that failed. */
export const select = (candidates: readonly Candidate[]): Settings | undefined => {
  const scored = candidates.flatMap((candidate) => {
    const score = scoreOf(candidate);
    return score === undefined ? [] : [{ settings: candidate.settings, score }];
  });
  return scored.length === 0
    ? undefined
    : scored.reduce((best, next) => (next.score < best.score ? next : best)).settings;
};
