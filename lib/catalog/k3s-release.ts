import { UnscopedValidationError, throwIfFaulty } from '../units/errors';
import { Fault, fault } from '../units/fault';
import { givenValue } from '../units/number-faults';
import { allOf } from '../units/unreadable';
import { checkArguments } from '../units/argument-faults';
import { CpuArchitecture } from './cpu-architecture';
import { nameText, unknownNameFault } from './near-names';

/** A release of k3s that is not in the table. */
export interface K3sReleaseProps {
  /** Tag of the release, e.g. `v1.36.4+k3s1`. */
  readonly version: string;
  /** Architecture of its files. */
  readonly architecture: CpuArchitecture;
  /** SHA-256 of `k3s` (x86_64) or `k3s-arm64`, as `sha256sum-amd64.txt` or `sha256sum-arm64.txt` of the release has it. */
  readonly binarySha256: string;
  /** SHA-256 of `k3s-airgap-images-amd64.tar.zst` or of `-arm64.tar.zst`, from the same file. */
  readonly imagesSha256: string;
}

interface Checksums {
  readonly binary: string;
  readonly images: string;
}

/**
 * Releases by tag: checksums of the files, as three public repositories pin them alike, each from `sha256sum-<architecture>.txt` of the release.
 *
 * @see https://github.com/k3s-io/k3s/releases
 */
const RELEASES: { readonly [version: string]: { readonly [K in CpuArchitecture]: Checksums } } = {
  'v1.36.4+k3s1': {
    x86_64: {
      binary: '835873f37245fc615f547a2fe2af9402a347875f13fa64a1f136de644955ea3f',
      images: '9024613e2d468c51ba0e5ba21898604c41339354449fb3338cc6a7931189eb6a',
    },
    arm64: {
      binary: 'c920706346d5ad4e5cd3c7bf1bb09ce71ebe07fec829e513e40f1caf98aed8bb',
      images: '9d3c4c2197bcf857ca17633aa393bad683cc982ddd408620f93036a3cca953b5',
    },
  },
};

/** How k3s names its files. */
const NAMES: { readonly [K in CpuArchitecture]: { readonly binary: string; readonly images: string } } = {
  x86_64: { binary: 'k3s', images: 'k3s-airgap-images-amd64.tar.zst' },
  arm64: { binary: 'k3s-arm64', images: 'k3s-airgap-images-arm64.tar.zst' },
};

/**
 * A release of k3s, with the checksums of its binary and of the images that it starts from without a network.
 */
export class K3sRelease {
  /** Kubernetes 1.36.4, containerd 2.3.4. */
  public static readonly V1_36_4 = new K3sRelease('v1.36.4+k3s1', RELEASES['v1.36.4+k3s1']);
  /** The release used when none is given. */
  public static readonly DEFAULT = K3sRelease.V1_36_4;

  /**
   * A release in the table.
   *
   * @param version its tag, e.g. `v1.36.4+k3s1`
   * @throws UnscopedValidationError for another one
   */
  public static of(version: string): K3sRelease {
    if (nameText(version) === K3sRelease.V1_36_4.version) return K3sRelease.V1_36_4;
    const otherwise = `K3sRelease.custom takes another one with its checksums; known: ${K3sRelease.V1_36_4}`;
    throw new UnscopedValidationError([unknownNameFault('k3s release', version, Object.keys(RELEASES), otherwise)]);
  }

  /**
   * A release that is not in the table, for machines of one architecture.
   *
   * @param props its tag and its checksums
   * @throws UnscopedValidationError for what is no tag, and no checksum
   */
  public static custom(props: K3sReleaseProps): K3sRelease {
    throwIfFaulty(customFaults(props));
    const { version, architecture, binarySha256: binary, imagesSha256: images } = props;
    return new K3sRelease(version, { [architecture]: { binary, images } });
  }

  /** Tag of the release, e.g. `v1.36.4+k3s1`. */
  public readonly version: string;

  readonly #checksums: { readonly [architecture: string]: Checksums };

  private constructor(version: string, checksums: { readonly [architecture: string]: Checksums }) {
    this.version = version;
    this.#checksums = checksums;
  }

  /**
   * Its files for an architecture, each with checksum and address; undefined where their checksums are not known.
   *
   * @internal
   */
  public _files(architecture: CpuArchitecture): K3sFiles | undefined {
    if (!Object.hasOwn(this.#checksums, architecture)) return undefined;
    const sums = this.#checksums[architecture];
    const folder = `https://github.com/k3s-io/k3s/releases/download/${this.version.replace('+', '%2B')}`;
    const file = (name: string, sha256: string): K3sFile => ({ name, sha256, address: `${folder}/${name}` });
    const names = NAMES[architecture];
    return { binary: file(names.binary, sums.binary), images: file(names.images, sums.images) };
  }

  /** The tag. */
  public toString(): string {
    return this.version;
  }
}

checkArguments('K3sRelease', K3sRelease);

/** A file of a release. @internal */
export interface K3sFile {
  readonly name: string;
  readonly sha256: string;
  readonly address: string;
}

/** The files of a release for one architecture. @internal */
export interface K3sFiles {
  readonly binary: K3sFile;
  readonly images: K3sFile;
}

function customFaults({ version, binarySha256, imagesSha256 }: K3sReleaseProps): Fault[] {
  return allOf(
    () => {
      if (/^v\d+\.\d+\.\d+\+k3s\d+$/.test(version)) return [];
      const reason = `version must be the tag of a release, e.g. 'v1.36.4+k3s1'; got ${givenValue(version)}`;
      return [fault('INVALID_FORMAT', 'version', reason)];
    },
    () => sha256Faults('binarySha256', binarySha256),
    () => sha256Faults('imagesSha256', imagesSha256),
  );
}

/**
 * The fault of what is no SHA-256.
 *
 * @internal
 */
export function sha256Faults(property: string, value: string): Fault[] {
  if (/^[0-9a-f]{64}$/.test(value)) return [];
  const reason = `${property} must be a SHA-256, 64 lower-case hexadecimal digits; got ${givenValue(value)}`;
  return [fault('INVALID_FORMAT', property, reason)];
}
