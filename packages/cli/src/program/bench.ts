/** The command line of `hograd bench`. */

import { type Command, Option } from 'commander';
import { type Bar, canDraw, openBar } from '../bar.js';
import type { Agreement } from '../bench/agreement.js';
import type { BenchWatcher, Cost } from '../bench/measure.js';
import type { DescribedInput } from '../bench/randomInputs.js';
import { type Benched, type BenchOptions, bench } from '../commands/bench.js';
import { plural } from '../plural.js';
import { type Console, conclude } from './console.js';
import { deviceOption, lossOptions, partitionOption, positive, wholeNumber } from './options.js';
import { tableText } from './table.js';

const TITLES: Readonly<Record<string, string>> = { hvp: 'H·v product' };

const titleOf = (task: string): string =>
  TITLES[task] ??
  task.replace(/^stacked-order-/, 'summary, order ').replace(/^generic-order-/, 'generic engine, order ');

/** Three significant digits, or none after the point from 100 on. */
const number = (value: number): string =>
  Math.abs(value) >= 100 ? value.toFixed(0) : Number(value.toPrecision(3)).toString();

const milliseconds = (seconds: number): string => number(1000 * seconds);

const HEAD = ['', 'ms', 'quartiles', 'gradients', 'alive MiB', 'build ms', 'open ms'];

const rowOf = ({ task, seconds, timesGradient, aliveBytes }: Cost): readonly string[] => [
  titleOf(task),
  milliseconds(seconds.median),
  `${milliseconds(seconds.lower)}–${milliseconds(seconds.upper)}`,
  number(timesGradient),
  number(aliveBytes / 2 ** 20),
  milliseconds(seconds.build),
  milliseconds(seconds.create),
];

const inputText = ({ name, dtype, shape, values }: DescribedInput): string =>
  `${name} ${dtype}[${shape.join(', ')}]${values === undefined ? '' : ` ${values}`}`;

/** Cores that others may use before the numbers of a quiet machine are in doubt. */
const QUIET_LOAD = 0.3;

const machineText = ({ machine }: Benched): readonly string[] => [
  `${machine.processor}, ${plural(Number(machine.threads), 'thread')} on ${plural(Number(machine.cores), 'core')}, ${machine.device}; ONNX Runtime ${machine['ONNX Runtime']}, Node ${machine.Node}, ${machine.platform}`,
  ...(Number(machine.load) > QUIET_LOAD
    ? [
        `the machine was busy with other work (load ${Number(machine.load).toFixed(2)}): trust the ratios more than the times`,
      ]
    : []),
];

const SYMBOLS: Readonly<Record<string, string>> = { gbar: 'ḡ', Hbar: 'H̄' };

const agreementText = ({ compared, difference, agrees }: Agreement): string => {
  const which = compared.map((name) => SYMBOLS[name] ?? name);
  const names = [which.slice(0, -1).join(', '), which.at(-1)].filter((part) => part !== '').join(' and ');
  return `${agrees ? '✓' : '✗'} self-check of ${names}: off by ${difference.toExponential(1)} of their size at most${agrees ? '' : '; do not trust these times'}`;
};

const text = (result: Benched): string => {
  const { model, dtype, inputs, loss, partition, groups, agreement, costs } = result;
  const size = groups.reduce((total, g) => total + g.size, 0);
  const had = Math.max(...costs.map((c) => c.rounds.filter((seconds) => seconds !== null).length));
  return [
    `${model}: ${size} parameters in ${plural(groups.length, 'group')} (${partition}), ${dtype}, loss ${loss}`,
    `${inputs.source} inputs: ${inputs.arrays.map(inputText).join('; ')}`,
    ...machineText(result),
    '',
    tableText(1, [HEAD, ...costs.map(rowOf)]),
    '',
    `Medians of ${plural(had, 'round')} taken in turn, along the gradient. gradients: the time in units of the gradient's in the same round.`,
    'alive: values that a run holds at once, estimated from the graph; buffers of ONNX Runtime come on top. build: differentiating and encoding.',
    agreementText(agreement),
  ].join('\n');
};

/** A bar on a terminal, nothing elsewhere. */
const watch = (stream: NodeJS.WriteStream): { readonly watcher: BenchWatcher; readonly stop: () => void } => {
  let bar: Bar<string> | undefined;
  const show = (done: number, total: number, now: string): void => {
    if (!canDraw(stream)) return;
    bar ??= openBar(stream, { done, total, now }, (stage) => [['bench', stage], stage]);
    bar.show(done, total, now);
  };
  return {
    watcher: {
      onOpen: (task, done, tasks) => show(done, tasks, `opening: ${titleOf(task)}`),
      onRound: (done, rounds) => show(done, rounds, `round ${done} of at most ${rounds}`),
    },
    stop: () => bar?.stop(),
  };
};

const holds = ({ agreement }: Benched): boolean => agreement.agrees;

interface Given extends BenchOptions {
  readonly json?: boolean;
}

const run = async (model: string, { json, ...options }: Given, console: Console): Promise<void> => {
  const { watcher, stop } = watch(process.stderr);
  const result = await bench(model, options, watcher)();
  stop();
  await conclude(console, { text: json ? JSON.stringify : text, holds })(() => Promise.resolve(result));
};

/** `hograd bench` on the program: reads the options, runs the command, ends with its status. */
export const addBench = (program: Command, console: Console): Command =>
  lossOptions(program.command('bench'))
    .description("what a model's loss, gradient, Hessian-vector product and curvature summaries take on this machine")
    .argument('[MODEL]', 'an .onnx file, or a model of the zoo (see hograd export --help)', 'small-mlp')
    .option(
      '--inputs <PATH>',
      "an .npz file with the model's inputs by name, or a folder of input_0.pb, … (default: random inputs of the declared shapes)",
    )
    .option('--batch <N>', 'examples of random inputs (default 32)', wholeNumber)
    .addOption(partitionOption())
    .addOption(new Option('--order <N>', 'highest derivative').choices(['1', '2', '3']).default('3'))
    .addOption(
      new Option('--engine <ENGINE>', 'of the summaries; generic differentiates entry by entry, which takes long')
        .choices(['stacked', 'generic', 'both'])
        .default('stacked'),
    )
    .addOption(deviceOption())
    .option('--threads <N>', 'threads of each session (default: one a physical core)', wholeNumber)
    .option('--rounds <N>', 'at most so many', wholeNumber, 15)
    .option('--seconds <X>', 'end after about so many seconds, once each has had 3 rounds', positive, 10)
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      '\nExamples:\n  hograd bench lenet --batch 100\n  hograd bench model.onnx --inputs batch.npz --softmax-cross-entropy logits --labels y\n\nBeside PyTorch, JAX and others: npm run bench in a clone of hograd; docs/benchmarks.md is what it wrote.',
    )
    .action((model: string, options: Given) => run(model, options, console));
