/** An experiment's file: YAML or JSON in, a checked experiment or one line that names the field that is wrong out. */

import { modelNames } from '@hograd/model-zoo';
import * as E from 'fp-ts/lib/Either.js';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { count, countOrZero, firstIssue, isRecord, positive, seeds, text } from '../checks.js';
import { isModelFile } from '../modelFile.js';
import { methodOf } from '../training/methods.js';
import type { Arm, Experiment, Setup } from './experiment.js';
import { pointsOf, searchedIn } from './grid.js';

export type ExperimentError =
  /** Neither YAML nor JSON. */
  | { readonly _tag: 'NotYaml'; readonly message: string }
  /** A field that there is none of, that is missing, or that holds what it must not. */
  | { readonly _tag: 'WrongField'; readonly message: string; readonly field: string };

type Fields = Readonly<Record<string, unknown>>;

const isListOfRecords = (value: unknown): boolean => Array.isArray(value) && value.length > 0 && value.every(isRecord);

const records = (wanted: string): z.ZodType<readonly Fields[]> => z.custom<readonly Fields[]>(isListOfRecords, wanted);

/** What names the loss and the parameters of a model's file. */
const OF_A_FILE = {
  loss: text.optional(),
  softmaxCrossEntropy: text.optional(),
  mse: text.optional(),
  params: text.optional(),
};

const SETUP = z.strictObject({
  name: text.optional(),
  description: text.optional(),
  model: text,
  ...OF_A_FILE,
  data: text,
  train: count.optional(),
  validation: countOrZero.optional(),
  test: count.optional(),
  batch: count.optional(),
  epochs: count.optional(),
  seconds: positive.optional(),
  seeds,
  tuningSeeds: seeds.optional(),
  optimizers: records('a list of optimizers, such as [{ optimizer: adam, lr: [0.001, 0.0003] }]'),
});

const WHOLE = { title: text, about: text.optional(), setups: records('a list of setups').optional() };

const HEAD = z.looseObject(WHOLE);

const wrong = (field: string, message: string): ExperimentError => ({ _tag: 'WrongField', field, message });

/** `setups[0].seeds` of ['setups', 0, 'seeds']. */
const pathText = (path: readonly PropertyKey[]): string =>
  path.reduce<string>((so, key) => (typeof key === 'number' ? `${so}[${key}]` : `${so && `${so}.`}${String(key)}`), '');

const checked = <T>(
  schema: z.ZodType<T>,
  value: unknown,
  pathOf: (path: readonly PropertyKey[]) => readonly PropertyKey[],
  fields: readonly string[],
): E.Either<ExperimentError, T> => {
  const parsed = schema.safeParse(value);
  if (parsed.success) return E.right(parsed.data);
  const issue = firstIssue(parsed.error, value, (path) => pathText(pathOf(path)));
  return E.left(
    wrong(issue.field, issue.message ?? `there is no field ${issue.field}; the fields are ${fields.join(', ')}`),
  );
};

const armOf =
  (at: readonly PropertyKey[]) =>
  ({ name, optimizer, ...options }: Fields): E.Either<ExperimentError, Arm> => {
    const head = checked(
      z.object({ name: text.optional(), optimizer: text }),
      { name, optimizer },
      (path) => [...at, ...path],
      [],
    );
    if (E.isLeft(head)) return head;
    const { optimizer: kind, name: label = kind } = head.right;
    const empty = Object.keys(options).find((option) => Array.isArray(options[option]) && options[option].length === 0);
    if (empty !== undefined) {
      const field = pathText([...at, empty]);
      return E.left(wrong(field, `${field} is an empty list; give the values to search`));
    }
    const points = pointsOf(options);
    for (const point of points) {
      const method = methodOf(kind)(point);
      if (E.isLeft(method)) {
        return E.left(wrong(pathText([...at, method.left.field]), `${pathText(at)}.${method.left.message}`));
      }
    }
    return E.right({ name: label, optimizer: kind, points, searched: searchedIn(options) });
  };

/** The Rights, or the first Left. */
const all = <L, A>(results: readonly E.Either<L, A>[]): E.Either<L, readonly A[]> => {
  const left = results.find(E.isLeft);
  return left ?? E.right(results.flatMap((result) => (E.isRight(result) ? [result.right] : [])));
};

