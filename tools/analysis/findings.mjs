/** The numbers of docs/analysis.md from what `hograd analyze` wrote: node tools/analysis/findings.mjs FOLDER… */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length / 2;
  return (sorted[Math.ceil(half) - 1] + sorted[Math.floor(half)]) / 2;
};
const digits = (value) => (value === null || value === undefined ? '—' : Number(value.toPrecision(2)).toString());
const row = (cells) => `| ${cells.join(' | ')} |`;
const markdown = (head, rows) => [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n');

const relative = (matrix) =>
  matrix.map((entries, s) =>
    entries.map((entry, t) => entry / Math.sqrt(Math.abs(matrix[s][s]) * Math.abs(matrix[t][t]))),
  );

/** The median |M_st| / √|M_ss M_tt| over the pairs of groups of each two layers. */
const betweenLayers = (groups, matrix) => {
  const scaled = relative(matrix);
  const layers = [...new Set(groups.map(({ depth }) => depth))];
  const members = layers.map((layer) => groups.flatMap(({ depth }, s) => (depth === layer ? [s] : [])));
  return layers.map((a) =>
    layers.map((b) =>
      a === b ? null : median(members[a].flatMap((s) => members[b].map((t) => Math.abs(scaled[s][t])))),
    ),
  );
};

const layerNames = (groups) =>
  [...new Set(groups.map(({ depth }) => depth))].map((d) =>
    groups.find((g) => g.depth === d).name.replace(/\.[^.]*$/, ''),
  );

const layerTable = (groups, matrix) => {
  const names = layerNames(groups);
  const strengths = betweenLayers(groups, matrix);
  return markdown(
    ['', ...names],
    names.map((name, a) => [name, ...strengths[a].map((v) => digits(v))]),
  );
};

const shares = ({ moments, training }) => {
  const held = new Map(training.map((e) => [e.epoch, e.validationLoss ?? e.testLoss]));
  return markdown(
    ['epochs done', 'loss', 'held-out loss', 'share between layers: H̄', 'H̄⁻¹', 'median between layers: H̄', 'H̄⁻¹'],
    moments.map(({ epoch, loss, reach, betweenLayers: share }) => {
      const apart = reach.filter(({ block, distance }) => block === 'all' && distance > 0);
      // Weighted by pairs: the medians by distance stand for all of theirs.
      const over = (of) => {
        const list = apart.flatMap((r) => (r[of] === null ? [] : Array.from({ length: r.pairs }, () => r[of])));
        return list.length > 0 ? median(list) : null;
      };
      const percent = (value) => (value === null ? '—' : `${(100 * value).toFixed(1)}%`);
      return [
        epoch,
        loss.toFixed(3),
        held.get(epoch)?.toFixed(3) ?? '',
        percent(share.Hbar),
        percent(share.inverse),
        digits(over('Hbar')),
        digits(over('inverse')),
      ];
    }),
  );
};

const windows = ({ groups, windows: all }) =>
  markdown(
    ['group', ...all.map(({ lambdaInt, from, to }) => `λ_int ${lambdaInt}, ${from}–${to}`)],
    groups.map(({ name }, s) => [name, ...all.map(({ eta }) => digits(eta[s]))]),
  );

const taylor = ({ moments }) => {
  const sizes = [...new Set(moments.flatMap(({ taylor: check }) => check?.steps.map(({ size }) => size) ?? []))];
  return markdown(
    ['λ1', 'moments', 'median actual ÷ predicted to third order', 'to second order', 'signs agree (third)'],
    sizes.map((size) => {
      const steps = moments.flatMap(({ taylor: check }) => check?.steps.filter((step) => step.size === size) ?? []);
      const ratio = (order) => digits(median(steps.map((step) => step.actual / step[order])));
      return [
        size,
        steps.length,
        ratio('third'),
        ratio('second'),
        `${steps.filter((s) => s.actual * s.third > 0).length} of ${steps.length}`,
      ];
    }),
  );
};

for (const folder of process.argv.slice(2)) {
  const analysis = JSON.parse(readFileSync(join(folder, 'analysis.json'), 'utf8'));
  const { groups, moments } = analysis;
  console.log(`## ${analysis.model}\n\n${shares(analysis)}\n`);
  for (const { epoch, Hbar, inverse } of [moments[0], moments.at(-1)]) {
    console.log(`### H̄ after ${epoch} epochs\n\n${layerTable(groups, Hbar)}\n`);
    if (!inverse.error) console.log(`### H̄⁻¹ after ${epoch} epochs\n\n${layerTable(groups, inverse)}\n`);
  }
  console.log(`### η*\n\n${windows(analysis)}\n\n### Taylor\n\n${taylor(analysis)}\n`);
}
