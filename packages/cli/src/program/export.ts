/** The command line of `hograd export`. */

import { modelNames } from '@hograd/model-zoo';
import { type Command, Option } from 'commander';
import { type Exported, type ExportOptions, exportModel } from '../commands/export.js';
import { type Console, conclude } from './console.js';
import { seedNumber } from './options.js';

const text = ({ model, out, bytes, parameters, tensors, inputs, outputs }: Exported): string =>
  `${out}: ${model}, ${parameters} parameters in ${tensors} tensors, ${bytes} bytes; inputs ${inputs.join(', ')}; outputs ${outputs.join(', ')}`;

/** `hograd export` on the program: reads the options, runs the command, ends with its status. */
export const addExport = (program: Command, console: Console): Command =>
  program
    .command('export')
    .description('write a model of the zoo, with its loss and initial parameters, as an ONNX file')
    .argument('<MODEL>', `of ${modelNames.join(', ')}`)
    .requiredOption('--out <FILE>', 'the .onnx file to write')
    .option('--seed <N>', 'of the initial parameters', seedNumber, 1)
    .addOption(new Option('--dtype <TYPE>', 'precision').choices(['float32', 'float64']).default('float32'))
    .option('--json', 'print one JSON document')
    .addHelpText('after', '\nExample:\n  hograd export lenet --out lenet.onnx')
    .action((model: string, options: ExportOptions & { readonly json?: boolean }) =>
      conclude(console, { text: options.json ? JSON.stringify : text })(exportModel(model, options)),
    );
