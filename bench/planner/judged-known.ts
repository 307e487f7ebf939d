const COMPILED =
  'below: plans leave room for the first start, which compiles (2.4 GiB, the table of tokens among it); this one found the compiled kernels and took 0.75';
const FRAMES =
  'below: vLLM 0.21 encodes a frame at a time, newer ones many at once (2.4 GiB), which the plan of all since 0.20 counts';

const RUNNER =
  'below: the second runner, which vLLM up to 0.27 uses for Qwen3, leaves nothing for graphs (0.8 GiB in the plan); of 21.3 GiB 4.9 are for the cache';
const PROFILED =
  'above: builds of vLLM between 0.26 and 0.27.1 count what profiling graphs of models with states takes for a moment as theirs (vllm-project/vllm#50780), 8 GiB here';

/** Rows of judged.csv that break a bound, by their id, with the reason as far as it is known. The test refuses any other. */
export const KNOWN_BREAKS: { readonly [id: string]: string } = {
  'recipes-810-eager':
    'below: weights are planned with 0.4 GiB too many, since the file has its prediction layer in 16 bits, and activations with 0.1',
  'talos-one-180000': `${COMPILED}; refused for the same reason`,
  'talos-one-150000': `${COMPILED}; refused for the same reason`,
  'giantswarm-149-65536': FRAMES,
  'giantswarm-149-32768': FRAMES,
  'giantswarm-149-8192': `${FRAMES}; refused for the same reason`,
  'qwen3-vl-235b-h100-fp8-tp4':
    'refused: 0.4 % short of one sequence of 262,144 tokens; the recipe does not say which commands ran',
  'qwen3-vl-235b-h100-bf16':
    'refused: 1024 sequences are sampled and a video is read; the recipe does not say which commands ran',
  'qwen3-vl-235b-h100-bf16-images': 'refused: as qwen3-vl-235b-h100-bf16, with 262,144 tokens and no video',
  'vllm-27508': 'below: 1.3 GiB too little of 71 that are used; of 1.71 GiB left that is three quarters',
  'vllm-28228':
    'refused: experts and layers of 64,000 tokens in one step are planned with 11 GiB, and the engine took less than 9',
  'recipes-810-bf16': 'below: as recipes-810-eager; tokens of 16 bits in twice the room',
  'recipes-831-fp8': `${PROFILED}; planned to fit for the same reason`,
  'recipes-831-nvfp4': `${PROFILED}; planned to fit for the same reason`,
  'recipes-831-bf16': PROFILED,
  'overcommit-5090-second':
    'below: a later start, which finds the compiled kernels, has 0.95 GiB more than the first, and the plan is of the first',
  'recon-4090-first': RUNNER,
  'recon-4090-second': `${RUNNER}; a later start, which finds the compiled kernels, takes 0.19 GiB for a step and not 1.18`,
  'class-l40s-35b': 'below: 0.9 GiB of 40.8; the version is not known',
  'club-3090-594':
    'below: 12.2 %; of its weights in FP8, which two later starts (club-3090-1139) bound from the other side',
};
