import { Fault, fault } from '../../units/fault';
import { RuleGroup } from '../rules/rule-group';
import { ruleFiles } from '../rules/rule-file';
import { ConfigFile, MoreConfig } from '../servers/monitoring-server';

/** The API server refuses a ConfigMap of more than 1 MiB; the rest is for names and for what a little change adds. */
const MOST_BYTES = 960 * 1024;
/** Beside the first. */
const MOST_PARTS = 15;

/**
 * The files that Prometheus reads: its configuration and the rules, spread over as many ConfigMaps as they need.
 *
 * @internal
 */
export class ConfigFiles {
  #made?: { readonly groups: readonly RuleGroup[]; readonly room: number; readonly files: readonly string[] };

  /**
   * @param configuration text of `prometheus.yml`
   * @param groups the rules
   */
  public constructor(
    private readonly configuration: () => string,
    private readonly groups: () => readonly RuleGroup[],
  ) {}

  /** Those of the first ConfigMap. */
  public get first(): ConfigFile[] {
    return [
      { name: 'prometheus.yml', text: this.configuration },
      { name: 'rules.yml', text: () => this.#rules[0] },
    ];
  }

  /** Those of the others. */
  public get more(): MoreConfig {
    const files = () => this.#rules.slice(1).map((text, part) => ({ name: `rules-${part + 2}.yml`, text }));
    return { most: MOST_PARTS, files };
  }

  /** What is larger than ConfigMaps can hold. */
  public faults(): Fault[] {
    const size = Buffer.byteLength(this.configuration());
    const parts = this.#rules.length - 1;
    const cure = 'watch some of the workloads by another monitoring stack, in a namespace of its own';
    const tooLarge = (reason: string) => [fault('MONITORING_TOO_LARGE', undefined, `${reason}; ${cure}`)];
    if (size > MOST_BYTES)
      return tooLarge(`its scrape configuration has ${size} bytes, of which a ConfigMap holds ${MOST_BYTES}`);
    if (parts > MOST_PARTS)
      return tooLarge(
        `its rules fill ${parts + 1} ConfigMaps of ${MOST_BYTES} bytes, of which it makes ${MOST_PARTS + 1}`,
      );
    return [];
  }

  get #rules(): readonly string[] {
    const groups = this.groups();
    const room = Math.max(0, MOST_BYTES - Buffer.byteLength(this.configuration()));
    if (this.#made?.groups !== groups || this.#made.room !== room) {
      this.#made = { groups, room, files: ruleFiles(groups, MOST_BYTES, room) };
    }
    return this.#made.files;
  }
}
