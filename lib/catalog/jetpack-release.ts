import { UnscopedValidationError } from '../units/errors';
import { nameText, unknownNameFault } from './near-names';
import { checkArguments } from '../units/argument-faults';

interface JetPackFacts {
  readonly version: string;
  /** Major release of Jetson Linux (L4T). */
  readonly linuxMajor: number;
  /** Generations of Jetson that it is for. */
  readonly boards: readonly ('orin' | 'thor')[];
}

/**
 * A release of JetPack: Jetson Linux with its driver, CUDA and container toolkit, which come with the board's image and not with containers.
 */
export class JetPackRelease {
  /** JetPack 6.2: Jetson Linux 36.4, for Orin. vLLM's own image does not run on it. */
  public static readonly V6_2 = new JetPackRelease({ version: '6.2', linuxMajor: 36, boards: ['orin'] });
  /** JetPack 7.0: Jetson Linux 38.2, for Thor. */
  public static readonly V7_0 = new JetPackRelease({ version: '7.0', linuxMajor: 38, boards: ['thor'] });
  /** JetPack 7.2: Jetson Linux 39, for Orin and Thor; the first on which vLLM's own image runs on Orin. */
  public static readonly V7_2 = new JetPackRelease({ version: '7.2', linuxMajor: 39, boards: ['orin', 'thor'] });

  /** Every release known here, oldest first. */
  public static readonly ALL: JetPackRelease[] = Object.freeze([
    JetPackRelease.V6_2,
    JetPackRelease.V7_0,
    JetPackRelease.V7_2,
  ]) as JetPackRelease[];

  /**
   * A release by its version.
   *
   * @param version for example `7.2`
   * @throws UnscopedValidationError for one that is not known
   */
  public static of(version: string): JetPackRelease {
    const found = JetPackRelease.ALL.find((each) => each.version === nameText(version));
    if (found) return found;
    const names = JetPackRelease.ALL.map((each) => each.version);
    throw new UnscopedValidationError([
      unknownNameFault('JetPack release', version, names, `known: ${names.join(', ')}`),
    ]);
  }

  /** Version, e.g. `7.2`. */
  public readonly version: string;
  /** Major release of Jetson Linux (L4T), the first number of `/etc/nv_tegra_release`, e.g. 39. */
  public readonly linuxMajor: number;

  readonly #boards: readonly string[];

  private constructor({ version, linuxMajor, boards }: JetPackFacts) {
    this.version = version;
    this.linuxMajor = linuxMajor;
    this.#boards = boards;
  }

  /**
   * Whether it is made for the boards of a generation.
   *
   * @internal
   */
  public _isFor(generation: string): boolean {
    return this.#boards.includes(generation);
  }

  /** The version. */
  public toString(): string {
    return this.version;
  }
}

checkArguments('JetPackRelease', JetPackRelease);
