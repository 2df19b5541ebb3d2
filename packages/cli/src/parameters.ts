/** Which inputs of a graph are the parameters of its loss. */

import { type Expr, type Graph, type Input, inputNamed, isFloat, topologicalOrder } from '@hograd/graph-builder';
import * as E from 'fp-ts/lib/Either.js';
import { type Failure, refuse, wrongInput } from './failure.js';

const nameOf = ({ attributes }: Input): string => attributes.name;

const quoted = (inputs: readonly Input[]): string => inputs.map((i) => `"${nameOf(i)}"`).join(', ') || 'none';

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

/** What else may be named where a name is none of the file's values. */
export const otherNames = (graph: Graph): string =>
  `; --params may name its floating-point inputs, too: ${quoted(withoutValue(graph))}`;

/** What is wrong with a name; undefined where it is a parameter's. */
const problemOf = (graph: Graph, read: ReadonlySet<Expr>, name: string): string | undefined => {
  const found = inputNamed(name)(graph);
  if (found === undefined)
    return `there is no floating-point initializer "${name}" (--params); the model has ${quoted(initializersOf(graph))}${otherNames(graph)}`;
  if (!isFloat(found.dtype))
    return `--params names "${name}", which is ${found.dtype}; only floating-point numbers have derivatives`;
  if (!graph.initializers.has(name) && !read.has(found))
    return `--params names the input "${name}", which the loss does not read; leave it out`;
  return undefined;
};

/** The initializers that are read as parameters and have a path to the loss, or those named: initializers, and inputs without a value. */
export const findParameters = (
  graph: Graph,
  loss: Expr,
  named: string | undefined,
): E.Either<Failure, readonly Input[]> => {
  const read = new Set(topologicalOrder([loss]));
  if (named !== undefined) {
    const names = namesIn(named);
    const twice = names.find((name, i) => names.indexOf(name) !== i);
    if (twice !== undefined) return E.left(wrongInput(`--params names "${twice}" twice; name it once`));
    if (names.length === 0) return E.left(wrongInput('--params names no parameter; name some, or leave it out'));
    const problem = names.map((name) => problemOf(graph, read, name)).find((found) => found !== undefined);
    return problem === undefined ? E.right(names.map((name) => inputNamed(name)(graph)!)) : E.left(wrongInput(problem));
  }
  const parameters = initializersOf(graph).filter((i) => read.has(i));
  return parameters.length > 0
    ? E.right(parameters)
    : E.left(
        wrongInput(
          'no floating-point initializer of rank 1 or more reaches the loss; a file whose parameters are inputs, as hograd differentiate writes without --keep-initializers, has none: name those with --params',
        ),
      );
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
