/** What a summary has to say besides its numbers: one line each, the same on a terminal and in a report. */

import type { Summarized } from './commands/summarize.js';

/** Where a gradient vanishes but for rounding. */
const AT_REST = 'a stationary point, or a bias before a normalisation';

const flatText = (count: number): string => `${count} ${count === 1 ? 'direction' : 'directions'}`;

export const summaryNotes = ({
  eta,
  inexact,
  drawn,
  memory,
}: Pick<Summarized, 'eta' | 'inexact' | 'drawn' | 'memory'>): readonly string[] => [
  ...eta.flatMap((one) =>
    'eta' in one && one.flatDirections !== undefined
      ? [
          `λ_int = ${one.lambdaInt}: η* is one of infinitely many: H̄ is singular, and along ${flatText(one.flatDirections)} in the space of rates the model stays the same; η* has no part in ${one.flatDirections === 1 ? 'it' : 'them'}`,
        ]
      : [],
  ),
  ...(inexact
    ? [
        `${eta.length > 0 ? `rate 0 for ${inexact.join(', ')}: the gradient there` : `the gradient of ${inexact.join(', ')}`} is no more than rounding error (${AT_REST})`,
      ]
    : []),
  ...(drawn ? [`drawn at random, seed ${drawn.seed}: ${drawn.inputs.join(', ')}`] : []),
  ...(memory === undefined ? [] : [memory]),
];
