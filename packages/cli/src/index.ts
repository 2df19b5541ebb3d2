/** The hograd command. */

import { Command, CommanderError } from 'commander';
import { addAnalyze } from './program/analyze.js';
import { addBench } from './program/bench.js';
import type { Console, Streams } from './program/console.js';
import { addDifferentiate } from './program/differentiate.js';
import { addDoctor } from './program/doctor.js';
import { addExperiment } from './program/experiment.js';
import { addExport } from './program/export.js';
import { commandLine } from './program/shell.js';
import { addSummarize } from './program/summarize.js';
import { addTrain } from './program/train.js';
import { version } from './version.js';

const standardStreams: Streams = {
  print: (text) => process.stdout.write(`${text}\n`),
  say: (text) => process.stderr.write(`${text}\n`),
};

/**
 * Runs the command line. Returns the exit status: 0 done, 1 the work failed, 2 the arguments or input files are wrong, 130
 * interrupted. Prints results on standard output and everything else on standard error.
 */
export const main = async (args: readonly string[], streams = standardStreams): Promise<number> => {
  let status = 0;
  const console: Console = {
    command: commandLine(['hograd', ...args]),
    ...streams,
    exitWith: (wanted) => {
      status = wanted;
    },
  };
  const program = new Command('hograd')
    .description(
      'Differentiates ONNX graphs to any order, exactly, into standard ONNX, and trains with what that gives.',
    )
    .version(version())
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'hograd: ')) });
  for (const add of [
    addTrain,
    addExperiment,
    addAnalyze,
    addSummarize,
    addDifferentiate,
    addBench,
    addExport,
    addDoctor,
  ])
    add(program, console);
  // Of a command that there is not, commander would show the program's help and not say so.
  const [first, about] = args;
  const known = ['help', ...program.commands.map((command) => command.name())];
  const unknown = first === 'help' && about !== undefined && !about.startsWith('-') && !known.includes(about);
  try {
    await program.parseAsync(unknown ? [about] : args, { from: 'user' });
  } catch (cause) {
    if (!(cause instanceof CommanderError)) throw cause;
    return cause.exitCode === 0 ? 0 : 2;
  }
  return status;
};
