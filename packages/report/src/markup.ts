/** The one place where elements become text: escaped by the renderer, free of characters that no document may hold. */

import type { JSX } from 'preact';
import { renderToString } from 'preact-render-to-string';

/** Control characters but for the line feed, lone surrogates, non-characters: what XML 1.0 forbids or parsers repair. */
const FORBIDDEN = /[^\P{Cc}\n]|[\p{Cs}\p{NChar}]/gu;

/** The text with every character that HTML or XML cannot hold replaced by U+FFFD. */
export const printable = (text: string): string => text.replace(FORBIDDEN, '\ufffd');

/** An element as HTML. */
export const htmlText = (element: JSX.Element): string => printable(renderToString(element));

/** An element without empty attributes (HTML leaves out their value) as XML. HTML may hold `]]>` in text, XML may not. */
export const xmlText = (element: JSX.Element): string => htmlText(element).replaceAll(']]>', ']]&gt;');
