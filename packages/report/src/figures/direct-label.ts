/** Places for labels beside the points they name, none over another. */

/**
 * Positions as near as possible to those wanted, at least `gap` apart and within [low, high] where that can be.
 * Pool-adjacent-violators: labels that would overlap form a block that is centred on the mean of what its members want.
 */
export const spread = (wanted: readonly number[], gap: number, low: number, high: number): readonly number[] => {
  const order = wanted.map((_, k) => k).sort((a, b) => wanted[a]! - wanted[b]! || a - b);
  const blocks: { members: number[]; sum: number }[] = [];
  const start = ({ members, sum }: { members: number[]; sum: number }): number => {
    const half = ((members.length - 1) * gap) / 2;
    const centre = Math.max(low + half, Math.min(high - half, sum / members.length));
    return centre - half;
  };
  for (const k of order) {
    blocks.push({ members: [k], sum: wanted[k]! });
    for (;;) {
      const last = blocks.at(-1)!;
      const before = blocks.at(-2);
      if (before === undefined || start(before) + before.members.length * gap <= start(last)) break;
      blocks.splice(-2, 2, { members: [...before.members, ...last.members], sum: before.sum + last.sum });
    }
  }
  const places = new Array<number>(wanted.length);
  for (const block of blocks) {
    const first = start(block);
    for (const [place, k] of block.members.entries()) places[k] = first + place * gap;
  }
  return places;
};
