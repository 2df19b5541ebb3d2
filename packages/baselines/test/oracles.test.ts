import { describe, expect, it } from 'vitest';
import * as B from '../src/index.js';
import { deviationsFrom, loadOracle, type Optimizer } from './oracle.js';

const always = (direction: B.Direction, rule = B.constantRate()): Optimizer => ({
  direction: () => () => direction,
  rule,
});
const scheduledSgd = (schedule: B.Schedule): Optimizer => always(B.sgd(), B.scheduled(schedule)(B.constantRate()));

const [matrices, vectors] = [B.muon({ beta: 0.9 }), B.adamw({ weightDecay: 0.1 })];

const OPTIMIZERS: Readonly<Record<string, Optimizer>> = {
  momentum: always(B.momentum({ dampening: 0.5 })),
  nesterov: always(B.nesterov()),
  l2: always(B.chain(B.weightDecay({ decay: 0.1 }), B.momentum())),
  adam: always(B.adam()),
  adamw: always(B.adamw({ weightDecay: 0.1 })),
  rmsprop: always(B.rmsprop()),
  'clip-norm': always(B.clipByNorm({ largest: 0.2 })),
  'clip-value': always(B.clipByValue({ largest: 0.05 })),
  'schedule-step': scheduledSgd(B.stepSchedule({ factor: 0.6, period: 7 })),
  'schedule-geometric': scheduledSgd(B.geometricSchedule({ factor: 0.95 })),
  'schedule-cosine': scheduledSgd(B.cosineSchedule({ steps: 50, last: 0.1 })),
  'schedule-warm-up': scheduledSgd(B.warmUp({ steps: 8, first: 0.1 }, B.cosineSchedule({ steps: 42 }))),
  muon: always(B.byParameter((p) => (p.shape.length === 2 ? matrices : vectors))),
  adahessian: always(B.adahessian()),
  'adahessian-root': always(B.adahessian({ power: 0.5 })),
  shampoo: always(B.shampoo({ eps: 1e-2 })),
  'shampoo-convolution': always(B.shampoo({ eps: 1e-2 })),
  lbfgs: always(B.lbfgs({ history: 5 })),
  newton: always(B.newton({ damping: 0.1 })),
  'newton-cg': always(B.newtonCG({ iterations: 4, damping: 0.1 })),
  'kfac-empirical': always(B.kfac({ damping: 1e-2 })),
  'kfac-exact': {
    direction: ({ logits }) => {
      const direction = B.kfac({ damping: 1e-2, fisher: B.softmaxFisher(logits) });
      return () => direction;
    },
    rule: B.constantRate(),
  },
  'kfac-clipped': {
    direction: () => {
      const refreshed = (refresh: B.KfacRefresh) =>
        B.chain(B.kfac({ damping: 3e-2, refresh }), B.clipByKL({ largest: 1e-2 }), B.momentum());
      const directions = {
        inverses: refreshed('inverses'),
        factors: refreshed('factors'),
        nothing: refreshed('nothing'),
      };
      return (t) => directions[B.kfacRefresh({ factors: 2, inverses: 6 })(t)];
    },
    rule: B.constantRate(),
  },
  cauchy: always(B.sgd(), B.lineSearch({ largest: 20 })),
};

/**
 * Positions are stored in float32, so 6e-8 is agreement; ONNX Runtime folds some factors into single-precision attributes even
 * in float64. L-BFGS divides differences of nearly equal gradients by one another: in float32 PyTorch's own run leaves its
 * float64 one by 4e-2 within these 50 steps.
 */
const tolerance = (name: string, dtype: 'float32' | 'float64'): number => {
  if (dtype === 'float64') return 1e-6;
  return name === 'lbfgs' ? 1e-3 : 1e-4;
};

describe.each(Object.entries(OPTIMIZERS))('50 steps of %s in ONNX Runtime', (name, optimizer) => {
  const oracle = loadOracle(name);
  it.each(['float64', 'float32'] as const)('in %s: every loss and parameter is the oracle’s', async (dtype) => {
    const all = await deviationsFrom(oracle, optimizer, dtype);
    expect(all).toHaveLength(50);
    for (const [t, deviation] of all.entries()) expect(deviation, `step ${t}`).toBeLessThan(tolerance(name, dtype));
  });
});

describe('the fixtures tell apart', () => {
  it.each<[string, B.Direction]>([
    ['momentum', B.momentum()],
    ['nesterov', B.momentum()],
    ['l2', B.chain(B.momentum(), B.weightDecay({ decay: 0.1 }))],
    ['adamw', B.adamw({ weightDecay: 0.11 })],
    ['clip-norm', B.clipByNorm({ largest: 0.21 })],
    ['muon', B.byParameter((p) => (p.shape.length === 2 ? B.muon({ beta: 0.9, nesterov: false }) : vectors))],
    ['adahessian', B.adahessian({ power: 0.9 })],
    ['shampoo', B.shampoo({ eps: 1e-3 })],
    ['lbfgs', B.lbfgs({ history: 4 })],
    ['kfac-empirical', B.kfac({ damping: 1.1e-2 })],
    ['kfac-exact', B.kfac({ damping: 1e-2 })],
    ['newton-cg', B.newtonCG({ iterations: 5, damping: 0.1 })],
  ])('%s from what is nearly the same', async (name, other) => {
    const all = await deviationsFrom(loadOracle(name), always(other), 'float64');
    expect(all.at(-1)).toBeGreaterThan(1e-4);
  });
});
