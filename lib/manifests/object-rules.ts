import {
  as,
  Fields,
  flag,
  flagOr,
  list,
  map,
  number,
  numberOr,
  numberOrText,
  object,
  text,
  textAlways,
  textOr,
  texts,
  textSet,
} from '../kubernetes/rendering/attribute-rules';
import { labelSelector } from '../kubernetes/rendering/metadata-rules';

/** @internal */
export const service = object(
  {
    allocate_load_balancer_node_ports: flagOr(true),
    cluster_ip: text,
    cluster_ips: texts,
    external_ips: textSet,
    external_name: text,
    external_traffic_policy: text,
    health_check_node_port: number,
    internal_traffic_policy: text,
    ip_families: texts,
    ip_family_policy: text,
    load_balancer_class: text,
    load_balancer_ip: text,
    load_balancer_source_ranges: textSet,
    port: list('ports', {
      app_protocol: text,
      name: text,
      node_port: number,
      port: number,
      protocol: textOr('TCP'),
      target_port: numberOrText,
    }),
    publish_not_ready_addresses: flag,
    selector: map,
    session_affinity: textOr('None'),
    session_affinity_config: object({ client_ip: object({ timeout_seconds: numberOr(0) }, { fallback: {} }) }),
    type: textOr('ClusterIP'),
  },
  {
    reshape: ({ allocateLoadBalancerNodePorts, loadBalancerClass, ...spec }) =>
      spec.type === 'LoadBalancer'
        ? { ...spec, allocateLoadBalancerNodePorts, ...(loadBalancerClass && { loadBalancerClass }) }
        : spec,
  },
);

const peer: Fields = {
  ip_block: object({ cidr: textAlways, except: texts }),
  namespace_selector: labelSelector,
  pod_selector: labelSelector,
};
const ports = list('ports', { end_port: number, port: numberOrText, protocol: textOr('TCP') });

/** @internal */
export const networkPolicy = object({
  egress: list('egress', { ports, to: list('to', peer) }),
  ingress: list('ingress', { from: list('from', peer), ports }),
  pod_selector: { ...labelSelector, fallback: {} },
  policy_types: texts,
});

/** @internal */
export const disruptionBudget = object({
  max_unavailable: numberOrText,
  min_available: numberOrText,
  selector: labelSelector,
});

/** @internal */
export const roleRules = list('rules', {
  api_groups: textSet,
  resource_names: textSet,
  resources: textSet,
  verbs: textSet,
});

/** @internal */
export const clusterRoleRules = list('rules', {
  api_groups: texts,
  non_resource_urls: texts,
  resource_names: texts,
  resources: texts,
  verbs: texts,
});

/** @internal */
export const aggregationRule = object({
  cluster_role_selectors: list('clusterRoleSelectors', labelSelector.fields),
});

/** @internal */
export const roleRef = object({ api_group: text, kind: text, name: text });

/** @internal */
export const subjects = list('subjects', {
  api_group: text,
  kind: text,
  name: text,
  namespace: textOr('default'),
});

/** @internal */
export const allowedTopologies = object(
  { match_label_expressions: list('matchLabelExpressions', { key: textAlways, values: textSet }) },
  { many: true, reshape: (term) => (term.matchLabelExpressions ? term : []) },
);

const backend = object({
  resource: object({ api_group: textAlways, kind: text, name: text }),
  service: object({ name: text, port: object({ name: text, number }) }),
});

/** @internal */
export const ingress = object({
  default_backend: backend,
  ingress_class_name: text,
  rule: list('rules', {
    host: text,
    http: object({
      path: list('paths', {
        backend: { ...backend, fallback: {} },
        path: text,
        path_type: textOr('ImplementationSpecific'),
      }),
    }),
  }),
  tls: list('tls', { hosts: texts, secret_name: text }),
});

/** @internal */
export const ingressClass = object({
  controller: text,
  parameters: object({ api_group: as('apiGroup', text), kind: text, name: text, namespace: text, scope: text }),
});
