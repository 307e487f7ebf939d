import { Release } from '@cdktf/provider-helm/lib/release';
import { Construct } from 'constructs';
import { ClusterLedger, ClusterSingleton } from '../core/cluster-ledger';
import { IKubernetesCluster } from '../core/kubernetes-cluster';
import { PodSecurityLevel } from '../core/pod-security-level';
import { escapeTemplate } from '../core/template-escape';
import { concreteFault } from '../core/tokens';
import { Fault, fault } from '../units/fault';
import { givenValue } from '../units/number-faults';
import { HELM_BOUNDS } from './helm-bounds';
import { ImageRegistry } from './image-registry';
import { helmMeta } from './kubernetes-access';
import { ensureNamespace } from './namespaces';

/**
 * A controller that a cluster has once, by the chart of its project.
 *
 * @internal
 */
export interface ControllerChart {
  readonly cluster: IKubernetesCluster;
  /** Namespace of its own, at the level 'restricted'. */
  readonly namespace: string;
  /** Name of the chart, and of its release. */
  readonly chart: string;
  /** Where the chart is published. */
  readonly repository: string;
  readonly version: string;
  readonly values: object;
  readonly registry: ImageRegistry;
  /** Whether Terraform waits until it runs: objects that its webhook judges can be made then only. @default false */
  readonly waits?: boolean;
}

/** @internal */
export function makeControllerRelease(scope: Construct, given: ControllerChart): Release {
  const { cluster, namespace, chart, repository, version, values, registry, waits } = given;
  return new Release(scope, 'Resource', {
    ...helmMeta(scope, cluster, ensureNamespace(scope, cluster, namespace, PodSecurityLevel.RESTRICTED)),
    ...{ name: chart, namespace, chart, version },
    repository: registry._chartsOf(repository),
    values: [escapeTemplate(JSON.stringify(values))],
    ...HELM_BOUNDS,
    ...(waits ? { wait: true } : {}),
  });
}

/**
 * What is known of the versions of a chart.
 *
 * @internal
 */
export interface ChartVersions {
  /** Its property. @default 'chartVersion' */
  readonly property?: string;
  /** How one is written: the version by default. */
  readonly example: string;
  /** What depends on it, in words. @default 'the image and the values are those of its chart' */
  readonly use?: string;
  /** The first minor version that will do, and what it has that earlier ones have not. @default - any */
  readonly oldest?: { readonly version: readonly [number, number]; readonly has: string };
}

/** @internal */
export function chartVersionFaults(version: string, versions: ChartVersions): Fault[] {
  const { property = 'chartVersion', example, use, oldest } = versions;
  const unknown = concreteFault(property, version, use ?? 'the image and the values are those of its chart');
  if (unknown.length > 0) return unknown;
  const [, major, minor] = (/^(\d+)\.(\d+)\.\d+$/.exec(version) ?? []).map(Number);
  if (major === undefined) {
    const reason = `${property} must be written as '${example}'; got ${givenValue(version)}`;
    return [fault('INVALID_FORMAT', property, reason)];
  }
  const [first, second] = oldest?.version ?? [0, 0];
  if (!oldest || major > first || (major === first && minor >= second)) return [];
  const reason = `${property} must be ${oldest.version.join('.')}.0 or later, ${oldest.has}; got ${version}`;
  return [fault('CHART_TOO_OLD', property, reason)];
}

/**
 * Why a cluster must not have a second one of what it has once; undefined where it has none.
 *
 * @param what what messages call it, with its article
 *
 * @internal
 */
export function alreadyInstalled(
  cluster: IKubernetesCluster,
  kind: ClusterSingleton,
  what: string,
): string | undefined {
  const other = ClusterLedger.of(cluster).singleton(kind)?.owner;
  return (
    other &&
    `cluster '${cluster.clusterName}' already has ${what}, at '${other.node.path}', which serves all its namespaces; remove one of the two`
  );
}
