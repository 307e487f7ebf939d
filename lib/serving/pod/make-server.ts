import { ConfigMapV1 } from '@cdktf/provider-kubernetes/lib/config-map-v1';
import { DeploymentV1 } from '@cdktf/provider-kubernetes/lib/deployment-v1';
import { PodDisruptionBudgetV1 } from '@cdktf/provider-kubernetes/lib/pod-disruption-budget-v1';
import { ServiceV1 } from '@cdktf/provider-kubernetes/lib/service-v1';
import { ITerraformDependable, TerraformResource } from 'cdktf';
import { Construct, IConstruct } from 'constructs';
import { ModelUse } from '../../core/model-use';
import { PodSecurityLevel } from '../../core/pod-security-level';
import { addWarning } from '../../core/validation';
import { escapeTemplate, escapeTemplates } from '../../core/template-escape';
import { checksumAnnotation, configChecksum } from '../../kubernetes/config-checksum';
import { ImageRegistry } from '../../kubernetes/image-registry';
import { kubernetesMeta } from '../../kubernetes/kubernetes-access';
import { MANAGED_BY } from '../../kubernetes/managed-by';
import { podTemplate } from '../../kubernetes/pod-template';
import { credentialAnnotations, storeImage } from '../../kubernetes/model-store-access';
import { ensureNamespace } from '../../kubernetes/namespaces';
import { egressTo, isolate, modelStoreEgress, peers, roleEgress } from '../../kubernetes/network-access';
import { hintScheduling } from '../../kubernetes/scheduling-hints';
import { scriptAsset } from '../../kubernetes/script-asset';
import { makeScaler } from '../scaling/make-scaler';
import { CHECK_SCRIPT } from './check-pod';
import { ServiceType } from './pod-additions';
import { PodAccount, accountWarnings, actsBesideStore, podAccount } from './pod-account';
import { placementLimits } from './placement-rules';
import { Server, ServerParts } from './server';
import { scalerMost } from './server-faults';
import { ASSEMBLE_SCRIPT, ServerContainer, serverPodProps, withoutRole } from './server-pod';
import { cacheScripts, cacheShortage, podCache, useCache } from './use-cache';

/**
 * The Kubernetes objects of servers.
 *
 * @internal
 */
export interface MadeServer {
  readonly service: ServiceV1;
  readonly deployment: DeploymentV1;
}

/**
 * Makes the objects of servers: a service account with the right to read their weights, a service, a deployment, a disruption budget and a
 * network policy.
 *
 * @param owner what they are made in
 * @param server everything decided
 * @param watched what a monitoring stack watches @default - `owner`
 *
 * @internal
 */
export function makeServer(owner: Construct, server: Server, watched: IConstruct = owner): MadeServer {
  const { service, workload } = makeAround(owner, server, makeDeployment);
  scale(owner, server, { apiVersion: 'apps/v1', kind: 'Deployment', name: server.name }, workload, watched);
  return { service, deployment: workload };
}

/**
 * Makes the scaler of servers, if there is one.
 *
 * @param target what has the number of servers
 * @param workload the resource that makes it
 * @param watched what a monitoring stack watches
 *
 * @internal
 */
export function scale(
  owner: Construct,
  { given, name, namespace, labels, scaling }: Server,
  target: { readonly apiVersion: string; readonly kind: string; readonly name: string },
  workload: TerraformResource,
  watched: IConstruct,
): void {
  if (scaling === undefined) return;
  for (const warning of scaling.warnings) addWarning(watched, warning);
  makeScaler(owner, { cluster: given.cluster, name, namespace, labels, target, scaling, watched, waitFor: [workload] });
}

/**
 * Makes all objects of servers, with what runs their pods.
 *
 * @internal
 */
export function makeAround<W extends TerraformResource>(
  owner: Construct,
  server: Server,
  makeWorkload: MakeWorkload<W>,
): { readonly service: ServiceV1; readonly workload: W } {
  return around(owner, server, makeWorkload, makeService);
}

/**
 * The same without a Service, where what runs the pods makes one.
 *
 * @internal
 */
