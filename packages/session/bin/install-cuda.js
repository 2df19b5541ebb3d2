#!/usr/bin/env node
// Brings the CUDA provider beside onnxruntime-node; see docs/cuda.md.
import { parseArgs } from 'node:util';
import { installCuda, probe } from '../dist/index.js';

const HELP = `Usage: hograd-install-cuda [--pip | --wheel FILE | --from FOLDER]

Puts onnxruntime's CUDA provider beside the installed onnxruntime-node (Linux x64).

  (no option)    from NuGet, with onnxruntime-node's own installer; built for CUDA 12
  --pip          from PyPI: the wheel onnxruntime-gpu of the same version; 1.30 is built for CUDA 13
  --wheel FILE   from that wheel, at hand
  --from FOLDER  from a folder with libonnxruntime_providers_cuda.so and libonnxruntime_providers_shared.so

Example: hograd-install-cuda --pip
`;

const refuse = (message, status) => {
  process.stderr.write(`${message}\n`);
  process.exit(status);
};

const read = () => {
  try {
    const { values } = parseArgs({
      options: {
        help: { type: 'boolean' },
        pip: { type: 'boolean' },
        wheel: { type: 'string' },
        from: { type: 'string' },
      },
    });
    return values;
  } catch (error) {
    return refuse(`${error.message}; see hograd-install-cuda --help`, 2);
  }
};

const sourceOf = ({ pip, wheel, from }) => {
  const given = [
    pip && { _tag: 'pip' },
    wheel && { _tag: 'wheel', file: wheel },
    from && { _tag: 'folder', path: from },
  ];
  const sources = given.filter(Boolean);
  if (sources.length > 1) return refuse('give one of --pip, --wheel and --from; see hograd-install-cuda --help', 2);
  return sources[0] ?? { _tag: 'nuget' };
};

const values = read();
if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
const result = await installCuda(sourceOf(values))();
if (result._tag === 'Left') refuse(result.left.message, 1);
const { folder, libraries, unresolved } = result.right;
process.stdout.write(`installed in ${folder}: ${libraries.join(', ')}\n`);
if (unresolved.length > 0) {
  process.stdout.write(`still needed from CUDA, and not found: ${unresolved.join(', ')} (docs/cuda.md says how)\n`);
}
const probed = await probe();
const cuda = probed._tag === 'Right' && probed.right.providers.find(({ device }) => device === 'cuda');
process.stdout.write(
  cuda?.works ? `cuda works: ${cuda.maxDifference} from float64\n` : `cuda does not run yet: ${cuda?.error}\n`,
);
