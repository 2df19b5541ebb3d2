// A problem's folder for peers in Node: parameters, inputs and one-hot targets as plain arrays with shapes.
import { readFileSync } from 'node:fs';
import { elementCount } from '@hograd/graph-builder';
import { readArrays } from '../../problem/problem.mjs';

export const readPeerProblem = async (folder) => {
  const { architecture, parameters: names } = JSON.parse(readFileSync(`${folder}/problem.json`, 'utf8'));
  const { x, y, values } = await readArrays(folder, names);
  const classes = values.get(names.at(-1)).shape[0];
  const oneHot = new Float32Array(elementCount(y.shape) * classes);
  y.data.forEach((label, i) => {
    oneHot[i * classes + Number(label)] = 1;
  });
  return { architecture, names, values, x, oneHot: { data: oneHot, shape: [...y.shape, classes] } };
};
