/** What a summary has to say besides its numbers: one line each, the same on a terminal and in a report. */

import type { Summarized } from './commands/summarize.js';

/** Where a gradient vanishes but for rounding. */
const AT_REST = 'a stationary point, or a bias before a normalisation';

/** Where η* is one of many: one line for all dampings that leave the model as many directions. */
const flatNotes = (eta: Summarized['eta']): readonly string[] => {
  const dampings = new Map<number, readonly number[]>();
  for (const one of eta) {
    if ('error' in one || one.flatDirections === undefined) continue;
    dampings.set(one.flatDirections, [...(dampings.get(one.flatDirections) ?? []), one.lambdaInt]);
  }
  return [...dampings].map(([count, lambdas]) => {
    const [directions, them] = count === 1 ? ['1 direction', 'it'] : [`${count} directions`, 'them'];
    return `λ_int = ${lambdas.join(', ')}: η* is one of infinitely many: H̄ is singular, and along ${directions} in the space of rates the model stays the same; η* has no part in ${them}`;
  });
};

export const summaryNotes = ({
  eta,
  inexact,
  drawn,
  memory,
}: Pick<Summarized, 'eta' | 'inexact' | 'drawn' | 'memory'>): readonly string[] => [
  ...flatNotes(eta),
  ...(inexact
    ? [
        `${eta.length > 0 ? `rate 0 for ${inexact.join(', ')}: the gradient there` : `the gradient of ${inexact.join(', ')}`} is no more than rounding error (${AT_REST})`,
      ]
    : []),
  ...(drawn ? [`drawn at random, seed ${drawn.seed}: ${drawn.inputs.join(', ')}`] : []),
  ...(memory === undefined ? [] : [memory]),
];
