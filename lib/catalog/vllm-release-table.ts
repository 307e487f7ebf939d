/**
 * What an image `vllm/vllm-openai` holds.
 *
 * @internal
 */
export interface VllmReleaseFacts {
  readonly torch: string;
  readonly cuda: string;
  readonly computeCapability: number;
}

/** Images before 0.20, which were built with CUDA 12.9. */
const CUDA_12 = { cuda: '12.9.1', computeCapability: 7.0 };

/** Images from 0.20 on; their PyTorch says which CUDA they have. */
const TORCH_2_11 = { torch: '2.11.0', cuda: '13.0.2', computeCapability: 7.5 };
const TORCH_2_13 = { torch: '2.13.0', cuda: '13.0.3', computeCapability: 7.5 };
const TORCH_2_14 = { torch: '2.14.0', cuda: '13.0.3', computeCapability: 7.5 };

/**
 * Images of vLLM's own server by version, oldest first.
 *
 * PyTorch: `torch==` of the wheel of that version on PyPI. CUDA: `CUDA_VERSION` of docker/Dockerfile and docker/versions.json (12.9.1 with the
 * FlashInfer of 0.16, 13.0.2 with that of 0.20, 13.0.3 with that of 0.27), the release notes of v0.20.0 ("Default CUDA wheel on PyPI and
 * vllm/vllm-openai:v0.20.0 image switched to CUDA 13.0 ... our CUDA version policy follows PyTorch's"), and from then on the `cuda-toolkit==` of
 * that PyTorch on PyPI. Lowest compute capability: `TORCH_CUDA_ARCH_LIST` of the same files, "7.0 7.5 8.0 ..." and "7.5 8.0 ...". Python 3.12:
 * `PYTHON_VERSION` of them. Both architectures: vllm#23210, in 0.10.2.
 *
 * @see https://github.com/vllm-project/vllm/blob/main/docker/versions.json
 *
 * @internal
 */
export const VLLM_RELEASES = {
  '0.15.0': { torch: '2.9.1', ...CUDA_12 },
  '0.15.1': { torch: '2.9.1', ...CUDA_12 },
  '0.16.0': { torch: '2.9.1', ...CUDA_12 },
  '0.17.0': { torch: '2.10.0', ...CUDA_12 },
  '0.17.1': { torch: '2.10.0', ...CUDA_12 },
  '0.18.0': { torch: '2.10.0', ...CUDA_12 },
  '0.18.1': { torch: '2.10.0', ...CUDA_12 },
  '0.19.0': { torch: '2.10.0', ...CUDA_12 },
  '0.19.1': { torch: '2.10.0', ...CUDA_12 },
  '0.20.0': TORCH_2_11,
  '0.20.1': TORCH_2_11,
  '0.20.2': TORCH_2_11,
  '0.21.0': TORCH_2_11,
  '0.22.0': TORCH_2_11,
  '0.22.1': TORCH_2_11,
  '0.23.0': TORCH_2_11,
  '0.24.0': TORCH_2_11,
  '0.25.0': TORCH_2_11,
  '0.25.1': TORCH_2_11,
  '0.26.0': TORCH_2_11,
  '0.27.0': TORCH_2_13,
  '0.27.1': TORCH_2_13,
  '0.28.0': TORCH_2_13,
  '0.29.0': TORCH_2_13,
  '0.30.0': TORCH_2_13,
  '0.31.0': TORCH_2_13,
  '0.32.0': TORCH_2_13,
  '0.33.0': TORCH_2_14,
} as const satisfies { readonly [version: string]: VllmReleaseFacts };

/** A version in the table. @internal */
export type ListedVllm = keyof typeof VLLM_RELEASES;
