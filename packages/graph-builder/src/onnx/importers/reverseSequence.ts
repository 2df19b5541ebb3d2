/** Import of ReverseSequence (opset 10). */

import { reverseSequence } from '../../ops/reverseSequence.js';
import type { Importer } from '../importer.js';

export const reverseSequenceImporter: Importer = (n) => {
  const [batch, time] = [n.int('batch_axis', 1), n.int('time_axis', 0)];
  if (batch + time !== 1 || batch * time !== 0)
    return n.fail(`has batch_axis ${batch} and time_axis ${time}; one of them must be 0 and the other 1`);
  return [reverseSequence(n.input(0), n.input(1), batch === 0)];
};
