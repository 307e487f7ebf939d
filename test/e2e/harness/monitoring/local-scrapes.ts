import { KubeObject } from '../kube-client';
import { Difference } from '../pod-runner';

/** What stands for the pods of a scrape job. */
export interface StandsFor {
  readonly job: string;
  /** Port of the loopback interface. */
  readonly port: number;
  /** The labels that discovery would have found; relabelling makes of them what it makes on a cluster. */
  readonly discovered: { readonly [label: string]: string };
}

/** What differs from the configuration on a cluster. */
export const SCRAPED_HERE: readonly Difference[] = [
  {
    pod: 'kubernetes_sd_configs',
    here: 'static_configs with the labels that it would find',
    reason: 'pods have no addresses here',
  },
  { pod: 'alerting', here: 'an address of the loopback interface, or none', reason: 'there is no DNS of a cluster' },
];

/**
 * A configuration of Prometheus with each job's discovery replaced by what stands for its pods. Everything else of a job stays as it is.
 *
 * @param configuration text of `prometheus.yml`, as a monitoring stack writes it
 * @param pods what is there; a job without any has no target
 * @param alertmanager address of Alertmanager @default - there is none
 */
export function localScrapes(configuration: string, pods: readonly StandsFor[], alertmanager?: string): string {
  const { alerting, scrape_configs: jobs, ...rest } = JSON.parse(configuration);
  const names = (jobs as { job_name: string }[]).map(({ job_name: name }) => name);
  const unknown = pods.filter(({ job }) => !names.includes(job));
  if (unknown.length > 0) throw new Error(`no such jobs: ${unknown.map(({ job }) => job).join(', ')}`);
  const here = ({ kubernetes_sd_configs: discovery, ...job }: { [field: string]: unknown }) => {
    if (discovery === undefined) return job;
    const found = pods.filter((pod) => pod.job === job.job_name);
    return {
      ...job,
      static_configs: found.map(({ port, discovered }) => ({ targets: [`127.0.0.1:${port}`], labels: discovered })),
    };
  };
  const reached = alertmanager && { alertmanagers: [{ static_configs: [{ targets: [alertmanager] }] }] };
  return JSON.stringify({
    ...rest,
    ...(alerting && reached && { alerting: reached }),
    scrape_configs: (jobs as []).map(here),
  });
}

/**
 * The labels by which Prometheus finds a container's port of a pod.
 *
 * @param pod with its name, namespace, labels and containers
 * @param port of the container
 */
export function discoveredPod({ metadata, spec }: KubeObject, port: number): { [label: string]: string } {
  const labels = Object.entries((metadata.labels ?? {}) as { [label: string]: string });
  return {
    ...Object.fromEntries(labels.map(([name, value]) => [`__meta_kubernetes_pod_label_${metaName(name)}`, value])),
    __meta_kubernetes_namespace: metadata.namespace as string,
    __meta_kubernetes_pod_name: metadata.name,
    __meta_kubernetes_pod_node_name: (spec.nodeName as string | undefined) ?? 'node-0',
    __meta_kubernetes_pod_phase: 'Running',
    __meta_kubernetes_pod_container_init: 'false',
    __meta_kubernetes_pod_container_port_number: String(port),
  };
}

/** As Prometheus writes it: https://prometheus.io/docs/prometheus/latest/configuration/configuration/#kubernetes_sd_config */
function metaName(label: string): string {
  return label.replace(/[^a-zA-Z0-9_]/g, '_');
}

/** What differs where Prometheus discovers by itself, from outside of the cluster. */
export const DISCOVERED_HERE: readonly Difference[] = [
  {
    pod: 'kubernetes_sd_configs',
    here: 'with the address of the API server, and a token of the same account',
    reason: 'Prometheus is no pod',
  },
];

/**
 * A configuration of Prometheus whose discovery asks an API server by itself, as an account.
 *
 * @param configuration text of `prometheus.yml`, as a monitoring stack writes it
 * @param asked how the API server is asked: fields of `kubernetes_sd_config`
 */
export function discoveringAs(configuration: string, asked: object): string {
  const { alerting: _, scrape_configs: jobs, ...rest } = JSON.parse(configuration);
  const here = ({ kubernetes_sd_configs: discovery, ...job }: { [field: string]: unknown }) => ({
    ...job,
    kubernetes_sd_configs: (discovery as object[]).map((each) => ({ ...each, ...asked })),
  });
  return JSON.stringify({ ...rest, scrape_configs: (jobs as []).map(here) });
}
