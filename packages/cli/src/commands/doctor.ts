/** hograd doctor: what runs on this machine. */

import {
  encode,
  input,
  logSoftmax,
  makeGraph,
  matmul,
  negativeLogLikelihood,
  summary,
  tanh,
  tensor,
} from '@hograd/graph-builder';
import { openSession, type Probe, probe } from '@hograd/session';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import { attempt, type Failure, failed, orRefuse } from '../failure.js';
import { sessionFailure } from '../sessionFailure.js';
import { version } from '../version.js';

export interface Diagnosis {
  readonly versions: { readonly hograd: string; readonly node: string; readonly onnxruntime: string };
  readonly platform: string;
  readonly threads: number;
  readonly providers: Probe['providers'];
  /** The two engines' ḡ, H̄ and D3 of a small net, each computed by ONNX Runtime in float64. */
  readonly golden: { readonly difference: number; readonly agrees: boolean };
}

/** Round-off of a few dozen float64 operations. */
const AGREEMENT = 1e-12;

const pattern = (n: number, step: number): readonly number[] =>
  Array.from({ length: n }, (_, i) => Math.sin(1 + i * step));

/** Largest difference between the engines over the largest entry. */
const selfTest = async (): Promise<number> => {
  const x = input('x', ['N', 3], 'float64');
  const y = input('y', ['N'], 'int64');
  const parameters = [input('w1', [3, 4], 'float64'), input('w2', [4, 2], 'float64')] as const;
  const loss = negativeLogLikelihood(logSoftmax(matmul(tanh(matmul(x, parameters[0])), parameters[1]), 1), y);
  const groups = parameters.map((parameter) => [{ parameter, direction: parameter }]);
  const outputs = (['stacked', 'generic'] as const).flatMap((engine) =>
    Object.entries(summary(loss, groups, { engine })).map(([name, value]) => ({ name: `${engine}.${name}`, value })),
  );
  const session = orRefuse(await openSession(encode(makeGraph(outputs)))(), sessionFailure);
  const result = await session.run({
    x: tensor(pattern(15, 0.7), [5, 3], 'float64'),
    y: tensor([0, 1, 1, 0, 1], [5], 'int64'),
    w1: tensor(pattern(12, 1.3), [3, 4], 'float64'),
    w2: tensor(pattern(8, 2.1), [4, 2], 'float64'),
  })();
  await session.release()();
  const values = orRefuse(result, sessionFailure);
  const all = (engine: string): readonly number[] =>
    ['gbar', 'Hbar', 'D3'].flatMap((name) => Array.from(values[`${engine}.${name}`]!.data as Float64Array));
  const [a, b] = [all('stacked'), all('generic')];
  return Math.max(...a.map((v, i) => Math.abs(v - b[i]!))) / Math.max(...b.map(Math.abs));
};

/** Providers with a self-test each, versions, and whether the two engines agree here. Fails where ONNX Runtime does not load. */
export const doctor: TE.TaskEither<Failure, Diagnosis> = () =>
  attempt(async () => {
    const found = orRefuse(await probe(), (e) => failed(e.message));
    const difference = await selfTest();
    return {
      versions: { hograd: version(), node: found.nodeVersion, onnxruntime: found.ortVersion },
      platform: found.platform,
      threads: found.threads,
      providers: found.providers,
      golden: { difference, agrees: difference <= AGREEMENT },
    };
  });
