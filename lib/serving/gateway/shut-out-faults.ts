import { TerraformResource } from 'cdktf';
import { IKubernetesCluster } from '../../core/kubernetes-cluster';
import { Attributes, resolvedValue } from '../../core/resolved-value';
import { declaredPodsOf } from '../../kubernetes/declared-pods';
import { objectIdentity, singleBlock as one, synthesizedAttributes } from '../../kubernetes/object-attributes';
import { podsOfResource, runsPods } from '../../scheduling/kubernetes-pods';
import { resourcesOn } from '../../scheduling/resources-on';
import { Fault, fault } from '../../units/fault';
import { upstreamName } from './resolve-gateway';
import { Upstream } from './upstreams';

type Labels = { readonly [key: string]: string };

/** The pods of a gateway. @internal */
export interface DoorPods {
  readonly cluster: IKubernetesCluster;
  readonly namespace: string;
  readonly labels: Labels;
}

/** Label that Kubernetes puts on every namespace. */
const NAMESPACE_NAME = 'kubernetes.io/metadata.name';

/**
 * Servers of this program whose network policies, which are of this program too, keep the pods of a gateway out, so that every request would wait for a
 * connection in vain. Asked at synthesis, when all of them are there. What is not known of a policy lets everybody in.
 *
 * @internal
 */
export function shutOutFaults(door: DoorPods, upstreams: readonly Upstream[]): Fault[] {
  const { cluster } = door;
  const all = resourcesOn(cluster);
  const namespaces = new Set(upstreams.map(({ namespace }) => namespace));
  const policies = all
    .filter(({ terraformResourceType: type }) => /^kubernetes_network_policy(_v1)?$/.test(type))
    .filter((each) => namespaces.has(String(objectIdentity(each).namespace ?? 'default')));
  if (policies.length === 0) return [];
  const workloads = all.filter(runsPods);
  return upstreams.flatMap((upstream) => {
    const selector = upstream.podSelector ?? selectorOf(all, upstream);
    if (selector === undefined) return [];
    const closed = podLabels(workloads, upstream.namespace)
      .filter((labels) => includes(labels, selector))
      .map((labels) => closedBy(policies, upstream, labels, door))
      .find((by) => by !== undefined);
    return closed === undefined ? [] : [shutOut(upstream, closed, door)];
  });
}

function shutOut(upstream: Upstream, policy: TerraformResource, { namespace }: DoorPods): Fault {
  const owner = policy.node.scope?.node.path ?? policy.node.path;
  const reason =
    `${upstream.at} is pods of '${upstreamName(upstream)}', but the network policy of '${owner}' keeps the pods of the gateway, in '${namespace}', from them, so that ` +
    `no request would arrive; add '${namespace}' to accessibleFrom of these servers; GatewayBackend.of with networkPolicy on lets itself in`;
  return fault('GATEWAY_SHUT_OUT', upstream.at, reason);
}

/** Labels of the pods behind a Service that this program makes, or that a controller makes for it. */
function selectorOf(all: readonly TerraformResource[], { namespace, serviceName }: Upstream): Labels | undefined {
  for (const each of all) {
    const declared = declaredPodsOf(each);
    if (declared?.namespace === namespace && declared.makes?.objects.service === serviceName) {
      return podsOfResource(each).demand?.labels;
    }
    if (!/^kubernetes_service(_v1)?$/.test(each.terraformResourceType)) continue;
    const { name, namespace: own = 'default' } = objectIdentity(each);
    if (name === serviceName && own === namespace) return labelsOf(specOf(each).selector);
  }
  return undefined;
}

function podLabels(workloads: readonly TerraformResource[], namespace: string): Labels[] {
  return workloads
    .map((each) => podsOfResource(each).demand)
    .flatMap((demand) => (demand?.name.startsWith(`${namespace}/`) && demand.labels ? [demand.labels] : []));
}

/** A policy that keeps the gateway from a pod, where none lets it in. */
function closedBy(
  policies: readonly TerraformResource[],
  { namespace, port, podSelector }: Upstream,
  labels: Labels,
  door: DoorPods,
): TerraformResource | undefined {
  const applying = policies.filter((each) => {
    if (String(objectIdentity(each).namespace ?? 'default') !== namespace) return false;
    const { pod_selector: pods, policy_types: types } = specOf(each);
    const selector = labelsOf(one(pods).match_labels);
    const takes = (types as string[] | undefined) ?? ['Ingress'];
    return selector !== undefined && includes(labels, selector) && takes.includes('Ingress');
  });
  // Of a Service the port of its pods is not known.
  const needed = podSelector === undefined ? undefined : port;
  const lets = (policy: TerraformResource) =>
    many(specOf(policy).ingress).some(
      ({ from, ports }) => hasPort(many(ports), needed) && admits(many(from), namespace, door),
    );
  return applying.some(lets) ? undefined : applying[0];
}

function hasPort(ports: readonly Attributes[], needed: number | undefined): boolean {
  return (
    needed === undefined ||
    ports.length === 0 ||
    ports.some(({ port, end_port: end }) => end !== undefined || !/^\d+$/.test(String(port)) || Number(port) === needed)
  );
}

function admits(from: readonly Attributes[], policyNamespace: string, door: DoorPods): boolean {
  return (
    from.length === 0 ||
    from.some(({ ip_block: range, namespace_selector: namespaces, pod_selector: pods }) => {
      // Pods may have addresses of it.
      if (range !== undefined) return true;
      const of = (block: unknown) => labelsOf(one(block).match_labels) ?? {};
      const { [NAMESPACE_NAME]: name } = of(namespaces);
      const isThere =
        namespaces === undefined ? policyNamespace === door.namespace : name === undefined || name === door.namespace;
      return isThere && includes(door.labels, of(pods));
    })
  );
}

function specOf(resource: TerraformResource): Attributes {
  return one(resolvedValue(resource, one(synthesizedAttributes(resource)?.spec)));
}

/** Undefined where some of them are known only to Terraform. */
function labelsOf(labels: unknown): Labels | undefined {
  const entries = Object.entries((labels ?? {}) as Labels);
  return entries.some(([key, value]) => `${key}${value}`.includes('${')) ? undefined : Object.fromEntries(entries);
}

function includes(labels: Labels, wanted: Labels): boolean {
  return Object.entries(wanted).every(([key, value]) => labels[key] === value);
}

function many(value: unknown): Attributes[] {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  return list.filter((each): each is Attributes => typeof each === 'object' && each !== null);
}
