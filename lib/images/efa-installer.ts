import { EFA_INSTALLERS, FIRST_FOR_NGC, FIRST_WITH_PLUGIN } from '../catalog/efa-installers';
import { compareVersions } from '../catalog/metric';
import { nameText, unknownNameFault } from '../catalog/near-names';
import { versionFault } from '../catalog/version-text';
import { checkArguments } from '../units/argument-faults';
import { UnscopedValidationError, throwIfFaulty } from '../units/errors';
import { Fault, fault } from '../units/fault';
import { givenValue } from '../units/number-faults';
import { allOf } from '../units/unreadable';

/**
 * A version of AWS's installer of EFA that is not in the table.
 *
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/efa-changelog.html
 */
export interface EfaInstallerProps {
  /** Its version, 1.39.0 or later, which have the plugin of NCCL in them. */
  readonly version: string;
  /** SHA-256 of `aws-efa-installer-<version>.tar.gz`, 64 hexadecimal digits: a build with another file fails. */
  readonly sha256: string;
}

/**
 * What an image needs for NCCL to use EFA, the network of AWS between GPU nodes: libfabric and the plugin aws-ofi-nccl, as a version of AWS's own
 * installer brings them. The kernel module is the node's. Without it NCCL says nothing, and uses TCP.
 *
 * @see https://github.com/vllm-project/vllm/issues/55635
 */
export class EfaInstaller {
  /**
   * With aws-ofi-nccl 1.20.0, which AWS tested with NCCL 2.28.9, 2.29.7 and 2.30.4.
   *
   * @see https://github.com/aws/aws-ofi-nccl/releases/tag/v1.20.0
   */
  public static readonly V1_49_0 = EfaInstaller.listed('1.49.0');
  /**
   * With aws-ofi-nccl 1.21.1, which AWS tested with NCCL 2.31.2.
   *
   * @see https://github.com/aws/aws-ofi-nccl/releases/tag/v1.21.1
   */
  public static readonly V1_50_0 = EfaInstaller.listed('1.50.0');

  /**
   * The version to take unless another is needed: 1.49.0, whose plugin was tested with NCCL 2.28.9, which vLLM's images from 0.20 to 0.26 have, and
   * with 2.29.7 and 2.30.4, next to the 2.30.7 of later ones.
   * With it vLLM served across two P5en where earlier versions hung.
   *
   * @see https://github.com/ai-dynamo/dynamo/issues/12105
   */
  public static readonly DEFAULT = EfaInstaller.V1_49_0;

  /** Every version known here, oldest first. */
  public static readonly ALL: EfaInstaller[] = Object.freeze([
    EfaInstaller.V1_49_0,
    EfaInstaller.V1_50_0,
  ]) as EfaInstaller[];

  /**
   * A version in the table. Throws an `UnscopedValidationError` for another one.
   *
   * @param version version of the installer, e.g. `1.49.0`
   */
  public static of(version: string): EfaInstaller {
    const known = EfaInstaller.ALL.find((each) => each.version === nameText(version));
    if (known) return known;
    const names = EfaInstaller.ALL.map((each) => each.version);
    const otherwise = `EfaInstaller.custom takes another one with its checksum; known: ${names.join(', ')}`;
    throw new UnscopedValidationError([unknownNameFault('EFA installer', version, names, otherwise)]);
  }

  /**
   * A version that is not in the table. Throws an `UnscopedValidationError` for one without the plugin, and for a checksum that is none.
   *
   * @param props version and checksum
   */
  public static custom(props: EfaInstallerProps): EfaInstaller {
    throwIfFaulty(customFaults(props));
    return new EfaInstaller(props);
  }

  private static listed(version: keyof typeof EFA_INSTALLERS): EfaInstaller {
    const { sha256, plugin } = EFA_INSTALLERS[version];
    return new EfaInstaller({ version, sha256 }, plugin);
  }

  /** Version of the installer, e.g. `1.49.0`. */
  public readonly version: string;
  /** SHA-256 of its archive. */
  public readonly sha256: string;
  /** Version of aws-ofi-nccl in it. @default - not known */
  public readonly pluginVersion?: string;

  private constructor(props: EfaInstallerProps, pluginVersion?: string) {
    this.version = props.version;
    this.sha256 = props.sha256;
    this.pluginVersion = pluginVersion;
  }

  /** The version. */
  public toString(): string {
    return this.version;
  }

  /** Options of it in an image: without the kernel module, the limits of the host and a test of the device; since it can, without Open MPI too. @internal */
  public get _options(): string[] {
    const all = ['--yes', '--skip-kmod', '--skip-limit-conf', '--no-verify'];
    return compareVersions(this.version, FIRST_FOR_NGC) < 0 ? all : [...all, '--disable-ngc', '--skip-mpi'];
  }
}

checkArguments('EfaInstaller', EfaInstaller);

const SHA256 = /^[0-9a-f]{64}$/;

function customFaults({ version, sha256 }: EfaInstallerProps): Fault[] {
  return allOf(
    () => {
      const faults = versionFault('version', version, '1.51.0');
      if (faults.length > 0 || compareVersions(version, FIRST_WITH_PLUGIN) >= 0) return faults;
      const reason = `EFA installer ${version} has no aws-ofi-nccl, without which NCCL does not use EFA; use ${FIRST_WITH_PLUGIN} or later`;
      return [fault('EFA_INSTALLER_LACKS_PLUGIN', 'version', reason)];
    },
    () => {
      if (typeof sha256 === 'string' && SHA256.test(sha256)) return [];
      const reason = `sha256 must be 64 hexadecimal digits in lower case, as sha256sum prints them; got ${givenValue(sha256)}`;
      return [fault('INVALID_FORMAT', 'sha256', reason)];
    },
  );
}
