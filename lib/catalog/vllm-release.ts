import { CpuArchitecture } from './cpu-architecture';
import { capabilityFaults } from './cuda-capability';
import { minimumDriverOf } from './cuda-driver';
import { compareVersions } from './metric';
import { nameText, unknownNameFault } from './near-names';
import { ReleaseAdvisory, advisoriesOf } from './release-advisories';
import { versionFault } from './version-text';
import { VllmImages } from './vllm-images';
import { ListedVllm, VLLM_RELEASES } from './vllm-release-table';
import { checkArguments } from '../units/argument-faults';
import { UnscopedValidationError, throwIfFaulty } from '../units/errors';
import { Fault } from '../units/fault';
import { allOf } from '../units/unreadable';

/**
 * What is inside an image of vLLM that is not in the table.
 *
 * @see https://github.com/vllm-project/vllm/blob/main/docker/versions.json
 */
export interface VllmReleaseProps {
  /** Version of vLLM, e.g. `0.34.0`: the tag of the image without its `v`. */
  readonly vllmVersion: string;
  /** Version of CUDA, e.g. `13.0.3`. */
  readonly cudaVersion: string;
  /** Version of PyTorch, e.g. `2.14.0`. @default - not known */
  readonly torchVersion?: string;
  /** Lowest CUDA compute capability that the image supports. @default 7.5 */
  readonly minimumComputeCapability?: number;
}

/**
 * A release of vLLM's own server, with what its image `vllm/vllm-openai` holds.
 */
export class VllmRelease {
  /**
   * Last release whose CUDA is 12.9, for drivers before 580. Its own check of the key goes by a path that the `Host` header can change
   * (CVE-2026-48746, before 0.22: https://github.com/vllm-project/vllm/security/advisories/GHSA-94f4-hr76-p5j6); `VllmDeployment` checks the key
   * before it, by the path that was asked for.
   */
  public static readonly V0_19_1 = VllmRelease.listed('0.19.1');
  /** The default, see `DEFAULT`. */
  public static readonly V0_24_0 = VllmRelease.listed('0.24.0');
  /** Last release that loads checkpoints of bitsandbytes without a plugin. */
  public static readonly V0_27_1 = VllmRelease.listed('0.27.1');
  /** The newest release in the table. */
  public static readonly V0_33_0 = VllmRelease.listed('0.33.0');

  /**
   * The release used when none is given: 0.24.0, which this library's own tests start and measure. It is the vLLM of the default release of
   * Triton too, so that a model moves between both servers without other arguments.
   */
  public static readonly DEFAULT = VllmRelease.V0_24_0;

  /** Every release known here, oldest first. */
  public static readonly ALL: VllmRelease[] = Object.freeze(
    Object.keys(VLLM_RELEASES).map((version) => VllmRelease.listed(version as ListedVllm)),
  ) as VllmRelease[];

  /**
   * A release by its version. Throws an `UnscopedValidationError` for one that is not in the table.
   *
   * @param version version of vLLM, e.g. `0.24.0` or `v0.24.0`
   */
  public static of(version: string): VllmRelease {
    const text = nameText(version).replace(/^v(?=\d)/, '');
    const known = VllmRelease.ALL.find(({ vllmVersion }) => vllmVersion === text);
    if (known) return known;
    const names = VllmRelease.ALL.map(({ vllmVersion }) => vllmVersion);
    const otherwise = `VllmRelease.custom describes another one; known: ${names.join(', ')}`;
    throw new UnscopedValidationError([unknownNameFault('vLLM release', version, names, otherwise)]);
  }

  /**
   * A release that is not in the table. Throws an `UnscopedValidationError` for a version that is not one.
   *
   * @param props what is inside its image
   */
  public static custom(props: VllmReleaseProps): VllmRelease {
    throwIfFaulty(customFaults(props));
    return new VllmRelease(props);
  }

  private static listed(vllmVersion: ListedVllm): VllmRelease {
    const { torch, cuda, computeCapability } = VLLM_RELEASES[vllmVersion];
    return new VllmRelease({
      vllmVersion,
      cudaVersion: cuda,
      torchVersion: torch,
      minimumComputeCapability: computeCapability,
    });
  }

  /** Version of vLLM, e.g. `0.24.0`. */
  public readonly vllmVersion: string;
  /** Version of CUDA in the image. */
  public readonly cudaVersion: string;
  /** Version of PyTorch in the image. @default - not known */
  public readonly torchVersion?: string;
  /** Oldest driver branch that runs the image, e.g. 580. */
  public readonly minimumDriver: number;
  /** Lowest CUDA compute capability of a GPU that the image supports, e.g. 7.5 (Turing). */
  public readonly minimumComputeCapability: number;
  /** Architectures that the image exists for. */
  public readonly architectures: CpuArchitecture[];
  /** Known vulnerabilities by which somebody else's code runs in the server. */
  public readonly advisories: ReleaseAdvisory[];

  private constructor(props: VllmReleaseProps) {
    this.vllmVersion = props.vllmVersion;
    this.cudaVersion = props.cudaVersion;
    this.torchVersion = props.torchVersion;
    this.minimumDriver = minimumDriverOf(props.cudaVersion) ?? 0;
    this.minimumComputeCapability = props.minimumComputeCapability ?? 7.5;
    this.architectures = [CpuArchitecture.X86_64, CpuArchitecture.ARM64];
    this.advisories = advisoriesOf(undefined, props.vllmVersion);
  }

  /** Upstream reference of the image, e.g. `docker.io/vllm/vllm-openai:v0.24.0`. */
  public image(): string {
    return `docker.io/vllm/vllm-openai:v${this.vllmVersion}`;
  }

  /** The version of vLLM. */
  public toString(): string {
    return this.vllmVersion;
  }
}

checkArguments('VllmRelease', VllmRelease);

function customFaults(props: VllmReleaseProps): Fault[] {
  const { vllmVersion, cudaVersion, torchVersion } = props;
  return allOf(
    () => versionFault('vllmVersion', vllmVersion, '0.34.0'),
    () => versionFault('cudaVersion', cudaVersion, '13.0.3'),
    () => (torchVersion === undefined ? [] : versionFault('torchVersion', torchVersion, '2.14.0')),
    () => capabilityFaults(props),
  );
}

/**
 * The images of vLLM's own server, in words.
 *
 * @internal
 */
export const UPSTREAM_IMAGES: VllmImages = {
  with: (vllm) => {
    const found = VllmRelease.ALL.find(({ vllmVersion }) => compareVersions(vllmVersion, vllm) >= 0);
    return `vLLM ${found ?? vllm} or later`;
  },
  before: (vllm) => {
    const found = VllmRelease.ALL.filter(({ vllmVersion }) => compareVersions(vllmVersion, vllm) < 0).pop();
    return found ? `vLLM ${found}` : `a vLLM before ${vllm}`;
  },
};
