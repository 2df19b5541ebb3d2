/** A model of the zoo, fitted to labelled images. */

import { exampleShape, inLayout, NO_LABEL } from '@hograd/data';
import { encode, type Input, inputNamed, makeGraph, outputNamed, type Tensor } from '@hograd/graph-builder';
import { lossGraph, modelNamed, modelNames } from '@hograd/model-zoo';
import { orRefuse, refuse, wrongInput } from '../failure.js';
import { quoted } from '../model.js';
import { eachPart, type Fitted, lacksLabels, type Parts } from './trainable.js';

/** The models of the zoo that learn labels from images. */
export const TRAINABLE: readonly string[] = modelNames.filter((name) => name !== 'autoencoder' && name !== 'gpt');

const flattened = (data: Parts): Parts =>
  eachPart(data, ({ inputs, ...dataset }) => ({ ...dataset, inputs: { ...inputs, x: inLayout('flat')(inputs.x!) } }));

/** The model of that name with as many inputs and classes as the data has. Refuses one that is not trained on labels, and data without. */
export const fitZooModel = (name: string, dataName: string, data: Parts): Fitted => {
  const { classes, targets } = data.train;
  if (targets?.dtype !== 'int64')
    return refuse(
      `${dataName} has no labels, which model "${name}" learns; store them as "y_train" and "y_test", integers, or train a FILE.onnx, which can learn targets`,
    );
  if (targets.shape.length > 1) {
    const { shape } = targets;
    return refuse(
      `the labels of ${dataName} have shape [${shape.join(', ')}], and model "${name}" learns one an example; store them as [${shape[0]}], or train a FILE.onnx`,
    );
  }
  if (lacksLabels(data))
    return refuse(
      `${dataName} has labels of ${NO_LABEL}, which stand for none, and model "${name}" learns one of every example; leave those examples out, or train a FILE.onnx`,
    );
  const others = `take one of ${TRAINABLE.join(', ')}`;
  if ((modelNames as readonly string[]).includes(name) && !TRAINABLE.includes(name))
    return refuse(`model "${name}" is not trained on images with labels; ${others}`);
  const { x, ...unused } = data.train.inputs;
  const [other] = Object.keys(unused);
  if (!x || other !== undefined)
    return refuse(
      `model "${name}" takes one input, x, and ${dataName} has ${quoted(Object.keys(data.train.inputs))}; store the images as "x_train" and "x_test", and leave out all others`,
    );
  const model = orRefuse(modelNamed(name, { inputShape: exampleShape(x), classes }), (e) =>
    wrongInput(
      e._tag === 'UnknownModel'
        ? `there is no model "${name}"; there are ${TRAINABLE.join(', ')}; a model's file ends in .onnx`
        : e.message,
    ),
  );
  const parts = model.inputShape.length > 1 ? data : flattened(data);
  return {
    ...parts,
    trainable: {
      parameters: model.parameters,
      problem: (seed) => {
        const graph = lossGraph(model, { seed });
        return {
          loss: outputNamed('loss')(graph)!,
          output: outputNamed('output')(graph)!,
          parameters: graph.inputs.filter((i) => graph.initializers.has(i.attributes.name)) as readonly Input[],
          values: graph.initializers,
        };
      },
      encode: (parameters) => {
        const values = new Map<string, Tensor>(model.parameters.map((p) => [p.name, parameters[p.name]!]));
        const graph = lossGraph(model, { values });
        const [x, output] = [inputNamed('x')(graph)!, outputNamed('output')(graph)!];
        const inputs = [x, ...graph.inputs.filter((i) => values.has(i.attributes.name))];
        return encode(makeGraph([{ name: 'output', value: output }], inputs, values), { keepInitializers: true, name });
      },
    },
  };
};
