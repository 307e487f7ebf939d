import { ScrapeConfig } from '../../../../lib/monitoring/prometheus/prometheus-config';
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
 * Rules whose alerts fire sooner: a test does not wait for minutes.
 *
 * @param rules text of `rules.yml`
 * @param from how long they wait, e.g. `5m`
 * @param to for how long here
 */
export function sooner(rules: string, from: string, to: string): string {
  const { groups, ...rest } = JSON.parse(rules) as { groups: { rules: { for?: string }[] }[] };
  if (!groups.some((group) => group.rules.some((rule) => rule.for === from)))
    throw new Error(`no alert waits for ${from}`);
  const here = (rule: { for?: string }) => (rule.for === from ? { ...rule, for: to } : rule);
  return JSON.stringify({ ...rest, groups: groups.map((group) => ({ ...group, rules: group.rules.map(here) })) });
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

/**
 * The labels by which Prometheus finds a pod of a job, whatever makes it: those that the job keeps.
 *
 * @param configuration text of `prometheus.yml`, as a monitoring stack writes it
 */
export function discoveredOf(configuration: string, job: string, pod: PodPlace): { [label: string]: string } {
  const { scrape_configs: jobs } = JSON.parse(configuration) as { scrape_configs: ScrapeConfig[] };
  const found = jobs.find(({ job_name: name }) => name === job);
  if (!found) throw new Error(`there is no job ${job}; there are ${jobs.map(({ job_name: name }) => name).join(', ')}`);
  const kept = found.relabel_configs.filter(({ action }) => action === 'keep');
  return {
    ...Object.fromEntries(kept.map(({ source_labels: [label] = [''], regex = '' }) => [label, unescaped(regex)])),
    __meta_kubernetes_namespace: pod.namespace,
    __meta_kubernetes_pod_name: pod.name,
    __meta_kubernetes_pod_node_name: pod.node,
    __meta_kubernetes_pod_phase: 'Running',
  };
}

/** A pod, and where it is. */
export interface PodPlace {
  readonly namespace: string;
  readonly name: string;
  readonly node: string;
}

/** A text of a regular expression that matches it alone. */
function unescaped(regex: string): string {
  return regex.replace(/\\(.)/g, '$1');
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
