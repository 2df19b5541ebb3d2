// The other runtimes: how each is made ready, and the command that runs case folders in it (one line of JSON a case).
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { pythonWith } from '../python.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

const inPython = (script) => () => {
  const python = pythonWith('runtimes', new URL('./python/requirements.txt', import.meta.url));
  return [python, here(`./python/${script}`)];
};

const tract = () => {
  const target = here('../../runs/runtimes/tract');
  execFileSync('cargo', ['build', '--release', '--locked', '--quiet', '--target-dir', target], {
    cwd: here('./tract'),
    stdio: ['ignore', 2, 2],
  });
  return [`${target}/release/hograd-tract`];
};

/**
 * `checksOnly`: gives no outputs, only whether it accepts the file. `takesAll`: it has taken every graph, so that a refusal is news, and a failure.
 */
export const RUNTIMES = [
  { name: 'onnx.checker', prepare: inPython('run_checker.py'), checksOnly: true, takesAll: true },
  { name: 'onnxruntime (Python)', prepare: inPython('run_onnxruntime.py'), takesAll: true },
  { name: 'onnx ReferenceEvaluator', prepare: inPython('run_reference.py') },
  { name: 'OpenVINO', prepare: inPython('run_openvino.py'), takesAll: true },
  { name: 'tract', prepare: tract },
  { name: 'onnxruntime-web', prepare: () => [process.execPath, here('./web/run.mjs')], takesAll: true },
];
