/** The anisotropic cubic subproblem, solved to its global minimiser with a certificate. */

export type {
  CubicError,
  NegativeD,
  NegativeLambda,
  NotFinite,
  NotSymmetric,
  OutOfRange,
  Unbounded,
  WrongLength,
} from './error.js';
export { cubicObjective } from './objective.js';
export type { CubicProblem } from './problem.js';
export type { CubicCase, CubicCertificate, CubicSolution, HardCaseMinimiser, UniqueMinimiser } from './solution.js';
export { solveCubic } from './solve.js';
