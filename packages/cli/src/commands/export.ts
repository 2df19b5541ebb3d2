/** hograd export: a model of the zoo as an ONNX file. */

import { encode } from '@hograd/graph-builder';
import { lossGraph, modelNamed, parameterCount } from '@hograd/model-zoo';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import { attempt, type Failure, orRefuse, wrongInput } from '../failure.js';
import { writeBinary } from '../files.js';

export interface ExportOptions {
  readonly out: string;
  readonly seed: number;
  readonly dtype: 'float32' | 'float64';
}

/** What was written. */
export interface Exported {
  readonly model: string;
  readonly out: string;
  readonly bytes: number;
  readonly parameters: number;
  readonly tensors: number;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** Writes a model with initial parameters inside it, its loss and its outputs, to `options.out`. Refuses an unknown name. */
export const exportModel =
  (name: string, { out, seed, dtype }: ExportOptions): TE.TaskEither<Failure, Exported> =>
  () =>
    attempt(async () => {
      const model = orRefuse(modelNamed(name), (e) => wrongInput(e.message));
      const graph = lossGraph(model, { seed, dtype });
      const bytes = encode(graph, { keepInitializers: true, name });
      await writeBinary(out, bytes);
      return {
        model: name,
        out,
        bytes: bytes.length,
        parameters: parameterCount(model),
        tensors: model.parameters.length,
        inputs: graph.inputs.map((i) => i.attributes.name).filter((input) => !graph.initializers.has(input)),
        outputs: graph.outputs.map((o) => o.name),
      };
    });
