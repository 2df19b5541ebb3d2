/** Which inputs of a graph are the parameters of its loss. */

import {
  constantNames,
  type Expr,
  type Graph,
  type Input,
  inputNamed,
  isFloat,
  topologicalOrder,
} from '@hograd/graph-builder';
import * as E from 'fp-ts/lib/Either.js';
import { type Failure, refuse, wrongInput } from './failure.js';
import type { ModelFile } from './modelFile.js';

const nameOf = ({ attributes }: Input): string => attributes.name;

/** More names than this are counted, not listed. */
const LISTED = 12;

const listed = (names: readonly string[]): string => {
  const shown = names.slice(0, LISTED).map((name) => `"${name}"`);
  return `${shown.join(', ') || 'none'}${names.length > LISTED ? ` and ${names.length - LISTED} more` : ''}`;
};

/** The names in a list of --params. */
export const namesIn = (list: string): readonly string[] =>
  list
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');

const initializersOf = ({ inputs, initializers }: Graph): readonly Input[] =>
  inputs.filter((i) => initializers.has(nameOf(i)));

const withoutValue = ({ inputs, initializers }: Graph): readonly Input[] =>
  inputs.filter((i) => isFloat(i.dtype) && !initializers.has(nameOf(i)));

/** Names of a file's Constant nodes that parameters could be; none of one that holds no model. */
export const constantsOf = ({ bytes }: ModelFile): readonly string[] =>
  E.getOrElse((): readonly string[] => [])(constantNames(bytes));

/** What else may be named where a name is none of the initializers'. `constants`: names of the file's Constant nodes. */
export const otherNames = (graph: Graph, constants: readonly string[]): string =>
  [
    `; --params may name its floating-point inputs, too: ${listed(withoutValue(graph).map(nameOf))}`,
    ...(constants.length > 0 ? [`and its Constant nodes: ${listed(constants)}`] : []),
  ].join(', ');

/** What is wrong with a name; undefined where it is a parameter's. */
const problemOf = (
  graph: Graph,
  read: ReadonlySet<Expr>,
  name: string,
  constants: () => readonly string[],
): string | undefined => {
  const found = inputNamed(name)(graph);
  if (found === undefined)
    return `there is no floating-point initializer "${name}" (--params); the model has ${listed(initializersOf(graph).map(nameOf))}${otherNames(graph, constants())}`;
  if (!isFloat(found.dtype))
    return `--params names "${name}", which is ${found.dtype}; only floating-point numbers have derivatives`;
  if (!graph.initializers.has(name) && !read.has(found))
    return `--params names the input "${name}", which the loss does not read; leave it out`;
  return undefined;
};

/** Where parameters may be that are no initializers. `constants`: names of the file's Constant nodes. */
const elsewhere = (constants: readonly string[]): string =>
  [
    '--params may name inputs, which are the parameters of a file that hograd differentiate wrote without --keep-initializers',
    ...(constants.length > 0 ? [`and Constant nodes: ${listed(constants)}`] : []),
  ].join(', ');

/**
 * The initializers that are read as parameters and have a path to the loss, or those named: initializers, and inputs without a value.
 * `constants` gives the names of what else the file holds numbers in.
 */
export const findParameters = (
  graph: Graph,
  loss: Expr,
  named: string | undefined,
  constants: () => readonly string[],
): E.Either<Failure, readonly Input[]> => {
  const read = new Set(topologicalOrder([loss]));
  if (named !== undefined) {
    const names = namesIn(named);
    const twice = names.find((name, i) => names.indexOf(name) !== i);
    if (twice !== undefined) return E.left(wrongInput(`--params names "${twice}" twice; name it once`));
    if (names.length === 0) return E.left(wrongInput('--params names no parameter; name some, or leave it out'));
    const problem = names.map((name) => problemOf(graph, read, name, constants)).find((found) => found !== undefined);
    return problem === undefined ? E.right(names.map((name) => inputNamed(name)(graph)!)) : E.left(wrongInput(problem));
  }
  const parameters = initializersOf(graph).filter((i) => read.has(i));
  return parameters.length > 0
    ? E.right(parameters)
    : E.left(wrongInput(`no floating-point initializer of rank 1 or more reaches the loss; ${elsewhere(constants())}`));
};

/** Refuses parameters of which the file brings no value for `what`, which starts from the file's. */
export const checkInitialized = ({ initializers }: Graph, parameters: readonly Input[], what: string): void => {
  const open = parameters.find((p) => !initializers.has(nameOf(p)));
  if (open !== undefined)
    refuse(
      `--params names the input "${nameOf(open)}", of which the file has no value; ${what} starts from the values in the file: name initializers`,
    );
};

/** Refuses parameters whose lengths are not all known, which make no groups. */
export const checkFixed = (parameters: readonly Input[]): void => {
  const open = parameters.find(({ shape }) => shape.some((d) => typeof d !== 'number'));
  if (open !== undefined)
    refuse(
      `--params names the input "${nameOf(open)}" [${open.shape.join(', ')}]; a summary needs every length of a parameter as a number: export the model with that input's shape fixed`,
    );
};
