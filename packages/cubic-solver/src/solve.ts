/** The anisotropic cubic subproblem, solved to its global minimiser. */

import type { Either } from 'fp-ts/lib/Either.js';
import { left, right } from 'fp-ts/lib/Either.js';
import { certify } from './certificate.js';
import { cholesky } from './cholesky.js';
import type { Reduction } from './elimination.js';
import { eliminateFreeGroups } from './elimination.js';
import type { CubicError } from './error.js';
import { outOfRange } from './error.js';
import type { NullStep } from './hard-case.js';
import { hardCase } from './hard-case.js';
import type { CubicProblem } from './problem.js';
import { isSemidefinite, referenceShift } from './reference-shift.js';
import type { Point } from './refinement.js';
import { refineCubic, refineNewton } from './refinement.js';
import { defect, residual } from './residual.js';
import type { Secular } from './secular.js';
import { coordinates, secular, solveSecular } from './secular.js';
import type { CubicCase, CubicSolution } from './solution.js';
import { spectrum } from './spectrum.js';
import type { System } from './system.js';
import { validate } from './validate.js';
import { allFinite, isZero } from './vector.js';

/** A minimiser before its certificate. */
interface Found extends Point {
  readonly case: CubicCase;
  readonly boundaryRadius: number;
  readonly iterations: number;
  readonly factorizations: number;
  readonly hard?: NullStep & { readonly mirrorEta: Float64Array };
}

/** y = 0 on the held groups: the free ones alone carry the step. */
const solveFree = (system: System, reduction: Reduction, label: CubicCase): Found => {
  const { held, expand } = reduction;
  const point = { eta: expand(new Float64Array(held.length), system.g), r: 0 };
  const start = { ...point, r: Math.hypot(...point.eta.map((value, s) => system.d[s] * value)) };
  return {
    ...(held.length === 0 ? refineNewton(system, reduction, start) : start),
    case: isZero(system.g) ? 'zero-gradient' : label,
    boundaryRadius: 0,
    iterations: 0,
    factorizations: 0,
  };
};

/** The cubic term acts on at least one group. */
const solveHeld = (system: System, reduction: Reduction): Either<CubicError, Found> => {
  const { held, K, reduce, expand } = reduction;
  const { c, g } = system;
  const size = held.length;
  const b = reduce(g);
  if (!allFinite(K) || !allFinite(b)) return left(outOfRange('H/d² or g/d overflows'));
  if (isZero(b) && isSemidefinite(K, size)) return right(solveFree(system, reduction, 'definite'));

  const definite = cholesky(K, size) !== undefined;
  const reference = referenceShift(K, b, c);
  const basis = reference && spectrum(reference, size);
  if (reference === undefined || basis === undefined) return left(outOfRange('the solution overflows on the way'));
  const { shift, factorizations } = reference;
  const { analyze, synthesize, nu } = basis;

  // In two factors, neither of which overflows where the product does not.
  const root = Math.sqrt(shift);
  const radiusUnit = shift / c;
  const equation = secular(
    nu,
    analyze(b).map((value) => value / root / radiusUnit),
    definite,
  );
  const locate = (at: Secular, t: number, z: Float64Array): Point =>
    refineCubic(
      system,
      reduction,
      at,
      basis,
      shift,
      { t, z },
      {
        eta: expand(synthesize(z.map((value) => value * root * radiusUnit)), g),
        r: (at.pole + t) * radiusUnit,
      },
    );
  const common = { boundaryRadius: equation.pole * radiusUnit, factorizations: factorizations + 1 };

  const hard = hardCase(equation, basis);
  if (hard !== undefined) {
    const { t, z, mirror, iterations } = hard;
    const mirrorEta = locate(hard.equation, t, mirror).eta;
    return right({ ...common, ...locate(hard.equation, t, z), case: 'hard', iterations, hard: { ...hard, mirrorEta } });
  }
  const { t, iterations } = solveSecular(equation);
  const point = locate(equation, t, coordinates(equation, t));
  return right({ ...common, ...point, case: definite ? 'definite' : 'indefinite', iterations });
};

/** Beyond this, the point is not a solution: float64 has lost the problem. */
const largestDefect = 1e-6;

const certified = (
  problem: CubicProblem,
  system: System,
  { held, flatDirections }: Reduction,
  found: Found,
): Either<CubicError, CubicSolution> => {
  const error = defect(residual(system, found.eta, found.r));
  if (Number.isNaN(error)) return left(outOfRange('the minimiser overflows'));
  if (error > largestDefect) return left(outOfRange(`the computed minimiser has a relative error of ${error}`));
  const certificate = certify(problem, system, found, { ...found, flatDirections });
  if (!Object.values(certificate).every(Number.isFinite)) return left(outOfRange('T overflows at the minimiser'));
  const minimiser = { eta: Array.from(found.eta), r: found.r, certificate };
  if (found.case !== 'hard' || found.hard === undefined) {
    return right({ ...minimiser, case: found.case as Exclude<CubicCase, 'hard'> });
  }
  const { mirrorEta, leading, nullity } = found.hard;
  return right({ ...minimiser, case: 'hard', mirror: Array.from(mirrorEta), leadingGroup: held[leading], nullity });
};

/**
 * The global minimiser of T(η) = −gᵀη + ½ ηᵀHη + (λ/6)‖Dη‖³ (arXiv 2312.03885, equations 8 and 9), for any symmetric H and any d ≥ 0, λ ≥ 0.
 *
 * One eigendecomposition of D² relative to H + sD², with s near the solution's ½λ‖Dη‖, then a scalar root search in the distance from the pole, then
 * iterative refinement. Nothing is compared with an absolute threshold: rescaling the groups (H_st → a_s a_t H_st, g_s → a_s g_s, d_s → a_s d_s)
 * rescales η and leaves r as it is, to the last bit where the a_s are powers of 2. The same input always gives the same digits.
 *
 * @returns Left of {@link Unbounded} exactly where T has no minimum (H is not positive definite on the groups with d_s = 0, or λ = 0 and H is not
 * positive definite at all, except for directions along which T is constant); Left of a named input error for malformed input; Left of
 * {@link OutOfRange} where entries more than some 150 orders of magnitude apart overflow. Never a NaN.
 */
export const solveCubic = (problem: CubicProblem): Either<CubicError, CubicSolution> => {
  const system = validate(problem);
  if (system._tag === 'Left') return system;
  const reduction = eliminateFreeGroups(system.right);
  if (reduction._tag === 'Left') return reduction;
  const found: Either<CubicError, Found> =
    reduction.right.held.length === 0
      ? right(solveFree(system.right, reduction.right, 'newton'))
      : solveHeld(system.right, reduction.right);
  return found._tag === 'Left' ? found : certified(problem, system.right, reduction.right, found.right);
};
