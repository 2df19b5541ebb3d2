// How models are called in tables and charts.
import { benchModel } from '../problem/models.mjs';

/** `BigMLP, batch 100`. */
export const modelTitle = (name, batch) => `${benchModel(name, true).title}, batch ${batch}`;
