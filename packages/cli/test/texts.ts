/** Texts of tokens with masks, and files of a masked transformer of one layer that reads them. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeNpz, normal, uniform } from '@hograd/data';
import {
  add,
  cast,
  type DType,
  decode,
  div,
  type Expr,
  encode,
  gather,
  input,
  makeGraph,
  matmul,
  mul,
  reduceSum,
  reshape,
  softmax,
  softmaxCrossEntropy,
  sub,
  type Tensor,
  tensor,
  transpose,
} from '@hograd/graph-builder';
import * as E from 'fp-ts/lib/Either.js';

/** A power of two, by which division is exact. */
export const LENGTH = 4;
export const [VOCABULARY, CLASSES] = [7, 3];
const WIDTH = 5;

export type Part = 'train' | 'test';

export const SIZES = { train: 24, test: 12 } as const;

const numbersOf = (part: Part, name: string, below: number, count: number): readonly number[] =>
  Array.from(uniform([1, name, part], count), (u) => Math.floor(u * below));

/** Token ids [N, T]. */
export const tokensOf = (part: Part): Tensor =>
  tensor(numbersOf(part, 'tokens', VOCABULARY, SIZES[part] * LENGTH), [SIZES[part], LENGTH], 'int64');

/** Labels [N]. */
export const labelsOf = (part: Part): Tensor =>
  tensor(numbersOf(part, 'labels', CLASSES, SIZES[part]), [SIZES[part]], 'int64');

/** Masks [N, T]: ones for the first few tokens of a text, at least one, or for all of them. */
export const maskOf = (part: Part, kind: 'ones' | 'padded', dtype: DType = 'int64'): Tensor => {
  const kept = numbersOf(part, 'mask', LENGTH, SIZES[part]);
  const ones = Array.from({ length: SIZES[part] * LENGTH }, (_, k) =>
    Number(kind === 'ones' || k % LENGTH <= kept[Math.floor(k / LENGTH)]!),
  );
  return tensor(ones, [SIZES[part], LENGTH], dtype);
};

/** An archive's bytes, with arrays NAME_train and NAME_test of each. */
export const archiveOf = (arrays: Readonly<Record<string, (part: Part) => Tensor>>): Uint8Array =>
  encodeNpz()(
    Object.fromEntries(
      (['train', 'test'] as const).flatMap((part) =>
        Object.entries(arrays).map(([name, of]) => [`${name}_${part}`, of(part)] as const),
      ),
    ),
  );

export const VALUES: ReadonlyMap<string, Tensor> = new Map(
  Object.entries({ e: [VOCABULARY, WIDTH], q: [WIDTH, WIDTH], w: [WIDTH, CLASSES], b: [CLASSES] }).map(
    ([name, shape]) =>
      [
        name,
        tensor(
          normal(
            [2, name],
            shape.reduce((a, c) => a * c),
          ),
          shape,
          'float32',
        ),
      ] as const,
  ),
);

export const PARAMETERS = [...VALUES].map(([name, { shape }]) => input(name, shape));

const [e, q, w, b] = PARAMETERS as [Expr, Expr, Expr, Expr];

/** As long as any, unless told. */
export const inputNamed = (name: string, dtype: DType = 'int64', length: number | string = 'T'): Expr =>
  input(name, ['N', length], dtype);

/** Class scores [N, classes] of texts, each a mean over the tokens that the mask (1 or 0, [N, T] or [1, T]) keeps, which attend to one another. */
export const logitsOf = (mask: Expr, ids: Expr = inputNamed('input_ids')): Expr => {
  const kept = cast(mask, 'float32');
  const [texts, length] = kept.shape as readonly [number | string, number | string];
  const tokens = gather(e, ids, 0);
  const scores = matmul(matmul(tokens, q), transpose(tokens, [0, 2, 1]));
  const away = mul(sub(1, kept), -1e4);
  const attended = matmul(softmax(add(scores, reshape(away, [texts, 1, length])), 2), tokens);
  const sums = reduceSum(mul(attended, reshape(kept, [texts, length, 1])), [1]);
  return add(matmul(div(sums, reshape(reduceSum(kept, [1]), [texts, 1])), w), b);
};

/** The scores of padded texts, and a loss of them that a file may have itself. */
export const logits = logitsOf(inputNamed('attention_mask'));
export const lossByLabels = softmaxCrossEntropy(logits, input('labels', ['N'], 'int64'));

/** A file's bytes with these outputs, and values inside. */
export const fileWith = (values: ReadonlyMap<string, Tensor>, outputs: Readonly<Record<string, Expr>>): Uint8Array =>
  encode(
    makeGraph(
      Object.entries(outputs).map(([name, value]) => ({ name, value })),
      [],
      values,
    ),
    { keepInitializers: true },
  );

/** That of a transformer. */
export const fileOf = (outputs: Readonly<Record<string, Expr>>): Uint8Array => fileWith(VALUES, outputs);

/** The parameters in the file that a run has left in a folder. */
export const trainedIn = (run: string): ReadonlyMap<string, Tensor> => {
  const graph = decode(readFileSync(join(run, 'model.onnx')));
  if (E.isLeft(graph)) throw new Error(graph.left.message);
  return graph.right.initializers;
};
