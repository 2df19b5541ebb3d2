/** The groups that hang together: the connected components of the graph whose edges are the non-zero entries of K. */

/** For each row of a symmetric K, row-major, the least row of its component. */
export const components = (K: Float64Array, size: number): readonly number[] => {
  const least = new Array<number>(size).fill(-1);
  for (let root = 0; root < size; root++) {
    if (least[root] >= 0) continue;
    const waiting = [root];
    least[root] = root;
    for (let i = waiting.pop(); i !== undefined; i = waiting.pop()) {
      for (let j = 0; j < size; j++) {
        if (least[j] >= 0 || K[i * size + j] === 0) continue;
        least[j] = root;
        waiting.push(j);
      }
    }
  }
  return least;
};

/** For each row, whether f is anything but 0 somewhere in its component. */
export const pulledBy = (least: readonly number[], f: Float64Array): readonly boolean[] => {
  const pulled = new Set(least.filter((_, i) => f[i] !== 0));
  return least.map((root) => pulled.has(root));
};
