/** The answers in words that reports begin with. */

import { max, median, min } from 'd3-array';
import type { Eta, SolvedEta, SquareMatrix, Summary, Vector } from '../data.js';
import { placeGroups } from '../group.js';
import { normalizedInteraction, strongestPairs } from '../matrix.js';
import { formatNumber, isFiniteNumber } from '../number.js';
import { abbreviate, enumerate, multipleOf, plural } from '../text.js';

export const isSolved = (eta: Eta): eta is SolvedEta => 'eta' in eta;

/** The rates to speak of first: those at the internal damping nearest 1, where the cubic term weighs what Taylor's would. */
export const chooseEta = (etas: readonly Eta[]): SolvedEta | undefined => {
  const distance = ({ lambdaInt }: Eta): number => (lambdaInt > 0 ? Math.abs(Math.log(lambdaInt)) : Number.MAX_VALUE);
  return etas.filter(isSolved).toSorted((a, b) => distance(a) - distance(b))[0];
};

const rangeInWords = (values: readonly number[]): string => {
  const [low, high] = [min(values)!, max(values)!];
  return low === high
    ? formatNumber(low)
    : `${formatNumber(low)} to ${formatNumber(high)} (median ${formatNumber(median(values))})`;
};

/** A summary, and the names of its groups that hold no more than rounding. */
type Measured = Summary & { readonly inexact?: readonly string[] };

/** "Suggested learning rates …", weights and biases apart; says how many groups want none or a negative one. */
const ratesInWords = ({ groups, gbar, inexact = [] }: Measured, { lambdaInt, eta }: SolvedEta): readonly string[] => {
  if (gbar.every((value) => value === 0))
    return [
      'The gradient along the direction is zero in every group: along it there is no step to take, and no learning rate.',
    ];
  if (groups.every(({ name }, s) => gbar[s] === 0 || inexact.includes(name)))
    return [
      'The gradient is zero or no more than rounding in every group: there is no step to take along it, and no learning rate.',
    ];
  const placed = placeGroups(groups);
  const positive = (kind: 'weight' | 'bias'): readonly number[] =>
    eta.filter((value, s): value is number => isFiniteNumber(value) && value > 0 && placed[s]!.kind === kind);
  const both = new Set(placed.map(({ kind }) => kind)).size === 2;
  const parts = (['weight', 'bias'] as const)
    .map((kind) => [both ? (kind === 'bias' ? 'biases ' : 'weights ') : '', positive(kind)] as const)
    .filter(([, values]) => values.length > 0)
    .map(([name, values]) => name + rangeInWords(values));
  const against = eta.filter((value) => isFiniteNumber(value) && value < 0).length;
  const suggestion =
    parts.length > 0
      ? `Suggested learning ${groups.length === 1 ? 'rate' : 'rates'} at λ_int = ${formatNumber(lambdaInt)}: ${parts.join('; ')}.`
      : `At λ_int = ${formatNumber(lambdaInt)} no group wants a positive learning rate.`;
  return [
    suggestion,
    ...(against > 0
      ? [
          `${plural(against, 'group wants', 'groups want')} a negative rate: jointly with the others the loss falls when ${against === 1 ? 'it steps' : 'they step'} the other way.`,
        ]
      : []),
  ];
};

/** Longer names are abbreviated in sentences; tables have them in full. */
const LONGEST_NAME = 44;

/** What rounding leaves of an entry of H̄ that is 0, relative to the two groups' own curvatures. */
const roundingOf = (dtype: string): number => (dtype === 'float64' ? 1e-14 : 1e-6);

/** Whether no entry off the diagonal is more than rounding, of all pairs and not only those whose relative interaction is defined. */
const isDiagonal = (Hbar: SquareMatrix, isRounding: (s: number, t: number) => boolean): boolean =>
  Hbar.length > 1 &&
  Hbar.every((row, s) =>
    row.every((value, t) => s === t || value === 0 || (isFiniteNumber(value) && isRounding(s, t))),
  );

/**
 * Which two groups interact most, relative to their own curvatures, or that none do; by `run`, the name of whose H̄ it is, where there
 * are several.
 */
export const interactionInWords = (
  { groups, Hbar, inexact = [] }: Measured,
  { run, dtype = 'float32' }: { readonly run?: string | undefined; readonly dtype?: string } = {},
): readonly string[] => {
  const normalized = normalizedInteraction(Hbar);
  const isRounding = (s: number, t: number): boolean =>
    Math.abs(normalized[s]![t]!) <= roundingOf(dtype) || [s, t].some((k) => inexact.includes(groups[k]!.name));
  const [first, second] = strongestPairs(normalized).filter(({ s, t }) => !isRounding(s, t));
  if (first === undefined) {
    const whose = run === undefined ? '' : `In ${run}’s H̄ `;
    return isDiagonal(Hbar, isRounding)
      ? [`${whose}${whose ? 'no' : 'No'} two groups interact: off its diagonal H̄ is zero or no more than rounding.`]
      : [];
  }
  const name = (s: number): string => abbreviate(groups[s]!.name, LONGEST_NAME);
  const strength = multipleOf(first.value, 'the geometric mean of their own curvatures', 2);
  const groupsOf = run === undefined ? 'The groups' : `In ${run}’s H̄ the groups`;
  const pair = `${groupsOf} that interact most are ${name(first.s)} and ${name(first.t)} (${strength})`;
  return [
    second === undefined
      ? `${pair}.`
      : `${pair}, then ${name(second.s)} and ${name(second.t)} (${formatNumber(second.value, 2)}).`,
  ];
};

export const summaryHeadline = (
  summary: Measured & { readonly dtype: string },
  etas: readonly Eta[],
): readonly string[] => {
  const chosen = chooseEta(etas);
  const rates = chosen === undefined ? [] : ratesInWords(summary, chosen);
  const none =
    etas.length > 0 && chosen === undefined ? ['The solver found no learning rates at any λ_int given.'] : [];
  return [...rates, ...none, ...interactionInWords(summary, { dtype: summary.dtype })];
};

/** Sentences on what is missing from the data itself. */
export const summaryWarnings = ({ gbar, Hbar, D3 }: Summary): readonly string[] => {
  const bad = (values: Vector): number => values.filter((value) => !isFiniteNumber(value)).length;
  const parts = [
    ['ḡ', bad(gbar)] as const,
    ['H̄', bad(Hbar.flat())] as const,
    ...(D3 === undefined ? [] : [['D3', bad(D3)] as const]),
  ].filter(([, count]) => count > 0);
  return parts.length === 0
    ? []
    : [`Not finite: ${enumerate(parts.map(([name, count]) => `${plural(count, 'entry', 'entries')} of ${name}`))}.`];
};
