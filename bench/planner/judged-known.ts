const FEW =
  'two or three sequences: graphs of 0.1 to 0.5 GiB are planned with 0.9 to 1.3, and the step in which the largest image is read with 2.2, where ' +
  'activations and all that is not of PyTorch took 1.7 together';

/** Rows of judged.csv that break a bound, by their id, with the reason as far as it is known. The test refuses any other. */
export const KNOWN_BREAKS: { readonly [id: string]: string } = {
  'recipes-810-eager': 'below: as recipes-810-text; the encoder itself is planned within 0.1 GiB',
  'recipes-810-text':
    'below: with 8 sequences instead of 256 the engine has 0.5 GiB more for the cache, and the plan 2.0, so the sampler takes less there',
  'recipes-810-graphs-0.93':
    'false fit: what capturing takes beyond the utilization; the engine lacks 784 MiB, the same at any utilization',
  'talos-two-262144': `below and refused: ${FEW}`,
  'talos-two-131072': `below: ${FEW}`,
  'club-3090-612': `below: ${FEW}`,
  'club-3090-652': `below: ${FEW}`,
  'giantswarm-149-65536': 'below: 1.2 GiB of 40.8; 16 sequences are captured',
  'giantswarm-149-32768': 'below: as giantswarm-149-65536',
  'giantswarm-149-8192': 'below and refused: as giantswarm-149-65536; it lacks 0.8 GiB in the plan',
  'qwen3-vl-235b-h100-fp8-tp4':
    'refused: 0.4 % short of one sequence of 262,144 tokens; the recipe does not say which commands ran',
  'qwen3-vl-235b-h100-bf16':
    'refused: 1024 sequences are sampled and a video is read; the recipe does not say which commands ran',
  'qwen3-vl-235b-h100-bf16-images': 'refused: as qwen3-vl-235b-h100-bf16, with 262,144 tokens and no video',
  'club-3090-594': 'below and refused: as talos-two-262144, of the same weights',
  'club-3090-294': `below: ${FEW}`,
  'club-3090-295': 'below: as club-3090-294',
  'club-3090-127': 'below: as club-3090-294; the log has 0.17 GiB of graphs',
  'vllm-27508': 'below: 1.3 GiB too little of 71 that are used; of 1.71 GiB left that is three quarters',
  'vllm-28228':
    'refused: experts and layers of 64,000 tokens in one step are planned with 11 GiB, and the engine took less than 9',
};
