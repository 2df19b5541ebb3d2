/** Weights from the bins of a spectrum to bands of the mel scale (https://onnx.ai/onnx/operators/onnx__MelWeightMatrix.html). */

export interface MelBands {
  readonly bands: number;
  /** Length of the transform, whose one-sided spectrum is weighed. */
  readonly length: number;
  readonly sampleRate: number;
  /** Ends of the bands together, in hertz. */
  readonly lowest: number;
  readonly highest: number;
}

const toMel = (hertz: number): number => 2595 * Math.log10(1 + hertz / 700);
const toHertz = (mel: number): number => 700 * (10 ** (mel / 2595) - 1);

/** Bins of the spectrum at which the bands' triangles begin, peak and end; `bands + 2` of them. */
export const melEdges = ({ bands, length, sampleRate, lowest, highest }: MelBands): readonly number[] => {
  const low = toMel(lowest);
  const step = (toMel(highest) - low) / (bands + 2);
  return Array.from({ length: bands + 2 }, (_, i) => Math.floor(((length + 1) * toHertz(low + i * step)) / sampleRate));
};

/** The matrix [⌊length / 2⌋ + 1, bands], row-major: triangles that peak at 1. */
export const melWeights = (mel: MelBands): Float64Array => {
  const { bands, length } = mel;
  const edges = melEdges(mel);
  const weights = new Float64Array((Math.floor(length / 2) + 1) * bands);
  for (let band = 0; band < bands; band++) {
    const [start, peak, end] = edges.slice(band, band + 3) as [number, number, number];
    for (let bin = start; bin < peak; bin++) weights[bin * bands + band] = (bin - start) / (peak - start);
    for (let bin = peak; bin < end; bin++) weights[bin * bands + band] = (end - bin) / (end - peak);
    weights[peak * bands + band] = 1;
  }
  return weights;
};
