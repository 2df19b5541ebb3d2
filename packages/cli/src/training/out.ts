/** Where a command's runs and report are: a new run's --out, or the --resume of one that goes on. */

import { refuse } from '../failure.js';

export interface OutOptions {
  /** Left out, where a run is not resumed: the command's own. */
  readonly out?: string;
  readonly resume?: string;
}

/** The folder that a command's runs and report are in. */
export const outOr =
  (otherwise: string) =>
  ({ out = otherwise, resume = out }: OutOptions): string =>
    resume;

/** Refuses two folders. */
export const checkOut = ({ out, resume }: OutOptions): void => {
  if (resume !== undefined && out !== undefined)
    refuse('--resume goes on in the folder that it names; leave out --out');
};

/** What to say where there is nothing to go on from. */
export const nothingToResume = (folder: string, names: readonly string[]): never =>
  refuse(`${folder} holds no checkpoint of ${names.join(' or ')}; start the run without --resume`);
