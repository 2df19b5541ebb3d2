// The operations of architectures.mjs in jax-js, whose functions use up their arguments unless given a reference.

export const jaxjsOps = ({ lax, nn, numpy: np }) => ({
  tanh: np.tanh,
  elu: (x) => nn.elu(x),
  linear: (x, weight, bias) => np.matmul(x, np.transpose(weight)).add(bias),
  conv: (x, weight, bias, padding) => {
    const y = lax.convGeneralDilated(
      x,
      weight,
      [1, 1],
      [
        [padding, padding],
        [padding, padding],
      ],
    );
    return y.add(bias.reshape([-1, 1, 1]));
  },
  maxPool: (x) => {
    const [n, c, h, w] = x.shape;
    return np.max(x.reshape([n, c, h / 2, 2, w / 2, 2]), [3, 5]);
  },
  flatten: (x) => x.reshape([x.shape[0], -1]),
  crossEntropy: (logits, oneHot) => np.mean(np.sum(nn.logSoftmax(logits, -1).mul(oneHot), -1)).mul(-1),
});
