/** The last line of a terminal, which says how far something is; what is said for good stands above it. */

import progress from 'cli-progress';
import stringWidth from 'string-width';

/** What stands before and after the bar, or a text for where there is no room for one. */
export type Layout = readonly [string, string] | string;

export interface Bar<A> {
  readonly show: (done: number, total: number, now: A) => void;
  /** A line above the bar. */
  readonly say: (line: string) => void;
  /** Takes the bar away; the lines stay. */
  readonly stop: () => void;
}

const SHORTEST = 8;
const LONGEST = 40;

/** A terminal where a line can be written over. */
export const canDraw = ({ isTTY }: NodeJS.WriteStream): boolean => isTTY === true && process.env.TERM !== 'dumb';

/** The first layout that `columns` have room for; nothing where they have none for any. A line that fills the last column may wrap. */
const fitted = (layouts: readonly Layout[], columns: number, bar: (size: number) => string): string => {
  const rows = layouts.flatMap((layout) => {
    const room = columns - 1 - stringWidth(typeof layout === 'string' ? layout : layout.join(''));
    if (typeof layout === 'string') return room >= 0 ? [layout] : [];
    const parts = layout.filter((part) => part !== '');
    const size = Math.min(LONGEST, room - parts.length);
    return size >= SHORTEST ? [[layout[0], bar(size), layout[1]].filter((part) => part !== '').join(' ')] : [];
  });
  return rows[0] ?? '';
};

/**
 * A bar on a terminal. `layouts` says, from the longest to the shortest, what may stand there, by what was shown last and the seconds
 * left where they are known.
 */
export const openBar = <A>(
  stream: NodeJS.WriteStream,
  { done, total, now }: { readonly done: number; readonly total: number; readonly now: A },
  layouts: (now: A, secondsLeft: number | undefined) => readonly Layout[],
): Bar<A> => {
  const bars = new progress.MultiBar({
    stream,
    hideCursor: true,
    clearOnComplete: true,
    // Lines above the bar are as long as they are, and one of them clears a bar that has not changed.
    linewrap: true,
    forceRedraw: true,
    format: (options, { progress: share, eta, maxWidth }, { now: shown }: { readonly now: A }) =>
      fitted(layouts(shown, typeof eta === 'number' ? eta : undefined), maxWidth, (barsize) =>
        progress.Format.BarFormat(share, { ...options, barsize }),
      ),
  });
  const bar = bars.create(total, done, { now });
  return {
    show: (value, of, shown) => {
      bar.setTotal(of);
      bar.update(value, { now: shown });
    },
    say: (line) => {
      bars.log(`${line}\n`);
      bars.update();
    },
    stop: () => {
      if (bars.isActive) bars.stop();
    },
  };
};
