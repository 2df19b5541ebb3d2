/** Do tensors suit a model's inputs and outputs? */

import type { Tensor } from '@hograd/graph-builder';
import { evaluateDim, polynomialIn, symbolsIn } from '@hograd/graph-builder/dim';
import { arrayTypes, elementCount } from '@hograd/graph-builder/tensor';
import { type Either, left, right } from 'fp-ts/lib/Either.js';
import type { SessionError } from '../error.js';
import { formatPorts, type Port } from '../signature.js';

/** Tensors by the names of a model's inputs or outputs. */
export type Tensors = Readonly<Record<string, Tensor>>;

/** Outputs that are asked for by name alone, and not by tensors to write them into. */
export const isNames = (fetches: readonly string[] | Tensors): fetches is readonly string[] => Array.isArray(fetches);

/** What a named dimension was taken to be, and the tensor that said so. */
interface Binding {
  readonly size: number;
  readonly from: string;
}
type Bindings = ReadonlyMap<string, Binding>;

const isRecord = (value: unknown): boolean => typeof value === 'object' && value !== null;

/** A value that is not what it should be, in a word: itself, or what kind of object it is. */
const described = (value: unknown): string =>
  isRecord(value) || typeof value === 'function' ? Object.prototype.toString.call(value).slice(8, -1) : String(value);

/** The shape as a port declares it; `?` where it names no dimension. */
const declared = ({ shape }: Port): string => `[${shape.map((dim) => (dim === '' ? '?' : dim)).join(', ')}]`;

const isExtent = (dim: unknown): boolean => Number.isInteger(dim) && (dim as number) >= 0;

const checkData = (what: string, port: Port, tensor: Tensor): SessionError | undefined => {
  const { name } = port;
  if (!isRecord(tensor)) {
    const message = `${what} "${name}" is ${described(tensor)}; give a tensor: dtype, shape and data`;
    return { _tag: 'WrongDtype', message, name };
  }
  const { dtype, shape, data } = tensor;
  if (dtype !== port.dtype) {
    const message = `${what} "${name}" must be ${port.dtype}, got ${described(dtype)}; convert it`;
    return { _tag: 'WrongDtype', message, name };
  }
  if (!(data instanceof arrayTypes[dtype])) {
    const message = `${what} "${name}" says ${dtype} and holds ${described(data)}; it must hold ${arrayTypes[dtype].name}`;
    return { _tag: 'WrongDtype', message, name };
  }
  if (!Array.isArray(shape)) {
    const message = `${what} "${name}" must have shape ${declared(port)}, got ${described(shape)}; give an array of its extents`;
    return { _tag: 'WrongShape', message, name };
  }
  if (!shape.every(isExtent)) {
    const message = `${what} "${name}" has shape [${shape.map(described).join(', ')}]; each extent must be a whole number, 0 or more`;
    return { _tag: 'WrongShape', message, name };
  }
  const size = elementCount(shape);
  if (data.length === size) return undefined;
  const message = `${what} "${name}" holds ${data.length} elements; its shape [${shape.join(', ')}] needs ${size}`;
  return { _tag: 'WrongShape', message, name };
};

/** The bindings after one tensor's dimensions, or what is wrong with its shape. */
const bind = (
  what: string,
  port: Port,
  shape: readonly number[],
  bindings: Bindings,
): Either<SessionError, Bindings> => {
  const { name } = port;
  // A declared [] may also be a shape that the model does not know (see Port): the runtime decides.
  if (port.shape.length === 0) return right(bindings);
  const got = `${what} "${name}" must have shape ${declared(port)}, got [${shape.join(', ')}]`;
  if (shape.length !== port.shape.length) return left({ _tag: 'WrongShape', message: got, name });
  if (port.shape.some((dim, axis) => typeof dim === 'number' && dim !== shape[axis])) {
    return left({ _tag: 'WrongShape', message: got, name });
  }
  const next = new Map(bindings);
  for (const [axis, dim] of port.shape.entries()) {
    if (typeof dim === 'number' || dim === '') continue;
    const size = shape[axis]!;
    const before = next.get(dim);
    if (before && before.size !== size) {
      const message = `${got}; ${dim} is ${before.size} in "${before.from}"`;
      return left({ _tag: 'WrongShape', message, name });
    }
    next.set(dim, { size, from: name });
  }
  return right(next);
};

