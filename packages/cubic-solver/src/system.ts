/** A checked problem in the form the solver works on. */

/** The system (H + c x D²)η = g in the unknowns η and x = ‖Dη‖. */
export interface System {
  /** S. */
  readonly size: number;
  /** Row-major S×S, exactly symmetric. */
  readonly H: Float64Array;
  readonly g: Float64Array;
  readonly d: Float64Array;
  /** λ/2. */
  readonly c: number;
}
