/**
 * What NVIDIA's images of CUDA hold.
 *
 * @internal
 */
export interface CudaImageFacts {
  /** Releases of Ubuntu that the image exists for, oldest first. */
  readonly ubuntu: readonly string[];
  /** Part of the tag between the version of CUDA and Ubuntu's. */
  readonly tag: string;
  /** Major version of cuDNN. */
  readonly cudnn: string;
  /** cuDNN that is installed on top, as NVIDIA's own Dockerfile of that image did. @default - the image has it */
  readonly package?: string;
}

/**
 * Images of CUDA by their versions, oldest first: `nvidia/cuda:<version>-<tag>-ubuntu<release>`, of which each tag here was seen in public
 * Dockerfiles. NVIDIA rebuilt 11.8.0-cudnn8 with later versions of cuDNN, so 8.6 is installed by its package, whose name and version are those of
 * NVIDIA's own Dockerfile (dist/11.8.0/ubuntu1804/runtime/cudnn8 at ee72a6f). The tags with `cudnn8` have version 8, those with `cudnn` 9.
 *
 * @see https://gitlab.com/nvidia/container-images/cuda/-/tree/master/dist
 *
 * @internal
 */
export const CUDA_IMAGES: { readonly [version: string]: CudaImageFacts } = {
  '11.8.0': { ubuntu: ['22.04'], tag: 'runtime', cudnn: '8', package: 'libcudnn8=8.6.0.163-1+cuda11.8' },
  '12.1.1': { ubuntu: ['22.04'], tag: 'cudnn8-runtime', cudnn: '8' },
  '12.4.1': { ubuntu: ['22.04'], tag: 'cudnn-runtime', cudnn: '9' },
  '12.6.3': { ubuntu: ['22.04', '24.04'], tag: 'cudnn-runtime', cudnn: '9' },
  '12.8.1': { ubuntu: ['22.04', '24.04'], tag: 'cudnn-runtime', cudnn: '9' },
  '12.9.1': { ubuntu: ['22.04', '24.04'], tag: 'cudnn-runtime', cudnn: '9' },
  '13.0.2': { ubuntu: ['24.04'], tag: 'cudnn-runtime', cudnn: '9' },
  '13.0.3': { ubuntu: ['24.04'], tag: 'cudnn-runtime', cudnn: '9' },
};

/**
 * Python of releases of Ubuntu.
 *
 * @see https://packages.ubuntu.com/search?keywords=python3&searchon=names&exact=1
 *
 * @internal
 */
export const UBUNTU_PYTHON: { readonly [release: string]: string } = { '22.04': '3.10', '24.04': '3.12' };
