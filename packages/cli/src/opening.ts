/** Opening several things that hold memory until they are released, all of them or none. */

/** A session, or what has some. */
interface Releasable {
  readonly release: () => Promise<unknown> | (() => Promise<unknown>);
}

export interface Opening {
  /** What has just been opened, to be released with all that was kept before it. */
  readonly keep: <A extends Releasable>(opened: A) => A;
  /** Releases what was kept, the last first; again, it does nothing. */
  readonly release: () => Promise<void>;
}

/** What `work` gives, which opens one thing after the other and keeps each; where it fails, what is open by then is released first. */
export const opening = async <A>(work: (opening: Opening) => Promise<A>): Promise<A> => {
  const kept: Releasable[] = [];
  const release = async (): Promise<void> => {
    for (const one of kept.splice(0).toReversed()) {
      const releasing = one.release();
      await (typeof releasing === 'function' ? releasing() : releasing);
    }
  };
  const keep: Opening['keep'] = (opened) => {
    kept.push(opened);
    return opened;
  };
  try {
    return await work({ keep, release });
  } catch (cause) {
    await release();
    throw cause;
  }
};
