/**
 * GridSample one element at a time, neighbour by neighbour, after the onnx package's reference implementation; but cubic weights at
 * the border are those of ONNX Runtime and PyTorch.
 */

export interface SampleCase {
  readonly mode: 'nearest' | 'linear' | 'cubic';
  readonly padding: 'zeros' | 'border' | 'reflection';
  readonly align: boolean;
}

interface Array1 {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

const size = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** Bounces off one end after the other. */
const bounced = (x: number, low: number, high: number): number => {
  if (low === high) return low;
  let at = x;
  for (let i = 0; (at < low || at > high) && i < 1000; i++) at = at < low ? 2 * low - at : 2 * high - at;
  return at;
};

const clamped = (x: number, length: number): number => Math.min(Math.max(x, 0), length - 1);

const halfToEven = (x: number): number => (Math.abs(x % 1) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x));

const cubic = (distance: number): number => {
  const [d, a] = [Math.abs(distance), -0.75];
  if (d <= 1) return (a + 2) * d ** 3 - (a + 3) * d ** 2 + 1;
  return d < 2 ? a * d ** 3 - 5 * a * d ** 2 + 8 * a * d - 4 * a : 0;
};

export const sampleByHand = (x: Array1, grid: Array1, { mode, padding, align }: SampleCase): number[] => {
  const [images, channels, ...lengths] = x.shape as [number, number, ...number[]];
  const rank = lengths.length;
  const places = size(grid.shape.slice(1, -1));
  const ends = (length: number): readonly [number, number] => (align ? [0, length - 1] : [-0.5, length - 0.5]);

  const position = (coordinate: number, length: number): number => {
    const exact = align ? ((coordinate + 1) / 2) * (length - 1) : ((coordinate + 1) * length - 1) / 2;
    const at = mode === 'nearest' ? halfToEven(exact) : exact;
    const [low, high] = ends(length);
    if (at >= low && at <= high) return at;
    if (padding === 'border' && mode !== 'cubic') return clamped(at, length);
    return padding === 'reflection' ? bounced(at, low, high) : at;
  };
  const element = (plane: number, index: readonly number[]): number => {
    let at = plane;
    for (const [axis, i] of index.entries()) {
      const length = lengths[axis]!;
      if (padding === 'zeros' && (i < 0 || i >= length)) return 0;
      at = at * length + (padding === 'reflection' ? bounced(i, ...ends(length)) : clamped(i, length));
    }
    return x.data[at]!;
  };
  const interpolated = (plane: number, at: readonly number[], index: readonly number[]): number => {
    if (index.length === rank) return element(plane, index);
    const own = at[index.length]!;
    if (mode === 'nearest') return interpolated(plane, at, [...index, own]);
    const near = mode === 'linear' ? [0, 1] : [-1, 0, 1, 2];
    return near
      .map((step) => Math.floor(own) + step)
      .map((i) => (mode === 'linear' ? 1 - Math.abs(own - i) : cubic(own - i)) * interpolated(plane, at, [...index, i]))
      .reduce((a, b) => a + b, 0);
  };
  return Array.from({ length: images * channels * places }, (_, k) => {
    const plane = Math.floor(k / places);
    const from = (Math.floor(plane / channels) * places + (k % places)) * rank;
    return interpolated(
      plane,
      lengths.map((length, axis) => position(grid.data[from + rank - 1 - axis]!, length)),
      [],
    );
  });
};
