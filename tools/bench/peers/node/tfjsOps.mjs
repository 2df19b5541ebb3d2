// The operations of architectures.mjs in TensorFlow.js, images channels first outside and last inside convolutions.

export const tfjsOps = (tf) => ({
  tanh: tf.tanh,
  elu: tf.elu,
  linear: (x, weight, bias) => tf.add(tf.matMul(x, weight, false, true), bias),
  conv: (x, weight, bias, padding) => {
    const y = tf.conv2d(tf.transpose(x, [0, 2, 3, 1]), tf.transpose(weight, [2, 3, 1, 0]), 1, padding);
    return tf.transpose(tf.add(y, bias), [0, 3, 1, 2]);
  },
  maxPool: (x) => tf.transpose(tf.maxPool(tf.transpose(x, [0, 2, 3, 1]), 2, 2, 'valid'), [0, 3, 1, 2]),
  flatten: (x) => tf.reshape(x, [x.shape[0], -1]),
  crossEntropy: (logits, oneHot) => tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(logits), oneHot), -1))),
});
