/** The anisotropic cubic subproblem, solved to its global minimiser. */

import type { Either } from 'fp-ts/lib/Either.js';
import { chain, chainW, left, right } from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { Trace } from './certificate.js';
import { certify } from './certificate.js';
import { cholesky } from './cholesky.js';
import { components, pulledBy } from './components.js';
import type { Reduction } from './elimination.js';
import { eliminateFreeGroups } from './elimination.js';
import type { CubicError } from './error.js';
import { outOfRange } from './error.js';
import { hardCase } from './hardCase.js';
import type { CubicProblem } from './problem.js';
import { referenceShift } from './referenceShift.js';
import type { Point } from './refinement.js';
import { pointAt, pointAtRest } from './refinement.js';
import { defect, residual } from './residual.js';
import type { SecularSolution } from './secular.js';
import { secular, solveSecular } from './secular.js';
import { isSemidefinite } from './semidefinite.js';
import type { CubicCase, CubicSolution, HardCaseMinimiser } from './solution.js';
import { spectrum } from './spectrum.js';
import type { System } from './system.js';
import { validate } from './validate.js';
import { allFinite, isZero } from './vector.js';

/** A minimiser before its certificate. */
interface Found {
  readonly point: Point;
  readonly label: Label;
  readonly trace: Trace;
}

type Label = { readonly case: Exclude<CubicCase, 'hard'> } | Omit<HardCaseMinimiser, 'eta' | 'r' | 'certificate'>;

/** The minimiser where y = 0 on the held groups, or there are none. */
const solveFree = (system: System, reduction: Reduction): Found => ({
  point: pointAtRest(system, reduction),
  label: { case: isZero(system.g) ? 'zero-gradient' : 'newton' },
  trace: { boundaryRadius: 0, iterations: 0, factorizations: 0, flatDirections: reduction.flatDirections },
});

/** The minimiser where the cubic term acts on at least one group. */
const solveHeld = (system: System, reduction: Reduction): Either<CubicError, Found> => {
  const { held, K, reduce, flatDirections } = reduction;
  const b = reduce(system.g);
  if (!allFinite(K) || !allFinite(b)) return left(outOfRange('H/d² or g/d overflows'));
  if (isZero(b) && isSemidefinite(K, held.length)) return right(solveFree(system, reduction));

  const definite = cholesky(K, held.length) !== undefined;
  const reference = referenceShift(K, b, system.c);
  const basis = reference && spectrum(reference, held.length, system.c);
  if (reference === undefined || basis === undefined) return left(outOfRange('the solution overflows on the way'));

  const equation = secular(basis.nu, basis.analyze(b), definite);
  const parts = components(K, held.length);
  const pulled = pulledBy(parts, b);
  const found = (solution: SecularSolution, label: Label, still = pulled.map((pull) => !pull)): Found => ({
    point: pointAt(system, reduction, basis, solution, still),
    label,
    trace: {
      boundaryRadius: equation.pole * basis.radiusUnit,
      iterations: solution.iterations,
      factorizations: reference.factorizations + 1,
      flatDirections,
    },
  });
  const hard = hardCase(equation, basis);
  if (hard === undefined) return right(found(solveSecular(equation), { case: definite ? 'definite' : 'indefinite' }));
  const { solution, mirror, leading, nullity } = hard;
  // The null space is a sum of those of the components, so the projection of one group's axis on it stays within the group's.
  const still = parts.map((part, i) => !pulled[i] && part !== parts[leading]);
  const { eta } = pointAt(system, reduction, basis, mirror, still);
  return right(found(solution, { case: 'hard', mirror: Array.from(eta), leadingGroup: held[leading], nullity }, still));
};

/** Beyond this, the point is not a solution: float64 has lost the problem. */
const largestDefect = 1e-6;

const certified =
  (problem: CubicProblem, system: System) =>
  ({ point, label, trace }: Found): Either<CubicError, CubicSolution> => {
    const error = defect(residual(system, point.eta, point.r));
    if (Number.isNaN(error)) return left(outOfRange('the minimiser overflows'));
    if (error > largestDefect) return left(outOfRange(`the computed minimiser has a relative error of ${error}`));
    const certificate = certify(problem, system, point, trace);
    if (!Object.values(certificate).every(Number.isFinite)) return left(outOfRange('T overflows at the minimiser'));
    return right({ eta: Array.from(point.eta), r: point.r, certificate, ...label });
  };

/**
 * The global minimiser of T(η) = −gᵀη + ½ ηᵀHη + (λ/6)‖Dη‖³ (arXiv 2312.03885, equations 8 and 9), for any symmetric H
 * and any d ≥ 0, λ ≥ 0.
 *
 * One eigendecomposition of D² relative to H + sD², with s near the solution's ½λ‖Dη‖, then a scalar root search in the
 * distance from the pole, then iterative refinement. Nothing is compared with an absolute threshold: rescaling the
 * groups (H_st → a_s a_t H_st, g_s → a_s g_s, d_s → a_s d_s) rescales η and leaves r as it is, to the last bit where
 * the a_s are powers of 2. The same input always gives the same digits.
 *
 * @returns Left of {@link Unbounded} exactly where T has no minimum (H is not positive definite on the groups with d_s
 * = 0, or λ = 0 and H is not positive definite at all, except for directions along which T is constant); Left of a
 * named input error for malformed input; Left of {@link OutOfRange} where the solution or T there overflows, which takes
 * entries 100 orders of magnitude apart or more. Never a NaN.
 */
export const solveCubic = (problem: CubicProblem): Either<CubicError, CubicSolution> =>
  pipe(
    validate(problem),
    chain((system) =>
      pipe(
        eliminateFreeGroups(system),
        chainW((reduction) =>
          reduction.held.length === 0 ? right(solveFree(system, reduction)) : solveHeld(system, reduction),
        ),
        chain(certified(problem, system)),
      ),
    ),
  );
