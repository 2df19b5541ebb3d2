/** Einsum equations: the text as one list of labels an operand and one for the result, ellipses written out. */

import { GraphError } from '../error.js';

export interface Equation {
  /** Labels of each operand's axes; one may occur twice. */
  readonly operands: readonly (readonly string[])[];
  /** Labels of the result's axes, all different. */
  readonly result: readonly string[];
}

const fail = (equation: string, problem: string): never => {
  throw new GraphError('einsum', `"${equation}" ${problem}`);
};

/** Labels of the axes that an ellipsis stands for, aligned at the last: no letter, so that they cannot clash with one. */
const ellipsisLabels = (count: number, most: number): readonly string[] =>
  Array.from({ length: count }, (_, i) => `...${most - count + i}`);

const TERM = /^([A-Za-z]*)(\.\.\.)?([A-Za-z]*)$/;

interface Term {
  readonly before: readonly string[];
  readonly hasEllipsis: boolean;
  readonly after: readonly string[];
}

const parseTerm = (equation: string, text: string): Term => {
  const [, before, dots, after] =
    TERM.exec(text) ?? fail(equation, `has the term "${text}"; letters and one "..." are allowed`);
  return { before: [...before!], hasEllipsis: dots !== undefined, after: [...after!] };
};

const written = (term: Term, ellipsis: readonly string[]): readonly string[] => [
  ...term.before,
  ...(term.hasEllipsis ? ellipsis : []),
  ...term.after,
];

/** Without "->", the result has the ellipsis's axes and then, in ASCII order, the letters that occur once. */
const implicitResult = (terms: readonly Term[], ellipsis: readonly string[]): readonly string[] => {
  const letters = terms.flatMap((t) => [...t.before, ...t.after]);
  return [...ellipsis, ...letters.filter((l, i) => letters.indexOf(l) === i && letters.lastIndexOf(l) === i).sort()];
};

/** An equation for operands of the given ranks. Throws GraphError on anything numpy's and ONNX's grammar does not allow. */
export const parseEquation = (equation: string, ranks: readonly number[]): Equation => {
  const [left, right, ...more] = equation.replaceAll(' ', '').split('->');
  const terms = left!.split(',').map((text) => parseTerm(equation, text));
  if (more.length > 0) return fail(equation, 'has more than one "->"');
  if (terms.length !== ranks.length)
    return fail(equation, `names ${terms.length} operands, but there are ${ranks.length}`);
  const hidden = terms.map((term, i) => {
    const named = term.before.length + term.after.length;
    const rest = ranks[i]! - named;
    if (rest < 0 || (rest > 0 && !term.hasEllipsis))
      return fail(equation, `names ${named} axes of operand ${i}, which has ${ranks[i]}`);
    return rest;
  });
  const most = Math.max(0, ...hidden);
  const ellipsis = ellipsisLabels(most, most);
  const operands = terms.map((term, i) => written(term, ellipsisLabels(hidden[i]!, most)));
  const result = right === undefined ? implicitResult(terms, ellipsis) : written(parseTerm(equation, right), ellipsis);
  const unknown = result.find((label) => !operands.some((labels) => labels.includes(label)));
  if (unknown !== undefined) return fail(equation, `has "${unknown}" in its result, which no operand has`);
  const twice = result.find((label, i) => result.indexOf(label) !== i);
  if (twice !== undefined) return fail(equation, `has "${twice}" twice in its result`);
  return { operands, result };
};
