/** Import of recurrent operators, by ONNX type. */

import type { Importer } from '../../importer.js';
import { gru } from './gru.js';
import { lstm } from './lstm.js';
import { rnn } from './rnn.js';

export const recurrent: Readonly<Record<string, Importer>> = { GRU: gru, LSTM: lstm, RNN: rnn };
