/** Anti-aliased lines of varying thickness on a square grey image. */

/** A pen position in pixels, with the line's half width there. */
export interface PenPoint {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
}

/**
 * Adds the line from `from` to `to` to an image of `side` × `side` values in [0, 1] (0: blank), written in place. A
 * pixel is covered by how far its centre lies inside the line's edge, over a border `softness` pixels wide; lines that
 * overlap do not add up.
 */
export const drawSegment = (
  image: Float64Array,
  side: number,
  from: PenPoint,
  to: PenPoint,
  softness: number,
): void => {
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  const squaredLength = dx * dx + dy * dy;
  const reach = Math.max(from.radius, to.radius) + softness;
  const left = Math.max(0, Math.ceil(Math.min(from.x, to.x) - reach));
  const right = Math.min(side - 1, Math.floor(Math.max(from.x, to.x) + reach));
  const top = Math.max(0, Math.ceil(Math.min(from.y, to.y) - reach));
  const bottom = Math.min(side - 1, Math.floor(Math.max(from.y, to.y) + reach));
  for (let y = top; y <= bottom; y++) {
    for (let x = left; x <= right; x++) {
      const along = (x - from.x) * dx + (y - from.y) * dy;
      const t = squaredLength === 0 ? 0 : Math.min(Math.max(along / squaredLength, 0), 1);
      const ex = x - from.x - t * dx;
      const ey = y - from.y - t * dy;
      const inside = from.radius + t * (to.radius - from.radius) - Math.sqrt(ex * ex + ey * ey);
      const coverage = Math.min(Math.max(0.5 + inside / softness, 0), 1);
      const pixel = y * side + x;
      if (coverage > image[pixel]!) image[pixel] = coverage;
    }
  }
};
