/**
 * What AWS's installer of EFA brings in one version.
 *
 * @internal
 */
export interface EfaInstallerFacts {
  /** SHA-256 of `aws-efa-installer-<version>.tar.gz`. */
  readonly sha256: string;
  /** Version of aws-ofi-nccl in it, the plugin by which NCCL uses EFA. */
  readonly plugin: string;
}

/**
 * Versions of the installer, oldest first, each with the checksum that public builds verify it by.
 *
 * Plugin: AWS's release notes of EFA. Checksums: 1.49.0 in recipes and tests of ai-dynamo/dynamo, e.g.
 * recipes/nemotron-3.5-lightning/vllm; 1.50.0 in public Dockerfiles, and vllm#55783 pins that version. Both for amd64 and arm64: one archive has the
 * packages of both. NCCL: the release notes of aws-ofi-nccl, 1.20.0 "has been tested with NCCL v2.28.9-1, NCCL v2.29.7-1, and NCCL v2.30.4-1",
 * 1.21.1 with 2.31.2-1, both "maintaining backward compatibility with ... NCCL v2.17.1 and later". Images of vLLM have the NCCL that their
 * PyTorch requires on PyPI (2.27.5 with 2.9.1 and 2.10.0, 2.28.9 with 2.11.0, 2.29.7 with 2.13.0, 2.30.7 with 2.14.0), those of later releases
 * the `NCCL_VERSION` of docker/versions.json, 2.30.7.
 *
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/efa-changelog.html
 * @see https://github.com/aws/aws-ofi-nccl/releases
 *
 * @internal
 */
export const EFA_INSTALLERS = {
  '1.49.0': { sha256: 'cf2e9281a2328a243c76f911a490faed43ca0fecfe4733c25e34b2e92a32c309', plugin: '1.20.0' },
  '1.50.0': { sha256: 'fa6dff8593d866866c13cb4640d9059835cd4efa427971f100ab40c97bef2841', plugin: '1.21.1' },
} as const satisfies { readonly [version: string]: EfaInstallerFacts };

/**
 * First version of the installer with aws-ofi-nccl in it.
 *
 * @see https://github.com/mosaicml/composer/pull/3844
 *
 * @internal
 */
export const FIRST_WITH_PLUGIN = '1.39.0';

/**
 * First version that installs another package of the plugin where it finds `/opt/nvidia/nvidia_entrypoint.sh`, as NVIDIA's images of CUDA have it,
 * without the name by which NCCL looks for one; `--disable-ngc` keeps it from that. AWS's containers pass it from this version on (scripts of
 * aws/deep-learning-containers, aws/deep-learning-containers#6730). `--skip-mpi` was seen with it too.
 *
 * @see https://github.com/aws/deep-learning-containers/pull/6730
 *
 * @internal
 */
export const FIRST_FOR_NGC = '1.48.0';