export function makeAroundWithoutService<W extends TerraformResource>(
  owner: Construct,
  server: Server,
  makeWorkload: MakeWorkload<W>,
): W {
  return around(owner, server, makeWorkload, () => undefined).workload;
}

type MakeWorkload<W> = (owner: Construct, server: Server, parts: ServerParts) => W;

function around<W extends TerraformResource, S>(
  owner: Construct,
  server: Server,
  makeWorkload: MakeWorkload<W>,
  service: (owner: Construct, server: Server, before: ITerraformDependable[]) => S,
): { readonly service: S; readonly workload: W } {
  const { given, name, namespace, rollout, securityLevel = PodSecurityLevel.RESTRICTED } = server;
  const before = ensureNamespace(owner, given.cluster, namespace, securityLevel);
  const account = podAccount(owner, server, before);
  const made = service(owner, server, before);
  const workload = makeWorkload(owner, server, makeParts(owner, server, account, before));
  rollout.decideFor(owner, name, workload, () => cacheShortage(server));
  for (const warning of accountWarnings(server)) addWarning(owner, warning);
  makeDisruptionBudget(owner, server, before);
  if (given.networkPolicy ?? true) makeNetworkPolicy(owner, server, before);
  const uses = server.copies.map(({ model, version }) => ModelUse.of(given.modelStore, model, version));
  const readers = server.copies.map(({ model }) => server.readerOf?.(model));
  ModelUse.addServer(uses, owner, workload, rollout.awaitsImports, () => rollout.stopsFirst, readers);
  return { service: made, workload };
}

function metadata({ name, namespace, labels }: Server, extra: { annotations?: { [key: string]: string } } = {}) {
  return { name, namespace, labels: { ...labels, ...MANAGED_BY }, ...extra };
}

function makeService(owner: Construct, server: Server, before: ITerraformDependable[]): ServiceV1 {
  const { given, kind, labels } = server;
  return new ServiceV1(owner, 'Service', {
    ...kubernetesMeta(owner, given.cluster, before),
    metadata: metadata(server, { annotations: escapeTemplates(given.serviceAnnotations) }),
    // A service without ready pods is a normal state of a first apply.
    waitForLoadBalancer: false,
    spec: {
      type: given.serviceType ?? ServiceType.CLUSTER_IP,
      selector: labels,
      port: Object.entries(kind.ports).map(([name, port]) => ({ name, port, targetPort: name, protocol: 'TCP' })),
    },
  });
}

function makeParts(owner: Construct, server: Server, account: PodAccount, before: ITerraformDependable[]): ServerParts {
  const { given, name } = server;
  const { cluster, nodePool } = given;
  const script = server.streamsWeights ? CHECK_SCRIPT : ASSEMBLE_SCRIPT;
  const data: { [key: string]: string } = {
    [script.key]: scriptAsset(script.asset),
    ...(given.modelCache ? cacheScripts() : {}),
    ...server.data,
  };
  // Another name for another content: pods of an earlier revision never read the files of a later one.
  const configMapName = `${name}-${configChecksum(data).slice(0, 8)}`;
  const configMap = new ConfigMapV1(owner, 'Config', {
    ...kubernetesMeta(owner, cluster, before),
    metadata: { ...metadata(server), name: configMapName },
    immutable: true,
    data: Object.fromEntries(Object.entries(data).map(([key, text]) => [key, escapeTemplate(text)])),
    // The pods move to the new one before the old one goes.
    lifecycle: { createBeforeDestroy: true },
  });
  const cache = useCache(owner, server, before);
  const ready = [...account.granted, ...nodePool.ready, ...(given.dependsOn ?? [])];
  const waitFor = [...before, ...account.made, configMap, ...(cache?.made ?? []), ...ready];
  const checksum = checksumAnnotation(data);
  return { serviceAccountName: account.name, waitFor, configMapName, checksum, cacheClaim: cache?.name };
}

/**
 * The pods of a server.
 *
 * @param container their container that serves, or works for one that does
 *
 * @internal
 */
