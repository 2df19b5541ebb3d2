/** η* of a summary, or why there is none, as commands print them (cli contract). */

import type { CubicError } from '@hograd/cubic-solver';
import { learningRates, type SummaryNumbers } from '@hograd/newton-summary';
import * as E from 'fp-ts/lib/Either.js';

export interface SolvedRates {
  readonly lambdaInt: number;
  /** η* [S], before the step size λ1. */
  readonly eta: readonly number[];
  /** ‖Dη*‖. */
  readonly r: number;
  readonly case: string;
  /** Relative residual of the stationarity equation. */
  readonly residual: number;
  /**
   * Dimensions of the space along which the cubic model is constant, so that η* is one of infinitely many and has no part in it; left out: 0.
   * Groups that nothing moves and that move nothing (zeros in ḡ, H̄ and D3) do not count: their rate is 0.
   */
  readonly flatDirections?: number;
}

export interface RefusedRates {
  readonly lambdaInt: number;
  readonly error: { readonly kind: string; readonly message: string };
}

/** More groups than this are counted, not named. */
const MOST_NAMED = 6;

const inWords = (names: readonly string[]): string =>
  names.length <= MOST_NAMED
    ? names.join(', ')
    : `${names.slice(0, MOST_NAMED).join(', ')} and ${names.length - MOST_NAMED} more`;

/** Where H̄ has no positive curvature: the diagonal of each of several groups may be positive all the same. */
const alongInWords = (names: readonly string[]): string =>
  names.length === 1 ? names[0]! : `a combination of ${inWords(names)}`;

/** The solver knows groups by number and its arguments by letter; a command's user knows names and options. */
const refusalInWords = (error: CubicError, names: readonly string[], lambdaInt: number): string => {
  switch (error._tag) {
    case 'Unbounded': {
      const what = error.singular ? 'is singular to working precision' : 'has negative curvature';
      const where = alongInWords(error.groups.map((s) => names[s]!));
      return lambdaInt === 0
        ? `H̄ ${what} along ${where}, and without a cubic term the model has no minimum; use --lambda-int above 0`
        : `H̄ ${what} along ${where}, where D3 is 0 and no cubic term acts, so the model has no minimum; join groups with --partition, or use --dtype float64 where derivatives this small are lost`;
    }
    case 'NotFinite': {
      const what = { H: 'H̄', g: 'ḡ', d: 'D3', lambda: 'λ_int' }[error.field];
      const where = error.index.map((s) => names[s]!).join(' × ');
      return `${what}${where && ` of ${where}`} is not finite; look for an overflow in the model's values`;
    }
    default:
      return error.message;
  }
};

/** Groups that are in no term of the cubic model. */
const absentGroups = ({ gbar, Hbar, D3 }: SummaryNumbers, lambdaInt: number): number =>
  gbar.filter((g, s) => g === 0 && lambdaInt * D3[s]! === 0 && Hbar[s]!.every((entry) => entry === 0)).length;

/** η* of the groups' summary at an internal damping λ_int ≥ 0 (arXiv 2312.03885, equation 9). */
export const ratesOf =
  (groups: readonly { readonly name: string }[], summary: SummaryNumbers) =>
  (lambdaInt: number): SolvedRates | RefusedRates => {
    const solved = learningRates(lambdaInt)(summary);
    if (E.isLeft(solved)) {
      const names = groups.map(({ name }) => name);
      return { lambdaInt, error: { kind: solved.left._tag, message: refusalInWords(solved.left, names, lambdaInt) } };
    }
    const { eta, r, certificate } = solved.right;
    const flatDirections = certificate.flatDirections - absentGroups(summary, lambdaInt);
    return {
      lambdaInt,
      eta,
      r,
      case: solved.right.case,
      residual: certificate.residual,
      ...(flatDirections > 0 && { flatDirections }),
    };
  };
