/** When summaries are due. */

/** How often summaries are measured. */
export interface Schedule {
  /** Steps between summaries: a whole number from 1. */
  readonly period: number;
  /** The first summaries are closer: at steps 0, 1, 3, 7, … until they are a period apart. */
  readonly early: boolean;
}

/** The first step from which on summaries are a period apart: gaps of 1, 2, 4, … are as long as that by then. */
const settledAt = (period: number): number => 2 ** Math.ceil(Math.log2(period)) - 1;

/**
 * Whether a summary is due before a step, counted from 0. Rates that come of one summary, and along the first steps of a run,
 * are soon out of date; with `early` the summaries that are averaged come within the first steps, for a handful of them more in
 * all. Nothing is checked.
 */
export const summaryDue =
  ({ period, early }: Schedule) =>
  (step: number): boolean => {
    const settled = early ? settledAt(period) : 0;
    return step < settled ? ((step + 1) & step) === 0 : (step - settled) % period === 0;
  };
