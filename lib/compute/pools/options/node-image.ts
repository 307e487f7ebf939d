import { CpuArchitecture } from '../../../catalog/cpu-architecture';
import { bannedImageFaults } from '../../../catalog/node-image-faults';
import { displayValue } from '../../../core/tokens';
import { throwIfFaulty } from '../../../units/errors';
import { Fault, fault } from '../../../units/fault';
import { checkArguments } from '../../../units/argument-faults';
import { allOf } from '../../../units/unreadable';

/** Operating systems of GPU nodes. */
export enum NodeImageFamily {
  /** The EKS-optimized Amazon Linux 2023 with NVIDIA's driver and container toolkit. */
  AL2023 = 'al2023',
  /** Bottlerocket's NVIDIA variant, which also has the device plugin. */
  BOTTLEROCKET = 'bottlerocket',
}

/**
 * A release of a node image.
 */
export interface NodeImageRelease {
  /**
   * Release of the image, e.g. `1.35.6-20260714` (AL2023) or `1.62.0-1d7b2d2f` (Bottlerocket).
   * @default - AL2023: the one the cluster pins; Bottlerocket: the newest when the node group is created
   */
  readonly releaseVersion?: string;
  /** Major version of NVIDIA's driver in that release, e.g. 580. @default - AL2023: that of the release where the catalog knows it */
  readonly driverMajor?: number;
}

/**
 * The image that GPU nodes run. Both include NVIDIA's driver, so no operator may install one.
 *
 * @see https://github.com/awslabs/amazon-eks-ami/blob/main/CHANGELOG.md
 * @see https://docs.aws.amazon.com/eks/latest/userguide/ml-eks-optimized-ami.html
 */
export class NodeImage {
  /** Amazon Linux 2023, in the release that the cluster pins. */
  public static readonly AL2023_NVIDIA = NodeImage.al2023({});
  /** Bottlerocket, in the newest release when the node group is created. */
  public static readonly BOTTLEROCKET_NVIDIA = NodeImage.bottlerocket({});

  /**
   * Amazon Linux 2023 with NVIDIA's driver. Throws an `UnscopedValidationError` if the release is not in the format of EKS, or is one that AWS
   * warns of.
   *
   * @param release the release
   */
  public static al2023(release: NodeImageRelease): NodeImage {
    throwIfFaulty(
      allOf(
        () => releaseFaults(release, /^1\.\d{2}\.\d+-\d{8}$/, '1.35.6-20260714'),
        () => bannedImageFaults('releaseVersion', release.releaseVersion),
      ),
    );
    return new NodeImage(NodeImageFamily.AL2023, release);
  }

  /**
   * Bottlerocket with NVIDIA's driver and device plugin. Throws an `UnscopedValidationError` if the release is not in the format of EKS.
   *
   * @param release the release
   */
  public static bottlerocket(release: NodeImageRelease): NodeImage {
    throwIfFaulty(releaseFaults(release, /^\d+\.\d+\.\d+-[0-9a-f]{8}$/, '1.62.0-1d7b2d2f'));
    return new NodeImage(NodeImageFamily.BOTTLEROCKET, release);
  }

  /** Operating system. */
  public readonly family: NodeImageFamily;
  /** Release of the image. @default - see `NodeImageRelease` */
  public readonly releaseVersion?: string;
  /** Major version of NVIDIA's driver. @default - see `NodeImageRelease` */
  public readonly driverMajor?: number;

  private constructor(family: NodeImageFamily, release: NodeImageRelease) {
    this.family = family;
    this.releaseVersion = release.releaseVersion;
    this.driverMajor = release.driverMajor;
  }

  /**
   * AMI type of an EKS managed node group, e.g. `AL2023_x86_64_NVIDIA`.
   *
   * @param architecture processor architecture of the instance type
   */
  public amiType(architecture: CpuArchitecture): string {
    const system = this.family === NodeImageFamily.AL2023 ? 'AL2023' : 'BOTTLEROCKET';
    return `${system}_${architecture === CpuArchitecture.ARM64 ? 'ARM_64' : 'x86_64'}_NVIDIA`;
  }

  /** Whether the image includes NVIDIA's device plugin, so that none must be installed. */
  public get hasDevicePlugin(): boolean {
    return this.family === NodeImageFamily.BOTTLEROCKET;
  }

  /** Operating system and release, for messages. */
  public toString(): string {
    return this.releaseVersion ? `${this.family} ${this.releaseVersion}` : this.family;
  }
}

checkArguments('NodeImage', NodeImage);

function releaseFaults({ releaseVersion, driverMajor }: NodeImageRelease, form: RegExp, example: string): Fault[] {
  return allOf(
    () =>
      releaseVersion === undefined || form.test(releaseVersion)
        ? []
        : [
            fault(
              'INVALID_FORMAT',
              'releaseVersion',
              `releaseVersion must be written like '${example}'; got '${releaseVersion}'`,
            ),
          ],
    () => (driverMajor === undefined ? [] : driverMajorFaults(driverMajor)),
  );
}

/**
 * The fault of something that is no branch of NVIDIA's driver.
 *
 * @internal
 */
export function driverMajorFaults(driverMajor: number): Fault[] {
  if (Number.isInteger(driverMajor) && driverMajor >= 300) return [];
  return [
    fault(
      'OUT_OF_RANGE',
      'driverMajor',
      `driverMajor must be the major version of an NVIDIA driver, such as 580; got ${displayValue(driverMajor)}`,
    ),
  ];
}
