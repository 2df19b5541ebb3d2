#!/usr/bin/env node
// Brings the CUDA provider beside onnxruntime-node; see docs/cuda.md.
import { parseArgs } from 'node:util';

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

/** A package brings its dist, of a clone it is still to be built. */
const load = () =>
  import('../dist/index.js').catch((cause) => {
    if (!/^Cannot find module '[^']*[\\/]dist[\\/]/.test(cause.message)) throw cause;
    return refuse('this clone is not built yet; run "npm run build" at its root', 1);
  });

const verdict = (probed) => {
  const cuda = probed._tag === 'Right' ? probed.right.providers.find(({ device }) => device === 'cuda') : undefined;
  if (cuda?.works) return `cuda works: ${cuda.maxDifference} from float64`;
  const why = probed._tag === 'Left' ? probed.left.message : (cuda?.error ?? 'onnxruntime-node has none here');
  return `cuda does not run yet: ${why}`;
};

const values = read();
if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
const source = sourceOf(values);
const { installCuda, probe } = await load();
const result = await installCuda(source)();
if (result._tag === 'Left') refuse(result.left.message, 1);
const { folder, libraries, unresolved } = result.right;
process.stdout.write(`installed in ${folder}: ${libraries.join(', ')}\n`);
if (unresolved.length > 0) {
  process.stdout.write(`still needed from CUDA, and not found: ${unresolved.join(', ')} (docs/cuda.md says how)\n`);
}
process.stdout.write(`${verdict(await probe())}\n`);
