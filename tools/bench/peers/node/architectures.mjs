// The models' losses, written once over the operations of a library (tfjsOps.mjs or jaxjsOps.mjs), as in python/architectures.py.

const perceptron = (ops, { activation }, p, x) => {
  const layers = Object.keys(p).length / 2;
  const indices = Array.from({ length: layers }, (_, i) => i);
  return indices.reduce((h, i) => {
    const z = ops.linear(h, p[`${i}.weight`], p[`${i}.bias`]);
    return i < layers - 1 ? ops[activation](z) : z;
  }, x);
};

const lenet = (ops, _, p, x) => {
  const convolved = [1, 2].reduce(
    (h, i) => ops.maxPool(ops.tanh(ops.conv(h, p[`conv${i}.weight`], p[`conv${i}.bias`], 0))),
    x,
  );
  const hidden = [1, 2].reduce(
    (h, i) => ops.tanh(ops.linear(h, p[`fc${i}.weight`], p[`fc${i}.bias`])),
    ops.flatten(convolved),
  );
  return ops.linear(hidden, p['fc3.weight'], p['fc3.bias']);
};

const vgg = (ops, { plan }, p, x) => {
  const features = plan.reduce((h, step, at) => {
    if (step === 'M') return ops.maxPool(h);
    const i = plan.slice(0, at + 1).filter((s) => s !== 'M').length;
    return ops.elu(ops.conv(h, p[`conv${i}.weight`], p[`conv${i}.bias`], 1));
  }, x);
  return ops.linear(ops.flatten(features), p['fc.weight'], p['fc.bias']);
};

const LOGITS = { perceptron, lenet, vgg };

/** Mean softmax cross-entropy of the model's logits, targets one-hot. Throws where the architecture is not written here. */
export const loss = (ops, architecture, parameters, x, oneHot) => {
  const logits = LOGITS[architecture.kind];
  if (!logits)
    throw new Error(`there is no ${architecture.kind} among the models of tools/bench/node/architectures.mjs`);
  return ops.crossEntropy(logits(ops, architecture, parameters, x), oneHot);
};
