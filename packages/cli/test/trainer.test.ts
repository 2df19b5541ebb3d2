import { takeBatch } from '@hograd/data';
import { describe, expect, it } from 'vitest';
import type { Tensors } from '../src/training/tensors.js';
import type { TrainerState } from '../src/training/trainer.js';
import { digest, openSynthetic } from './runs.js';

const STEPS = 13;

/** What a run carries after STEPS steps; `onStep` is called after each, with what was stepped from and to, and with what was spent. */
const trained = async (
  optimizer: string,
  reuse: boolean,
  onStep: (from: Tensors, to: Tensors, spent: Tensors | undefined) => void = () => {},
): Promise<Tensors> => {
  const { trainer, train, gradientSampler, summarySampler, release } = await openSynthetic(optimizer);
  let [gradient, summary] = [gradientSampler.initial, summarySampler.initial];
  let state: TrainerState = trainer.initial;
  let [own, spent]: (Tensors | undefined)[] = [];
  for (let step = 0; step < STEPS; step++) {
    const drawn = gradientSampler.next(gradient);
    const independent = summarySampler.next(summary);
    const { state: next } = await trainer.step(
      state,
      takeBatch(train, drawn.indices),
      () => takeBatch(train, independent.indices),
      spent,
    );
    onStep(state.carried, next.carried, spent);
    if (reuse) [spent, own] = [own, next.carried];
    [state, gradient, summary] = [next, drawn.state, independent.state];
  }
  await release();
  return state.carried;
};

describe('a step over spent tensors', () => {
  it.each(['adam', 'newton-summary', 'newton-summary-safe', 'kfac'])(
    'of %s gives the very same numbers',
    async (name) => {
      const kept = await trained(name, false);
      let before: string | undefined;
      const reused = await trained(name, true, (from, to) => {
        if (before) expect(digest(from)).toBe(before);
        before = digest(to);
      });
      expect(digest(reused)).toBe(digest(kept));
    },
  );

  it('leaves what it carries on in them', async () => {
    let steps = 0;
    await trained('adam', true, (_, to, spent) => {
      if (!spent) return;
      steps++;
      for (const [name, { data }] of Object.entries(to)) expect(data).toBe(spent[name]!.data);
    });
    expect(steps).toBe(STEPS - 2);
  });
});
