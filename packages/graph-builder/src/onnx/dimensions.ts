/** The dimensions that a file's inputs are declared to have. */

import type { onnx as Onnx } from 'onnx-proto';
import { type Dim, isSymbol, polynomialIn, symbol, symbolsIn } from '../dim.js';

const dimensionsOf = ({ type }: Onnx.IValueInfoProto): readonly Onnx.TensorShapeProto.IDimension[] =>
  type?.tensorType?.shape?.dim ?? [];

/**
 * What each text is as a dimension, no two the same: a name is itself, a polynomial (`N+1`) is one where its names are lengths of inputs, any other text
 * (`batch-size`) is a name that no text is.
 */
const readerOf = (inputs: readonly Onnx.IValueInfoProto[]): ((text: string) => Dim) => {
  const texts = [...new Set(inputs.flatMap((info) => dimensionsOf(info).flatMap(({ dimParam }) => dimParam || [])))];
  const taken = new Set(texts.filter(isSymbol));
  const known = new Map<string, Dim>([...taken].map((name) => [name, name]));
  const fresh = (text: string): Dim => {
    const base = String(symbol(text));
    let name = base;
    for (let n = 2; taken.has(name); n++) name = `${base}_${n}`;
    taken.add(name);
    return name;
  };
  for (const text of texts.filter((t) => !known.has(t))) {
    const polynomial = polynomialIn(text);
    const isTold = polynomial !== undefined && symbolsIn(polynomial).every((name) => known.get(name) === name);
    known.set(text, isTold ? polynomial : fresh(text));
  }
  return (text) => known.get(text)!;
};

/** The shapes that inputs are declared to have, in their order; undefined where one is not declared. */
export const declaredShapes = (inputs: readonly Onnx.IValueInfoProto[]): readonly (readonly Dim[] | undefined)[] => {
  const read = readerOf(inputs);
  return inputs.map((info) =>
    info.type?.tensorType?.shape
      ? dimensionsOf(info).map((d, axis) => {
          if (d.dimParam) return read(d.dimParam);
          const value = d.dimValue === undefined || d.dimValue === null ? -1 : Number(d.dimValue);
          return value >= 0 && Object.hasOwn(d, 'dimValue') ? value : symbol(`${info.name ?? ''}_${axis}`);
        })
      : undefined,
  );
};
