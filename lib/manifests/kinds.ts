import {
  as,
  dropped,
  Fields,
  flag,
  flagOr,
  map,
  number,
  object,
  set,
  text,
  textOr,
  textSet,
  writeOnly,
} from '../kubernetes/rendering/attribute-rules';
import { clusterMetadata, namespacedMetadata } from '../kubernetes/rendering/metadata-rules';
import { podAutoscaler } from './autoscaler-rules';
import {
  aggregationRule,
  allowedTopologies,
  clusterRoleRules,
  disruptionBudget,
  ingress,
  ingressClass,
  networkPolicy,
  roleRef,
  roleRules,
  service,
  subjects,
} from './object-rules';
import { volumeMetadata, volumeSpec } from './persistent-volume-rules';
import { claimSpec } from '../kubernetes/rendering/volume-rules';
import { cronJob, daemonSetSpec, deploymentSpec, job, statefulSet } from './workload-rules';

/** The Terraform provider whose attributes the rules know. @internal */
export const PROVIDER_VERSION = '2.38.0';

/** The Kubernetes kind of a resource type of the provider. @internal */
export interface Kind {
  readonly apiVersion: string;
  readonly kind: string;
  readonly fields: Fields;
}

/** How Terraform waits, and what the API server computes. */
const PROVIDER_ATTRIBUTES: Fields = {
  id: dropped,
  status: dropped,
  timeouts: dropped,
  wait_for_completion: dropped,
  wait_for_default_service_account: dropped,
  wait_for_load_balancer: dropped,
  wait_for_rollout: dropped,
  wait_for_service_account_token: dropped,
  wait_until_bound: dropped,
};

function cluster(apiVersion: string, kind: string, fields: Fields): Kind {
  return { apiVersion, kind, fields: { ...PROVIDER_ATTRIBUTES, metadata: clusterMetadata, ...fields } };
}

function namespaced(apiVersion: string, kind: string, fields: Fields): Kind {
  return { apiVersion, kind, fields: { ...PROVIDER_ATTRIBUTES, metadata: namespacedMetadata, ...fields } };
}

const RBAC = 'rbac.authorization.k8s.io/v1';
const NETWORKING = 'networking.k8s.io/v1';

/**
 * The resource types that can be rendered, in the recommended order of applying their objects.
 *
 * @see https://github.com/hashicorp/terraform-provider-kubernetes/tree/v2.38.0/kubernetes
 *
 * @internal
 */
export const KINDS: { [type: string]: Kind } = {
  kubernetes_namespace_v1: cluster('v1', 'Namespace', {}),
  kubernetes_priority_class_v1: cluster('scheduling.k8s.io/v1', 'PriorityClass', {
    description: text,
    global_default: flag,
    preemption_policy: textOr('PreemptLowerPriority'),
    value: { ...number, fallback: 0 },
  }),
  kubernetes_storage_class_v1: cluster('storage.k8s.io/v1', 'StorageClass', {
    allow_volume_expansion: flagOr(true),
    allowed_topologies: allowedTopologies,
    mount_options: textSet,
    parameters: map,
    reclaim_policy: textOr('Delete'),
    storage_provisioner: text,
    volume_binding_mode: textOr('Immediate'),
  }),
  kubernetes_service_account_v1: namespaced('v1', 'ServiceAccount', {
    automount_service_account_token: flagOr(true),
    default_secret_name: dropped,
    image_pull_secret: set('imagePullSecrets', { name: text }),
    secret: set('secrets', { name: text }),
  }),
  kubernetes_config_map_v1: namespaced('v1', 'ConfigMap', { binary_data: map, data: map, immutable: flagOr(false) }),
  kubernetes_secret_v1: namespaced('v1', 'Secret', {
    binary_data: as('data', map),
    binary_data_wo: writeOnly,
    binary_data_wo_revision: writeOnly,
    data: as('stringData', map),
    data_wo: writeOnly,
    data_wo_revision: writeOnly,
    immutable: flag,
    type: textOr('Opaque'),
  }),
  kubernetes_persistent_volume_v1: cluster('v1', 'PersistentVolume', {
    metadata: volumeMetadata,
    spec: volumeSpec,
  }),
  kubernetes_persistent_volume_claim_v1: namespaced('v1', 'PersistentVolumeClaim', { spec: claimSpec }),
  kubernetes_cluster_role_v1: cluster(RBAC, 'ClusterRole', {
    aggregation_rule: aggregationRule,
    rule: clusterRoleRules,
  }),
  kubernetes_cluster_role_binding_v1: cluster(RBAC, 'ClusterRoleBinding', { role_ref: roleRef, subject: subjects }),
  kubernetes_role_v1: namespaced(RBAC, 'Role', { rule: roleRules }),
  kubernetes_role_binding_v1: namespaced(RBAC, 'RoleBinding', { role_ref: roleRef, subject: subjects }),
  kubernetes_network_policy_v1: namespaced(NETWORKING, 'NetworkPolicy', { spec: networkPolicy }),
  kubernetes_service_v1: namespaced('v1', 'Service', { spec: service }),
  kubernetes_deployment_v1: namespaced('apps/v1', 'Deployment', { spec: object(deploymentSpec) }),
  kubernetes_stateful_set_v1: namespaced('apps/v1', 'StatefulSet', { spec: statefulSet }),
  kubernetes_daemon_set_v1: namespaced('apps/v1', 'DaemonSet', { spec: object(daemonSetSpec) }),
  kubernetes_job_v1: namespaced('batch/v1', 'Job', { spec: job }),
  kubernetes_cron_job_v1: namespaced('batch/v1', 'CronJob', { spec: cronJob }),
  kubernetes_pod_disruption_budget_v1: namespaced('policy/v1', 'PodDisruptionBudget', { spec: disruptionBudget }),
  kubernetes_horizontal_pod_autoscaler_v2: namespaced('autoscaling/v2', 'HorizontalPodAutoscaler', {
    spec: podAutoscaler,
  }),
  kubernetes_ingress_class_v1: cluster(NETWORKING, 'IngressClass', { spec: ingressClass }),
  kubernetes_ingress_v1: namespaced(NETWORKING, 'Ingress', { spec: ingress }),
};