export function podOf(server: Server, parts: ServerParts, container: ServerContainer, labels = server.labels) {
  const { given, kind } = server;
  return serverPodProps({
    kind,
    serviceAccountName: parts.serviceAccountName,
    configMapName: parts.configMapName,
    files: server.files,
    probeItems: server.probeItems,
    copies: server.copies,
    streamsWeights: server.streamsWeights,
    modelStore: given.modelStore,
    nodePool: given.nodePool,
    registry: given.imageRegistry ?? ImageRegistry.UPSTREAM,
    storeImage: storeImage(given.modelStore, given.awsCliImage),
    sizing: server.sizing,
    exitSeconds: server.exitSeconds,
    server: container,
    labels,
    // A changed configuration changes the pod template, so it is rolled out.
    annotations: {
      ...parts.checksum,
      ...withoutRole(kind, given, server.streamsWeights),
      ...credentialAnnotations(given.modelStore),
    },
    priorityClassName: given.priorityClassName,
    additions: given,
    cache: podCache(server, parts, container),
  });
}

function makeDeployment(owner: Construct, server: Server, parts: ServerParts): DeploymentV1 {
  const { given, labels, sizing, rollout } = server;
  const { cluster } = given;
  const most = scalerMost(given);
  const deployment = new DeploymentV1(owner, 'Resource', {
    ...kubernetesMeta(owner, cluster, parts.waitFor),
    metadata: metadata(server),
    waitForRollout: false,
    spec: {
      // Left out where a scaler sets it, so that no apply resets it.
      replicas: most === undefined ? String(server.replicas) : undefined,
      revisionHistoryLimit: 3,
      progressDeadlineSeconds: sizing.progressDeadline,
      selector: { matchLabels: labels },
      strategy: rollout.strategy,
      template: podTemplate(podOf(server, parts, server.container)),
    },
  });
  const { rule: placementRule, ...limits } = placementLimits(given, labels, sizing.podsPerNode);
  hintScheduling(deployment, {
    tensorParallelism: server.tensorParallelism,
    ...(most === undefined ? {} : { maxPods: most, fewestPods: given.autoscaling?.minReplicas ?? 0 }),
    ...limits,
    placementRule,
  });
  return deployment;
}

function makeDisruptionBudget(owner: Construct, server: Server, before: ITerraformDependable[]): void {
  // Groups have one beside them, which says more than the provider can.
  if (server.memberLabels !== undefined) return;
  new PodDisruptionBudgetV1(owner, 'DisruptionBudget', {
    ...kubernetesMeta(owner, server.given.cluster, before),
    metadata: metadata(server),
    // One at a time also lets a single replica be drained, where a minimum of one would block a node update forever.
    spec: {
      maxUnavailable: String(server.given.maxDisruptions ?? 1),
      selector: { matchLabels: server.labels },
    },
  });
}

/** Who may send requests and read the metrics, and what the pods may connect to. */
function makeNetworkPolicy(owner: Construct, server: Server, before: ITerraformDependable[]): void {
  const { given, name, namespace, labels, memberLabels, requestPorts, metricsPort } = server;
  const members = memberLabels === undefined ? [] : [{ podSelector: { matchLabels: memberLabels } }];
  const { cluster, modelStore, accessibleFrom, metricsFrom = [], egressTo: targets = [], sidecars = [] } = given;
  const sidecarPorts = sidecars.flatMap(({ ports = {} }) => Object.values(ports));
  isolate(owner, 'NetworkPolicy', {
    cluster,
    waitFor: before,
    name,
    namespace,
    pods: memberLabels ?? labels,
    ingress: [
      // On whatever ports they agree.
      { from: members, ports: [] },
      { from: peers(accessibleFrom ?? [namespace]), ports: [...requestPorts, ...sidecarPorts] },
      ...(metricsFrom.length > 0 ? [{ from: peers(metricsFrom), ports: [metricsPort] }] : []),
    ],
    egress: [
      ...members.map((to) => ({ to: [to], ports: [] })),
      ...modelStoreEgress(modelStore, namespace),
      ...(modelStore.credentials && actsBesideStore(given) ? roleEgress() : []),
      ...egressTo(targets),
    ],
  });
}
