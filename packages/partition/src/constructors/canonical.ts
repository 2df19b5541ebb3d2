/** One group a tensor. */

import { byKey, type Partitioning } from './partitioning.js';

/** The paper's canonical partition (arXiv 2312.03885): every tensor is a group and gives it its name; S tensors. */
export const canonical: Partitioning = byKey((parameters) => parameters.map(({ name }) => name));
