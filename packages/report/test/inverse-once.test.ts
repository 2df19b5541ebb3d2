import { SingularValueDecomposition } from 'ml-matrix';
import { expect, it, vi } from 'vitest';
import { analysisReport } from '../src/index.js';
import { right, syntheticSummary } from './markup.js';

vi.mock(import('ml-matrix'), { spy: true });

it('an analysis inverts the H̄ of each snapshot once, however many figures show the inverse', () => {
  const { groups, Hbar } = syntheticSummary(4);
  const snapshots = ['initialisation', 'epoch 1', 'epoch 2'].map((label) => ({ label, Hbar }));
  const about = { title: 'Analysis', model: 'MLP', dataset: 'points', provenance: { command: 'hograd analyze' } };
  const page = right(analysisReport({ ...about, groups, snapshots }));
  expect(page).toContain('H̄⁻¹, epoch 2');
  expect(SingularValueDecomposition).toHaveBeenCalledTimes(snapshots.length);
});
