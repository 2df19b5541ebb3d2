/** The page that every report is: headline, facts, sections, provenance; one file that loads nothing. */

import type { ComponentChildren, JSX } from 'preact';
import type { Provenance } from '../data.js';
import { htmlText } from '../markup.js';
import { MOST_TABS, pageStyle } from '../style/page-style.js';
import { script } from './script.js';

/** A label and what it says. */
export interface Fact {
  readonly label: string;
  readonly value: string;
}

interface PageProps {
  readonly kind: string;
  readonly title: string;
  /** What the page is about, below its title. */
  readonly subtitle?: string | undefined;
  /** The answer in words, one sentence each. */
  readonly headline: readonly string[];
  /** Sentences that need attention. */
  readonly warnings?: readonly string[];
  /** What else to know of the numbers. */
  readonly notes?: readonly string[] | undefined;
  readonly facts: readonly Fact[];
  readonly provenance: Provenance;
  /** What the reader can save as JSON. */
  readonly numbers?: unknown;
  readonly children: ComponentChildren;
}

/** JSON that no HTML parser can mistake for the end of its element. */
const safeJson = (value: unknown): string => JSON.stringify(value).replaceAll('<', '\\u003c');

/** More warnings than this push the figures off the screen; those left out are in the tables. */
const MOST_WARNINGS = 6;

const few = (warnings: readonly string[]): readonly string[] =>
  warnings.length <= MOST_WARNINGS
    ? warnings
    : [...warnings.slice(0, MOST_WARNINGS - 1), `And ${warnings.length - MOST_WARNINGS + 1} more: see the tables.`];

const Page = (props: PageProps): JSX.Element => (
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width,initial-scale=1" />
      <meta name="generator" content="hograd" />
      <title>{props.title}</title>
      <style dangerouslySetInnerHTML={{ __html: pageStyle }} />
    </head>
    <body>
      <main>
        <header>
          <p class="eyebrow">hograd · {props.kind}</p>
          <h1>{props.title}</h1>
          {props.subtitle !== undefined && <p class="subtitle">{props.subtitle}</p>}
          {props.headline.map((sentence) => (
            <p key={sentence} class="headline">
              {sentence}
            </p>
          ))}
          {few(props.warnings ?? []).map((warning) => (
            <p key={warning} class="warning">
              {warning}
            </p>
          ))}
          {(props.notes ?? []).map((note) => (
            <p key={note} class="remark">
              {note.replace(/^[a-z]/, (first) => first.toUpperCase())}.
            </p>
          ))}
          <dl class="facts">
            {props.facts.map(({ label, value }) => (
              <div key={label}>
                <dt>{label}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        </header>
        {props.children}
        <section id="provenance">
          <h2>Where these numbers come from</h2>
          <dl class="provenance">
            {Object.entries(props.provenance).flatMap(([label, value]) => [
              <dt key={`${label}-label`}>{label}</dt>,
              <dd key={`${label}-value`}>
                <code>{String(value)}</code>
              </dd>,
            ])}
          </dl>
          {props.numbers !== undefined && (
            <p>
              <button id="save" type="button" hidden data-file="hograd.json">
                Save the numbers as JSON
              </button>
            </p>
          )}
        </section>
      </main>
      {props.numbers !== undefined && (
        <script id="numbers" type="application/json" dangerouslySetInnerHTML={{ __html: safeJson(props.numbers) }} />
      )}
      <script dangerouslySetInnerHTML={{ __html: script }} />
    </body>
  </html>
);

export const pageText = (props: PageProps): string => `<!doctype html>\n${htmlText(<Page {...props} />)}\n`;

export const Section = (props: {
  readonly id: string;
  readonly title: string;
  /** How to read what follows. */
  readonly reading?: string;
  readonly children: ComponentChildren;
}): JSX.Element => (
  <section id={props.id} aria-labelledby={`${props.id}-heading`}>
    <h2 id={`${props.id}-heading`}>{props.title}</h2>
    {props.reading !== undefined && <p class="reading">{props.reading}</p>}
    {props.children}
  </section>
);

/** A figure with its name and how to read it; the drawing refers to both by id. */
export const Figure = (props: {
  readonly id: string;
  readonly title: string;
  readonly reading: string;
  readonly children: ComponentChildren;
}): JSX.Element => (
  <figure id={props.id}>
    <figcaption>
      <h3 id={`${props.id}-title`}>{props.title}</h3>
      <p id={`${props.id}-reading`}>{props.reading}</p>
    </figcaption>
    <div class="picture">{props.children}</div>
  </figure>
);

export interface Tab {
  readonly name: string;
  readonly panel: JSX.Element;
}

/** Views of one thing, one at a time, switched without a script; more than the style sheet has rules for stand below one another. */
export const Tabs = ({ id, tabs }: { readonly id: string; readonly tabs: readonly Tab[] }): JSX.Element =>
  tabs.length === 1 || tabs.length > MOST_TABS ? (
    <div>
      {tabs.map(({ name, panel }) => (
        <div key={name}>{panel}</div>
      ))}
    </div>
  ) : (
    <div class="tabs">
      {tabs.flatMap(({ name }, k) => [
        <input key={`${id}-${k}`} type="radio" name={id} id={`${id}-${k}`} checked={k === 0} />,
        <label key={`${id}-${k}-label`} for={`${id}-${k}`}>
          {name}
        </label>,
      ])}
      {tabs.map(({ name, panel }) => (
        <div key={name} class="panel">
          {panel}
        </div>
      ))}
    </div>
  );
