// The page's charts, drawn by @hograd/report.
import { writeFileSync } from 'node:fs';
import { dotChartSvg, lineChartSvg } from '@hograd/report';
import { right } from '../../right.mjs';
import { PEERS, PEERS_OF } from '../peers/entries.mjs';
import { TASKS } from '../problem/graphs.mjs';
import { TASK_TITLES } from './format.mjs';
import { modelTitle } from './titles.mjs';

/** The straight line through the logarithms' mean with the fitted slope, at the points' own x. */
const fittedCurve = (points, exponent) => {
  const mean = (key) => points.reduce((sum, p) => sum + Math.log(p[key]), 0) / points.length;
  const offset = mean('y') - exponent * mean('x');
  return points.map(({ x }) => ({ x, y: Math.exp(offset + exponent * Math.log(x)) }));
};

const growthChart = (variable, { points, exponents }, xTitle) => {
  const curves = TASKS.flatMap((task, series) => {
    const measured = points.map((p) => ({ x: p[variable], y: 1000 * p[task].seconds }));
    const exponent = exponents[task];
    return [
      { name: TASK_TITLES[task], points: measured, color: { series } },
      {
        name: `${TASK_TITLES[task]}: ${variable}^${exponent.toFixed(2)}`,
        points: fittedCurve(measured, exponent),
        color: { series },
        dashed: true,
      },
    ];
  });
  return lineChartSvg({
    title: `Milliseconds against ${variable}`,
    xTitle,
    yTitle: 'milliseconds',
    yScale: 'log',
    curves,
    naming: 'keys',
    width: 760,
  });
};

const peersChart = (cpu) => {
  const models = Object.keys(cpu).filter((name) => cpu[name].order3);
  const names = PEERS_OF.order3;
  return dotChartSvg({
    title: 'ḡ+H̄+D3: how many times as long as hograd',
    rows: models.map((name) => modelTitle(name, cpu[name].order3.where.batch)),
    series: names.map((peer) => ({
      name: PEERS[peer].title,
      values: models.map((name) => cpu[name].order3.rows[peer]?.timesHograd ?? null),
    })),
    valueTitle: 'times hograd',
    scale: 'log',
    width: 760,
  });
};

/** Draws what there are results for; { growthS, growthP, peers } holds the charts' names. */
export const writeCharts = ({ cpu, growth }, folder) => {
  const charts = {};
  const draw = (key, name, svg) => {
    writeFileSync(`${folder}/${name}`, right(svg));
    charts[key] = name;
  };
  if (growth) {
    draw(
      'growthS',
      'benchmark-growth-s.svg',
      growthChart('S', growth.S, 'S, the number of groups (depth at a fixed width)'),
    );
    draw(
      'growthP',
      'benchmark-growth-p.svg',
      growthChart('P', growth.P, 'P, the number of parameters (width at a fixed depth)'),
    );
  }
  const compared = Object.values(cpu ?? {}).some((tasks) => tasks.order3);
  if (compared) draw('peers', 'benchmark-peers.svg', peersChart(cpu));
  return charts;
};
