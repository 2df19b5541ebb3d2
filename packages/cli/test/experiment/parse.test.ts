import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import type { Experiment } from '../../src/experiment/experiment.js';
import { parseExperiment } from '../../src/experiment/parse.js';

const parsed = (source: string): Experiment => {
  const result = parseExperiment(source);
  if (E.isLeft(result)) throw new Error(result.left.message);
  return result.right;
};

const refusal = (source: string) => {
  const result = parseExperiment(source);
  return E.isLeft(result) ? result.left : undefined;
};

const minimal = `
title: Digits
model: small-mlp
data: synthetic
epochs: 2
seeds: [1, 2]
optimizers:
  - optimizer: adam
`;

/** The minimal file with a line replaced, or taken out. */
const changed = (line: RegExp, by = ''): string => minimal.replace(line, by);

describe('parseExperiment', () => {
  it('fills in what was left out', () => {
    expect(parsed(minimal)).toEqual({
      title: 'Digits',
      setups: [
        {
          name: 'small-mlp on synthetic',
          model: 'small-mlp',
          data: 'synthetic',
          validation: 0,
          batch: 100,
          epochs: 2,
          seeds: [1, 2],
          tuningSeeds: [1],
          arms: [{ name: 'adam', optimizer: 'adam', points: [{}], searched: [] }],
        },
      ],
    });
  });

  it('reads JSON as it reads YAML', () => {
    const json = {
      title: 'Digits',
      model: 'small-mlp',
      data: 'synthetic',
      epochs: 2,
      seeds: [1, 2],
      optimizers: [{ optimizer: 'adam' }],
    };
    expect(parsed(JSON.stringify(json))).toEqual(parsed(minimal));
  });

  it('takes a model’s file, and what names its loss', () => {
    const [setup] = parsed(changed(/model: small-mlp/, 'model: net.onnx\nsoftmaxCrossEntropy: logits')).setups;
    expect(setup).toMatchObject({ model: 'net.onnx', softmaxCrossEntropy: 'logits', name: 'net.onnx on synthetic' });
  });

  it('makes a grid of every option that is a list', () => {
    const [setup] = parsed(`${minimal}    lr: [1e-3, 1e-4]\n    beta1: [0.9]\n    eps: [1e-8, 1e-7]\n`).setups;
    expect(setup!.arms[0]!.searched).toEqual(['lr', 'eps']);
    expect(setup!.arms[0]!.points).toEqual([
      { lr: 1e-3, beta1: 0.9, eps: 1e-8 },
      { lr: 1e-3, beta1: 0.9, eps: 1e-7 },
      { lr: 1e-4, beta1: 0.9, eps: 1e-8 },
      { lr: 1e-4, beta1: 0.9, eps: 1e-7 },
    ]);
  });

  it('lets setups share what they do not give themselves', () => {
    const { setups } = parsed(`${minimal}setups:\n  - name: short\n    epochs: 1\n  - name: long\n    seconds: 60\n`);
    expect(setups.map(({ name, epochs, seconds, model }) => ({ name, epochs, seconds, model }))).toEqual([
      { name: 'short', epochs: 1, seconds: undefined, model: 'small-mlp' },
      { name: 'long', epochs: 2, seconds: 60, model: 'small-mlp' },
    ]);
  });

  it('takes a budget of time in place of epochs', () => {
    expect(parsed(changed(/epochs: 2/, 'seconds: 30')).setups[0]).toMatchObject({ seconds: 30 });
  });

  it.each([
    [`${minimal}about: *nowhere\n`, /^it is neither YAML nor JSON: Unresolved alias/],
    [': : :', /^it is neither YAML nor JSON: .* at line 1, column \d+$/],
    ['- a list', /^the file is no mapping of fields to values; start with "title: …"$/],
    [changed(/title: .*/), /^title is missing; it must be text$/],
    [changed(/model: .*/), /^model is missing; it must be text$/],
    [changed(/small-mlp/, 'bert'), /^model is "bert"; it must be one of small-mlp, mlp/],
    [changed(/small-mlp/, 'net.pt'), /^model is "net\.pt"; it must be one of small-mlp, .*, or a FILE\.onnx$/],
    [
      `${minimal}mse: output\n`,
      /^mse is for a FILE\.onnx; model "small-mlp" brings its own loss and parameters: leave/,
    ],
    [changed(/epochs: 2/), /^epochs is missing; give epochs, .* or seconds, the time of a run$/],
    [changed(/epochs: 2/, 'epochs: 0'), /^epochs is 0; it must be a whole number, 1 or more$/],
    [changed(/epochs: 2/, 'epochs: two'), /^epochs is "two"; it must be a whole number, 1 or more$/],
    [changed(/epochs: 2/, 'epoch: 2'), /^there is no field epoch; the fields are title, about, setups, name, /],
    [changed(/epochs: 2/, 'seconds: -1'), /^seconds is -1; it must be a number above 0$/],
    [changed(/\[1, 2\]/, '[1, 1]'), /^seeds is \[1,1\]; it must be a list of different whole numbers/],
    [changed(/\[1, 2\]/, '5'), /^seeds is 5; it must be a list of different whole numbers/],
    [changed(/optimizers:.*/s), /^optimizers is missing; it must be a list of optimizers, such as/],
    [changed(/adam/, 'adma'), /^optimizers\[0\]\.optimizer is "adma"; it must be one of newton-summary, /],
    [changed(/- optimizer: adam/, '- lr: 1'), /^optimizers\[0\]\.optimizer is missing; it must be text$/],
    [`${minimal}    rate: 1\n`, /^optimizers\[0\]\.rate is no option of adam; its options are /],
    [`${minimal}    lr: [0.1, 0]\n`, /^optimizers\[0\]\.lr is 0; it must be a number above 0$/],
    [`${minimal}    lr: []\n`, /^optimizers\[0\]\.lr is an empty list; give the values to search$/],
    [`${minimal}  - optimizer: adam\n`, /^optimizers has two that are called "adam"; give one a name of its own$/],
    [`${minimal}setups: []\n`, /^setups is \[\]; it must be a list of setups$/],
    [`${minimal}setups:\n  - {}\n  - {}\n`, /^setups has two that are called "small-mlp on synthetic"; give one/],
    [`${minimal}setups:\n  - batch: 0\n`, /^setups\[0\]\.batch is 0; it must be a whole number, 1 or more$/],
    [`${minimal}batch: 0\nsetups:\n  - epochs: 1\n`, /^batch is 0; it must be a whole number, 1 or more$/],
    [
      `${minimal}setups:\n  - colour: red\n`,
      /^there is no field setups\[0\]\.colour; the fields are name, description, /,
    ],
    [`${minimal}title: twice\n`, /^it is neither YAML nor JSON: Map keys must be unique/],
  ])('refuses %j', (source, message) => {
    const error = refusal(source);
    expect(error?.message).toMatch(message);
    expect(error?.message).not.toContain('\n');
  });

  it('names the field apart from the message', () => {
    expect(refusal(`${minimal}    lr: -1\n`)).toMatchObject({ _tag: 'WrongField', field: 'optimizers[0].lr' });
  });
});
