/** How long a piece of work takes. */

/** What the work gives, and its seconds. */
export const timed = async <A>(work: () => Promise<A>): Promise<readonly [A, number]> => {
  const start = performance.now();
  const result = await work();
  return [result, (performance.now() - start) / 1000];
};