/** What is wrong with the first input that is not as long as follows from others. */
const checkPolynomials = (inputs: readonly Port[], feeds: Tensors, bindings: Bindings): SessionError | undefined => {
  const lengthOf = evaluateDim(new Map([...bindings].map(([name, { size }]) => [name, size])));
  for (const port of inputs) {
    const { name, shape: wanted } = port;
    const { shape } = feeds[name]!;
    for (const [axis, dim] of wanted.entries()) {
      const polynomial = typeof dim === 'string' ? polynomialIn(dim) : undefined;
      const length = polynomial === undefined ? undefined : lengthOf(polynomial);
      if (length === undefined || length === shape[axis]) continue;
      const told = symbolsIn(polynomial!).map((one) => {
        const { size, from } = bindings.get(one)!;
        return `${one} is ${size} in "${from}"`;
      });
      const message = `input "${name}" must have shape ${declared(port)}, got [${shape.join(', ')}]; ${dim} is ${length}: ${told.join(', ')}`;
      return { _tag: 'WrongShape', message, name };
    }
  }
  return undefined;
};

const checkTensors = (
  what: string,
  ports: readonly Port[],
  tensors: Tensors,
  bindings: Bindings,
): Either<SessionError, Bindings> => {
  let bound = bindings;
  for (const port of ports) {
    const tensor = tensors[port.name]!;
    const wrong = checkData(what, port, tensor);
    if (wrong) return left(wrong);
    const next = bind(what, port, tensor.shape, bound);
    if (next._tag === 'Left') return next;
    bound = next.right;
  }
  return right(bound);
};

/**
 * Every input is fed and nothing else is, each with its element type, and with its shape where dimensions of one name agree.
 * Right with the sizes of named dimensions.
 */
export const checkFeeds = (inputs: readonly Port[], feeds: Tensors): Either<SessionError, Bindings> => {
  if (!isRecord(feeds)) {
    const message = `the feeds are ${described(feeds)}; give tensors by name: the model takes ${formatPorts(inputs)}`;
    return left({ _tag: 'MissingFeed', message, input: inputs[0]?.name ?? '' });
  }
  const unknown = Object.keys(feeds).find((name) => !inputs.some((port) => port.name === name));
  if (unknown !== undefined) {
    const message = `"${unknown}" is not an input of the model; it takes ${formatPorts(inputs)}`;
    return left({ _tag: 'UnknownFeed', message, input: unknown });
  }
  const missing = inputs.find(({ name }) => !Object.hasOwn(feeds, name) || !feeds[name]);
  if (missing) {
    const message = `input "${missing.name}" is missing; the model takes ${formatPorts(inputs)}`;
    return left({ _tag: 'MissingFeed', message, input: missing.name });
  }
  const bound = checkTensors('input', inputs, feeds, new Map());
  if (bound._tag === 'Left') return bound;
  const wrong = checkPolynomials(inputs, feeds, bound.right);
  return wrong ? left(wrong) : bound;
};

/** Every name is one of the model's outputs. */
export const checkFetches = (
  outputs: readonly Port[],
  names: readonly string[],
): Either<SessionError, readonly string[]> => {
  const known = new Set(outputs.map(({ name }) => name));
  const at = names.findIndex((name) => !known.has(name));
  if (at < 0) return right(names);
  const unknown = described(names[at]);
  const message = `"${unknown}" is not an output of the model; it gives ${formatPorts(outputs)}`;
  return left({ _tag: 'UnknownFetch', message, output: unknown });
};

/** Tensors that results are to be written into suit the outputs of their names, and the dimensions that the feeds bound. */
export const checkTargets = (
  outputs: readonly Port[],
  targets: Tensors,
  bindings: Bindings,
): Either<SessionError, Bindings> => {
  if (!isRecord(targets)) {
    const message = `the fetches are ${described(targets)}; give a list of names, or tensors by name: the model gives ${formatPorts(outputs)}`;
    return left({ _tag: 'UnknownFetch', message, output: described(targets) });
  }
  const names = checkFetches(outputs, Object.keys(targets));
  if (names._tag === 'Left') return names;
  const fetched = outputs.filter(({ name }) => Object.hasOwn(targets, name));
  return checkTensors('the tensor for output', fetched, targets, bindings);
};
