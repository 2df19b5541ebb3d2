/** The command line of `hograd doctor`. */

import type { Command } from 'commander';
import { type Diagnosis, doctor } from '../commands/doctor.js';
import { type Console, conclude } from './console.js';

const text = ({ versions, platform, threads, providers, golden }: Diagnosis): string =>
  [
    `hograd ${versions.hograd}, Node ${versions.node}, ONNX Runtime ${versions.onnxruntime}, ${platform}, ${threads} threads`,
    ...providers.map((p) =>
      p.works
        ? `✓ ${p.device}: works (largest difference from float64: ${p.maxDifference!.toExponential(1)})`
        : `✗ ${p.error}`,
    ),
    `${golden.agrees ? '✓' : '✗'} self-test: stacked and generic engines differ by ${golden.difference.toExponential(1)} in float64 on the CPU`,
  ].join('\n');

/** `hograd doctor` on the program: runs the command, ends with its status. */
export const addDoctor = (program: Command, console: Console): Command =>
  program
    .command('doctor')
    .description('what runs on this machine: providers, versions, a self-test')
    .option('--json', 'print one JSON document')
    .addHelpText('after', '\nExample:\n  hograd doctor')
    .action((options: { readonly json?: boolean }) =>
      conclude(console, {
        text: options.json ? JSON.stringify : text,
        holds: ({ golden }: Diagnosis) => golden.agrees,
      })(doctor),
    );
