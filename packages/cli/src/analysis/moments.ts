/** The looks that an analysis has taken, one a line beside its run: what one that is resumed need not take again. */

import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeText, writing } from '../files.js';
import { lineOf, readLines } from '../jsonLines.js';
import type { Moment } from './analysis.js';

const pathIn = (folder: string): string => join(folder, 'moments.jsonl');

/** A moment as it is read again: what JSON does not know is null, resumed or not. */
export const asKept = (moment: Moment): Moment => JSON.parse(lineOf(moment));

/** The looks in the folder of a run; a line that a crash has torn is none. */
export const momentsIn = (folder: string): Promise<readonly Moment[]> => readLines(pathIn(folder));

/** These looks, and no others. */
export const keepMoments = (folder: string, moments: readonly Moment[]): Promise<void> =>
  writeText(pathIn(folder), moments.map(lineOf).join(''));

/** On the disk before a checkpoint says that the run has gone on. */
export const appendMoment = (folder: string, moment: Moment): Promise<void> =>
  writing(pathIn(folder), () => appendFile(pathIn(folder), lineOf(moment), { flush: true }));
