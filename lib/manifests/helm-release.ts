import { ApiObject } from '../kubernetes/rendering/attribute-rules';
import { Fault, fault } from '../units/fault';
import { secretInUrl } from '../units/url-secrets';
import { helmValues } from './helm-values';

/** A release of a published chart, as Helm would install it. @internal */
export interface HelmRelease {
  readonly name: string;
  readonly namespace: string;
  /** Name of the chart in its repository. */
  readonly chart: string;
  /** `https://...`, or `oci://...` for a registry. */
  readonly repository: string;
  readonly version: string;
  readonly values: ApiObject;
  /** Whether it is done only when its pods are ready. */
  readonly waits: boolean;
  /** Bound of each operation, in seconds. */
  readonly timeoutSeconds: number;
  /** Revisions that are kept. @default - that of Helm */
  readonly maxHistory?: number;
  readonly skipsDefinitions: boolean;
  readonly createsNamespace: boolean;
  readonly stage: number;
}

/** Arguments that are read here, and those that change nothing of what is installed. */
const KNOWN = new Set([
  ...['chart', 'create_namespace', 'max_history', 'name', 'namespace', 'repository', 'set', 'skip_crds', 'timeout'],
  ...['values', 'version', 'wait'],
  ...['//', 'depends_on', 'lifecycle', 'provider'],
  ...['atomic', 'cleanup_on_fail', 'dependency_update', 'description', 'force_update', 'lint', 'recreate_pods'],
  ...['render_subchart_notes', 'replace', 'upgrade_install', 'wait_for_jobs'],
]);

/** What Terraform's provider does by itself: it waits, for 300 seconds. */
const DEFAULTS = { wait: true, timeout: 300 };

/**
 * What a resource `helm_release` of a foreign chart installs; undefined where that cannot be said.
 *
 * @param block its arguments, references resolved
 * @param stage when it is applied
 * @param faults what cannot be rendered
 * @see https://registry.terraform.io/providers/hashicorp/helm/latest/docs/resources/release
 *
 * @internal
 */
export function helmRelease(block: ApiObject, stage: number, faults: Fault[]): HelmRelease | undefined {
  const { name, namespace = 'default', version } = block as { name: string; namespace?: string; version?: string };
  const before = faults.length;
  for (const [argument, value] of Object.entries(block)) {
    if (KNOWN.has(argument) || isNothing(value)) continue;
    const secret = /sensitive|_wo$|password|username|_file$/.test(argument);
    const cure = secret
      ? 'which may be a secret; let the chart read a Kubernetes secret by its name'
      : 'which a GitOps engine has no counterpart of; put it into values, or leave it out';
    faults.push(
      fault('HELM_ARGUMENT_NOT_RENDERED', argument, `release '${name}' has the argument '${argument}', ${cure}`),
    );
  }
  const source = chartSource(String(block.chart), block.repository as string | undefined);
  if (!source) {
    const reason = `release '${name}' installs the chart '${block.chart}', which is in no repository that a site could read; publish it, and give repository as https://... or oci://...`;
    faults.push(fault('HELM_CHART_NOT_PUBLISHED', 'chart', reason));
  } else if (secretInUrl(source.repository) !== undefined) {
    const reason = `release '${name}' has a repository with ${secretInUrl(source.repository)} in its URL, which would be in the files; use one without`;
    faults.push(fault('SECRET_IN_MANIFEST', 'repository', reason));
  }
  if (!version) {
    const reason = `release '${name}' names no version of its chart, so that sites would differ by when they were installed; give version`;
    faults.push(fault('HELM_VERSION_MISSING', 'version', reason));
  }
  const values = helmValues(name, block, faults);
  if (faults.length > before) return undefined;
  return {
    ...(source as { chart: string; repository: string }),
    ...{ name, namespace, version: version as string, values, stage },
    waits: (block.wait ?? DEFAULTS.wait) === true,
    timeoutSeconds: Number(block.timeout ?? DEFAULTS.timeout),
    maxHistory: block.max_history as number | undefined,
    skipsDefinitions: block.skip_crds === true,
    createsNamespace: block.create_namespace === true,
  };
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null || value === false || (Array.isArray(value) && value.length === 0);
}

function chartSource(chart: string, repository?: string): { chart: string; repository: string } | undefined {
  const whole = repository ? undefined : /^(oci:\/\/.+)\/([^/]+)$/.exec(chart);
  if (whole) return { chart: whole[2], repository: whole[1] };
  return repository && /^(https?|oci):\/\/./.test(repository) && !chart.includes('/')
    ? { chart, repository: repository.replace(/\/+$/, '') }
    : undefined;
}
