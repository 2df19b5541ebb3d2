/**
 * The arithmetic of sampling along one axis: in which range positions are held, which elements are read around one, and what
 * stands beside the axis's own. No expressions here, only numbers.
 */

export type SampleMode = 'nearest' | 'linear' | 'cubic';

/** What lies beside an axis's own elements: zeros, the element at the edge, or the axis mirrored. */
export type SamplePadding = 'zeros' | 'border' | 'reflection';

/** Elements read around a position, from the one at or before it (0) on; rounded positions have one. */
export const neighbours: { readonly [M in SampleMode]: readonly number[] } = {
  nearest: [0],
  linear: [0, 1],
  cubic: [-1, 0, 1, 2],
};

export interface SampledAxis {
  readonly length: number;
  readonly mode: SampleMode;
  readonly padding: SamplePadding;
  /** Do −1 and 1 mean the centres of the outer elements, rather than their outer edges? */
  readonly alignCorners: boolean;
}

/** Where the axis begins and ends, and mirrors reflect. */
export const bounds = ({ length, alignCorners }: SampledAxis): readonly [number, number] =>
  alignCorners ? [0, length - 1] : [-0.5, length - 0.5];

/** A position mirrored at the bounds until it lies between them. */
const reflected = (position: number, [low, high]: readonly [number, number]): number => {
  const span = high - low;
  if (span === 0) return low;
  const from = position - low;
  return low + Math.abs(from - 2 * span * Math.round(from / (2 * span)));
};

/**
 * The positions beyond which nothing changes, or to which mirrors bring everything. Cubic weights at the border are PyTorch's and ONNX
 * Runtime's: elements outside are the one at the edge, and weighed as if they were there. (The onnx package's reference
 * implementation first moves positions outside onto that element.)
 */
export const heldRange = (axis: SampledAxis): readonly [number, number] => {
  const { length, mode, padding } = axis;
  if (padding === 'zeros') return mode === 'cubic' ? [-2, length + 1] : [-1, length];
  if (mode !== 'cubic') return [0, length - 1];
  return padding === 'border' ? [-1, length] : bounds(axis);
};

/** The last element from which neighbours are counted: at the end of the range the one before still serves. */
export const lastElement = (axis: SampledAxis): number => {
  const [low, high] = heldRange(axis);
  return axis.mode === 'nearest' ? high : Math.max(Math.ceil(high) - 1, Math.floor(low));
};

/** How many elements beside the axis's own are read, before and after. */
export const margins = (axis: SampledAxis): readonly [number, number] => {
  const [first] = heldRange(axis);
  const near = neighbours[axis.mode];
  return [
    Math.max(0, -(Math.floor(first) + near[0]!)),
    Math.max(0, lastElement(axis) + near.at(-1)! - (axis.length - 1)),
  ];
};

/** Which of the axis's elements stand on it once its margins are there; for `border` and `reflection`. */
export const framedIndices = (axis: SampledAxis): readonly number[] => {
  const [before, after] = margins(axis);
  return Array.from({ length: before + axis.length + after }, (_, i) => {
    const at = axis.padding === 'reflection' ? reflected(i - before, bounds(axis)) : i - before;
    return Math.min(Math.max(at, 0), axis.length - 1);
  });
};
