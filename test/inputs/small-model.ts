/** The shape of a small model of which a program changes some properties. */
export const SHAPE = {
  layers: 2,
  hiddenSize: 256,
  attentionHeads: 4,
  intermediateSize: 512,
  vocabularySize: 1024,
  maxContextLength: 8192,
};
export const EXPERTS = { routed: 4, perToken: 2, intermediateSize: 128 };
