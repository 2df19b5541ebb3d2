/** The rewrites of onnxruntime that cost a float64 model its precision. */

/**
 * Optimizers, by onnxruntime's names for them, that move a constant of the graph into an attribute of a fused operator. Attributes are
 * float32, whatever the model's type: a factor 1/3 beside a product is off by 3e-8, a normalization's epsilon by as much. The fused
 * root-mean-square normalization is off by percents in float64, and the fused x·sigmoid(αx) has no float64 kernel at all. The rest
 * of onnxruntime's rewrites compute in the model's own type.
 */
export const ROUNDING_FUSIONS: readonly string[] = [
  'MatMulScaleFusion',
  'LayerNormFusionL1',
  'LayerNormFusionL2',
  'SimplifiedLayerNormFusion',
  'QuickGeluFusion',
];
