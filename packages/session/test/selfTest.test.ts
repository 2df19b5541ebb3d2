import { expect, it } from 'vitest';
import { MODEL } from '../src/selfTest.js';
import { model } from './model.js';

it('the self-test runs the model that it says: tanh(x·w) in float32, IR 8, opset 17', () => {
  const wanted = model({
    inputs: [
      ['x', 'float32', ['M', 'K']],
      ['w', 'float32', ['K', 'N']],
    ],
    outputs: [['y', 'float32', ['M', 'N']]],
    nodes: [
      ['MatMul', ['x', 'w'], ['z']],
      ['Tanh', ['z'], ['y']],
    ],
  });
  expect(Buffer.from(MODEL).toString('base64')).toBe(Buffer.from(wanted).toString('base64'));
});
