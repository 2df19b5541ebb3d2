// Tensors against what was expected: floats the way numpy.testing.assert_allclose does (|a − b| ≤ atol + rtol·|b|, NaN equal to
// NaN), integers and booleans exactly.

/** What is wrong with `actual`, in words; undefined where nothing is. Both hold { dtype, shape, data }. */
export const difference = (actual, expected, { rtol, atol }) => {
  if (actual.dtype !== expected.dtype) return `element type ${actual.dtype} instead of ${expected.dtype}`;
  if (actual.shape.join() !== expected.shape.join())
    return `shape [${actual.shape.join(', ')}] instead of [${expected.shape.join(', ')}]`;
  // Beside an infinity every number would be close.
  const close = (a, b) =>
    Number.isNaN(b) ? Number.isNaN(a) : Number.isFinite(b) && Math.abs(a - b) <= atol + rtol * Math.abs(b);
  const equal = expected.dtype.startsWith('float') ? (a, b) => a === b || close(a, b) : (a, b) => a === b;
  const at = expected.data.findIndex((b, i) => !equal(actual.data[i], b));
  return at < 0 ? undefined : `element ${at} is ${actual.data[at]} instead of ${expected.data[at]}`;
};