/** The first name that comes twice. */
const twice = (names: readonly string[]): string | undefined => names.find((name, k) => names.indexOf(name) !== k);

const setupOf = (own: Fields, shared: Fields, at: readonly PropertyKey[]): E.Either<ExperimentError, Setup> => {
  const pathOf = (path: readonly PropertyKey[]): readonly PropertyKey[] =>
    Object.hasOwn(own, path[0]!) || !Object.hasOwn(shared, path[0]!) ? [...at, ...path] : path;
  const fields = [...(at.length === 0 ? Object.keys(WHOLE) : []), ...Object.keys(SETUP.shape)];
  const parsed = checked(SETUP, { ...shared, ...own }, pathOf, fields);
  if (E.isLeft(parsed)) return parsed;
  const { optimizers, model, data, ...setup } = parsed.right;
  const field = (name: string): string => pathText(pathOf([name]));
  if (!isModelFile(model) && !modelNames.some((name) => name === model)) {
    const message = `${field('model')} is "${model}"; it must be one of ${modelNames.join(', ')}, or a FILE.onnx`;
    return E.left(wrong(field('model'), message));
  }
  const ofAFile = Object.keys(OF_A_FILE).find((name) => Object.hasOwn(setup, name));
  if (ofAFile !== undefined && !isModelFile(model)) {
    const message = `${field(ofAFile)} is for a FILE.onnx; model "${model}" brings its own loss and parameters: leave it out`;
    return E.left(wrong(field(ofAFile), message));
  }
  if (setup.epochs === undefined && setup.seconds === undefined) {
    const message = `${field('epochs')} is missing; give epochs, the passes over the training set, or seconds, the time of a run`;
    return E.left(wrong(field('epochs'), message));
  }
  const arms = all(optimizers.map((entry, k) => armOf(pathOf(['optimizers', k]))(entry)));
  if (E.isLeft(arms)) return arms;
  const same = twice(arms.right.map((arm) => arm.name));
  if (same !== undefined) {
    const message = `${field('optimizers')} has two that are called "${same}"; give one a name of its own`;
    return E.left(wrong(field('optimizers'), message));
  }
  return E.right({
    validation: 0,
    batch: 100,
    tuningSeeds: setup.seeds.slice(0, 1),
    name: `${model} on ${data.split(':')[0]}`,
    ...setup,
    model,
    data,
    arms: arms.right,
  });
};

const experimentOf = (value: unknown): E.Either<ExperimentError, Experiment> => {
  if (!isRecord(value)) return E.left(wrong('', 'the file is no mapping of fields to values; start with "title: …"'));
  const head = checked(HEAD, value, (path) => path, []);
  if (E.isLeft(head)) return head;
  const { title, about, setups: own, ...shared } = head.right;
  const setups = all(own ? own.map((fields, k) => setupOf(fields, shared, ['setups', k])) : [setupOf(shared, {}, [])]);
  if (E.isLeft(setups)) return setups;
  const same = twice(setups.right.map((setup) => setup.name));
  if (same !== undefined) {
    return E.left(wrong('setups', `setups has two that are called "${same}"; give one a name of its own`));
  }
  return E.right({ title, ...(about !== undefined && { about }), setups: setups.right });
};

const oneLine = (message: string): string => message.split('\n')[0]!.replace(/:$/, '');

const notYaml = ({ message }: Error): ExperimentError => ({
  _tag: 'NotYaml',
  message: `it is neither YAML nor JSON: ${oneLine(message)}`,
});

/**
 * The experiment of a file's text: YAML 1.2, of which JSON is a part. The fields at the top are those of its one
 * setup; with `setups`, a list, they hold for each setup that does not give its own. Left: NotYaml with the line, or
 * WrongField, whose message is one line, names the field and says what it must be.
 */
export const parseExperiment = (source: string): E.Either<ExperimentError, Experiment> => {
  const document = parseDocument(source);
  const [error] = document.errors;
  if (error) return E.left(notYaml(error));
  // An alias without an anchor is found only now.
  return E.chain(experimentOf)(
    E.tryCatch(
      () => document.toJS() as unknown,
      (cause) => notYaml(cause as Error),
    ),
  );
};
