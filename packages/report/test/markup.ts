/** Strict parsers for what the package writes, and realistic data to write. */

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { DefaultTreeAdapterTypes } from 'parse5';
import { parse } from 'parse5';
import { SaxesParser } from 'saxes';
import type { Eta, Group, Summary } from '../src/index.js';

/** An element of an SVG file: its name, attributes and own text. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  text: string;
}

/** Every element in document order; throws on the first thing that is not well-formed XML. */
export const parseXml = (text: string): readonly XmlElement[] => {
  const parser = new SaxesParser();
  const elements: XmlElement[] = [];
  const open: XmlElement[] = [];
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name, attributes }) => {
    const element = { name, attributes: attributes as Record<string, string>, text: '' };
    elements.push(element);
    open.push(element);
  });
  parser.on('text', (part) => {
    for (const element of open.slice(-1)) element.text += part;
  });
  parser.on('closetag', () => {
    open.pop();
  });
  parser.write(text).close();
  return elements;
};

/** An element of a page. */
export interface HtmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** All text within. */
  readonly text: string;
}

const textOf = (node: DefaultTreeAdapterTypes.ChildNode): string =>
  'value' in node ? node.value : 'childNodes' in node ? node.childNodes.map(textOf).join('') : '';

const elementsOf = (node: DefaultTreeAdapterTypes.Node): readonly HtmlElement[] => [
  ...('tagName' in node
    ? [
        {
          name: node.tagName,
          attributes: Object.fromEntries(node.attrs.map(({ name, value }) => [name, value])),
          // On demand: the text of a page's outermost elements is the page again.
          get text() {
            return textOf(node);
          },
        },
      ]
    : []),
  ...('childNodes' in node ? node.childNodes.flatMap(elementsOf) : []),
];

/** Every element in document order, and what a browser would have had to repair. */
export const parseHtml = (
  text: string,
): { readonly elements: readonly HtmlElement[]; readonly repairs: readonly string[] } => {
  const repairs: string[] = [];
  const document = parse(text, { onParseError: ({ code, startLine }) => repairs.push(`${code} in line ${startLine}`) });
  return { elements: elementsOf(document), repairs };
};

/** Whether some element's class list holds the class. */
export const hasClass = (
  { attributes }: { readonly attributes: Readonly<Record<string, string>> },
  name: string,
): boolean => (attributes.class ?? '').split(' ').includes(name);

const fixture = (name: string): unknown =>
  JSON.parse(
    readFileSync(fileURLToPath(new URL(`../../../test-fixtures/report/${name}.json`, import.meta.url)), 'utf8'),
  );

/** Golden summaries of small networks. */
export const summaries = fixture('summaries') as Readonly<
  Record<
    'vgg-tiny' | 'deep-canonical' | 'rosenbrock' | 'mlp-tanh',
    Required<Summary> & { readonly loss: number; readonly eta: readonly Eta[] }
  >
>;

/** Golden training steps of a small network. */
export const trajectories = fixture('trajectories') as Readonly<
  Record<
    string,
    {
      readonly groups: readonly Group[];
      readonly finalLoss: number;
      readonly steps: readonly {
        readonly step: number;
        readonly loss: number;
        readonly Hbar?: readonly (readonly number[])[];
        readonly gbar?: readonly number[];
        readonly eta?: readonly number[];
        readonly rates?: readonly number[];
      }[];
    }
  >
>;

/** A summary over S groups with entries over six orders of magnitude, the same for the same S. */
export const syntheticSummary = (S: number): Required<Summary> => {
  const wave = (k: number): number => Math.sin(12.9898 * k) * 10 ** (3 * Math.sin(78.233 * k));
  return {
    groups: Array.from({ length: S }, (_, s) => ({
      name: `layers.${Math.floor(s / 2)}.${s % 2 === 0 ? 'weight' : 'bias'}`,
      size: s % 2 === 0 ? 1_048_576 : 1024,
    })),
    gbar: Array.from({ length: S }, (_, s) => wave(s + 1)),
    Hbar: Array.from({ length: S }, (_, s) =>
      Array.from({ length: S }, (_, t) => wave(1 + s + t) + (s === t ? 2000 : 0)),
    ),
    D3: Array.from({ length: S }, (_, s) => wave(2 * s + 1)),
  };
};

/** The value of an Either that must be right. */
export const right = <A>(
  either:
    | { readonly _tag: 'Left'; readonly left: { readonly message: string } }
    | { readonly _tag: 'Right'; readonly right: A },
): A => {
  if (either._tag === 'Left') throw new Error(either.left.message);
  return either.right;
};
