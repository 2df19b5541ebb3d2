/** The numbers of docs/analysis.md from what `hograd analyze` wrote: node tools/analysis/findings.mjs FOLDER… */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { medianOf } from '@hograd/cli/turns';
import { table } from '../markdown.mjs';

const digits = (value) => (value === null || value === undefined ? '—' : Number(value.toPrecision(2)).toString());

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
      a === b ? null : medianOf(members[a].flatMap((s) => members[b].map((t) => Math.abs(scaled[s][t])))),
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
  return table(
    ['', ...names],
    names.map((name, a) => [name, ...strengths[a].map((v) => digits(v))]),
  );
};

const heldOut = (training) => new Map(training.map((e) => [e.epoch, e.validationLoss ?? e.testLoss]));

/** The median |M_st| / √|M_ss M_tt| over all pairs of groups in different layers. */
const medianApart = (groups, matrix) => {
  const scaled = relative(matrix);
  return medianOf(
    groups.flatMap((a, s) => groups.flatMap((b, t) => (s < t && a.depth !== b.depth ? [Math.abs(scaled[s][t])] : []))),
  );
};

const shares = ({ groups, moments, training }) => {
  const held = heldOut(training);
  return table(
    [
      'epochs done',
      'loss',
      'held-out loss',
      'share between layers: H̄',
      'H̄⁻¹',
      'median between layers: H̄',
      'H̄⁻¹',
      'condition number',
    ],
    moments.map(({ epoch, loss, Hbar, inverse, condition, betweenLayers: share }) => {
      const percent = (value) => (value === null ? '—' : `${(100 * value).toFixed(1)}%`);
      return [
        epoch,
        loss.toFixed(3),
        held.get(epoch)?.toFixed(3) ?? '',
        percent(share.Hbar),
        percent(share.inverse),
        digits(medianApart(groups, Hbar)),
        inverse.error ? '—' : digits(medianApart(groups, inverse)),
        digits(condition),
      ];
    }),
  );
};

const windows = ({ groups, windows: all }) =>
  table(
    ['group', ...all.map(({ lambdaInt, from, to }) => `λ_int ${lambdaInt}, ${from}–${to}`)],
    groups.map(({ name }, s) => [name, ...all.map(({ eta }) => digits(eta[s]))]),
  );

/** |η*| of each layer's biases over that of its weights, the median over all moments, and how many rates are negative. */
const biases = ({ groups, moments }) => {
  const names = layerNames(groups);
  const dampings = moments[0].eta.map(({ lambdaInt }) => lambdaInt);
  return table(
    ['λ_int', ...names, 'negative rates: weights', 'biases'],
    dampings.map((lambdaInt, k) => {
      const solved = moments.flatMap(({ eta }) => (eta[k].eta ? [eta[k].eta] : []));
      const at = (layer, kind) => groups.findIndex((g) => g.depth === layer && g.kind === kind);
      const ratios = names.map((_, l) =>
        digits(medianOf(solved.map((eta) => Math.abs(eta[at(l, 'bias')] / eta[at(l, 'weight')])))),
      );
      const negative = (kind) => {
        const rates = solved.flatMap((eta) => eta.filter((_, s) => groups[s].kind === kind));
        return `${rates.filter((rate) => rate < 0).length} of ${rates.length}`;
      };
      return [lambdaInt, ...ratios, negative('weight'), negative('bias')];
    }),
  );
};

const taylor = ({ moments }) => {
  const sizes = [...new Set(moments.flatMap(({ taylor: check }) => check?.steps.map(({ size }) => size) ?? []))];
  return table(
    ['λ1', 'moments', 'median actual ÷ predicted to third order', 'to second order', 'signs agree (third)'],
    sizes.map((size) => {
      const steps = moments.flatMap(({ taylor: check }) => check?.steps.filter((step) => step.size === size) ?? []);
      const ratio = (order) => digits(medianOf(steps.map((step) => step.actual / step[order])));
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

/** The measured moment with the lowest held-out loss. */
const bestOf = ({ moments, training }) => {
  const held = heldOut(training);
  return moments
    .filter(({ epoch }) => held.has(epoch))
    .reduce((a, b) => (held.get(b.epoch) < held.get(a.epoch) ? b : a));
};

for (const folder of process.argv.slice(2)) {
  const analysis = JSON.parse(readFileSync(join(folder, 'analysis.json'), 'utf8'));
  const { groups, moments } = analysis;
  console.log(`## ${analysis.model}\n\n${shares(analysis)}\n`);
  for (const { epoch, Hbar, inverse } of [moments[0], bestOf(analysis)]) {
    console.log(`### H̄ after ${epoch} epochs\n\n${layerTable(groups, Hbar)}\n`);
    if (!inverse.error) console.log(`### H̄⁻¹ after ${epoch} epochs\n\n${layerTable(groups, inverse)}\n`);
  }
  console.log(
    `### η*\n\n${windows(analysis)}\n\n### |η*| of biases over weights\n\n${biases(analysis)}\n\n### Taylor\n\n${taylor(analysis)}\n`,
  );
}
