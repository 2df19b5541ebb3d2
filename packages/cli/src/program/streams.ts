/** Standard output and standard error of a process that takes them as they are: closed, full, gone. */

import { fstatSync, writeFileSync } from 'node:fs';
import { systemError } from '@hograd/data';
import type { Streams } from './console.js';

/** What of a process is needed: its streams, and the way out. */
export type StreamsOf = Pick<NodeJS.Process, 'stdout' | 'stderr' | 'exit'>;

const isFile = (fd: number | undefined): fd is number => fd !== undefined && fstatSync(fd).isFile();

/**
 * The streams of a process. A closed pipe on standard output ends it without a failure; what else keeps a result from being written
 * ends it with one line and status 1. Words that standard error does not take are lost, and the work goes on.
 */
export const openStreams = ({ stdout, stderr, exit }: StreamsOf): Streams => {
  const lost = (cause: Error & { readonly code?: string }): void => {
    // A reader that has seen enough (head, a pager) closes the pipe; that is no failure.
    if (cause.code === 'EPIPE') exit();
    stderr.write(`hograd: ${systemError('write', 'standard output')(cause).message}\n`);
    exit(1);
  };
  stdout.on('error', lost);
  // A terminal that has closed, a log on a full disk: no reason to lose a training run.
  stderr.on('error', () => {});
  return {
    print: (text) => {
      // On a disk that fills up, a stream takes a part of the text for all of it.
      if (!isFile(stdout.fd)) return void stdout.write(`${text}\n`);
      try {
        writeFileSync(stdout.fd, `${text}\n`);
      } catch (cause) {
        lost(cause as Error);
      }
    },
    say: (text) => void stderr.write(`${text}\n`),
  };
};
