/** The command line of `hograd differentiate`. */

import { type Command, InvalidArgumentError, Option } from 'commander';
import { type Differentiated, type DifferentiateOptions, differentiate } from '../commands/differentiate.js';
import { STEP_NAMES } from '../commands/trainStepGraph.js';
import type { Settings } from '../training/settings.js';
import { type Console, conclude } from './console.js';
import { lossOptions, partitionIfAny } from './options.js';

/** NAME=VALUE, beside those before it. */
const setting = (text: string, before: Settings = {}): Settings => {
  const [, name, value] = /^(\w+)=(.+)$/.exec(text) ?? [];
  if (name === undefined) throw new InvalidArgumentError('it must be NAME=VALUE, such as beta1=0.95.');
  if (Object.hasOwn(before, name)) throw new InvalidArgumentError(`${name} is given twice.`);
  const number = Number(value);
  return { ...before, [name]: Number.isNaN(number) ? value : number };
};

const text = ({ out, bytes, inputs, outputs }: Differentiated): string =>
  `${out}: ${bytes} bytes\n  inputs:  ${inputs.join(', ')}\n  outputs: ${outputs.join(', ')}`;

/** `hograd differentiate` on the program: reads the options, runs the command, ends with its status. */
export const addDifferentiate = (program: Command, console: Console): Command =>
  lossOptions(program.command('differentiate'))
    .description(
      'write a model that also yields gradients, Hessian-vector products or curvature summaries, or takes training steps',
    )
    .argument('<MODEL>', 'the .onnx file')
    .requiredOption('--out <FILE>', 'the .onnx file to write')
    .addOption(
      new Option(
        '--order <N>',
        'outputs grad.NAME for every parameter (the default; beside --hvp and --summary where given)',
      ).choices(['1']),
    )
    .option('--hvp', 'inputs tangent.NAME and outputs hvp.NAME')
    .option('--summary', 'inputs direction.NAME and outputs gbar, Hbar, D3')
    .addOption(partitionIfAny('groups of --summary'))
    .addOption(
      new Option(
        '--train-step <OPTIMIZER>',
        'a training step instead: inputs state.NAME, step and rate, outputs next.NAME',
      ).choices(STEP_NAMES),
    )
    .addOption(
      new Option(
        '--step-option <NAME=VALUE>',
        'an option of that optimizer, such as beta1=0.95 or weightDecay=0.1; repeatable',
      ).argParser(setting),
    )
    .option('--keep-initializers', 'keep the parameters inside the file instead of making them inputs')
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      '\nExample:\n  hograd differentiate model.onnx --out gradient.onnx --softmax-cross-entropy logits --labels y',
    )
    .action((model: string, options: DifferentiateOptions & { readonly json?: boolean }) =>
      conclude(console, { text: options.json ? JSON.stringify : text })(differentiate(model, options)),
    );
