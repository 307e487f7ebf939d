import {
  as,
  flag,
  flagOr,
  list,
  map,
  number,
  numberOr,
  numberSet,
  numeral,
  object,
  positiveOr,
  text,
  textAlways,
  textOr,
  texts,
  textSet,
} from './attribute-rules';
import { container, seccompProfile, seLinuxOptions, windowsOptions } from './container-rules';
import { clusterMetadata, labelSelector, matchExpressions, templateMetadata } from './metadata-rules';
import { volumes } from './volume-rules';

const nodeTerm = {
  match_expressions: matchExpressions,
  match_fields: as('matchFields', matchExpressions),
};

const podTerm = {
  label_selector: labelSelector,
  namespace_selector: labelSelector,
  namespaces: textSet,
  topology_key: textAlways,
};

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';

const podAffinity = object({
  preferred_during_scheduling_ignored_during_execution: list(PREFERRED, {
    pod_affinity_term: object(podTerm),
    weight: number,
  }),
  required_during_scheduling_ignored_during_execution: list(REQUIRED, podTerm),
});

const affinity = object({
  node_affinity: object({
    preferred_during_scheduling_ignored_during_execution: list(PREFERRED, {
      preference: object(nodeTerm),
      weight: number,
    }),
    required_during_scheduling_ignored_during_execution: object({
      node_selector_term: list('nodeSelectorTerms', nodeTerm),
    }),
  }),
  pod_affinity: podAffinity,
  pod_anti_affinity: podAffinity,
});

const podSecurityContext = object({
  fs_group: numeral,
  fs_group_change_policy: text,
  run_as_group: numeral,
  run_as_non_root: flagOr(false),
  run_as_user: numeral,
  se_linux_options: seLinuxOptions,
  seccomp_profile: seccompProfile,
  supplemental_groups: numberSet,
  sysctl: list('sysctls', { name: text, value: textAlways }),
  windows_options: windowsOptions,
});

const podSpec = (restartPolicy: string) =>
  object({
    active_deadline_seconds: number,
    affinity,
    automount_service_account_token: flagOr(true),
    container: container('containers'),
    dns_config: object({
      nameservers: texts,
      option: list('options', { name: text, value: textAlways }),
      searches: texts,
    }),
    dns_policy: textOr('ClusterFirst'),
    enable_service_links: flagOr(true),
    host_aliases: list('hostAliases', { hostnames: texts, ip: text }),
    host_ipc: flag,
    host_network: flag,
    host_pid: flag,
    hostname: text,
    image_pull_secrets: list('imagePullSecrets', { name: text }),
    init_container: container('initContainers'),
    node_name: text,
    node_selector: map,
    os: object({ name: text }),
    priority_class_name: text,
    readiness_gate: list('readinessGates', { condition_type: text }),
    restart_policy: textOr(restartPolicy),
    runtime_class_name: text,
    scheduler_name: text,
    security_context: podSecurityContext,
    service_account_name: text,
    share_process_namespace: flagOr(false),
    subdomain: text,
    termination_grace_period_seconds: numberOr(30),
    toleration: list('tolerations', {
      effect: text,
      key: text,
      operator: textOr('Equal'),
      toleration_seconds: numeral,
      value: text,
    }),
    topology_spread_constraint: list('topologySpreadConstraints', {
      label_selector: labelSelector,
      match_label_keys: textSet,
      max_skew: positiveOr(1),
      min_domains: number,
      node_affinity_policy: text,
      node_taints_policy: text,
      topology_key: textAlways,
      when_unsatisfiable: textOr('DoNotSchedule'),
    }),
    volume: volumes,
  });

/** The pods of a long-running workload. @internal */
export const servicePods = object({ metadata: templateMetadata, spec: podSpec('Always') });

/** The pods of a job. @internal */
export const jobPods = object({ metadata: clusterMetadata, spec: podSpec('Never') });
