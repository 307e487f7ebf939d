import { TerraformResource } from 'cdktf';
import { ClusterLedger, ClusterSingleton } from '../core/cluster-ledger';
import { IGpuNodePool } from '../core/gpu-node-pool';
import { IKubernetesCluster } from '../core/kubernetes-cluster';
import { isSynthesized } from '../core/omission';
import { KubernetesAccess } from '../kubernetes/kubernetes-access';
import { constructsOf } from '../core/reading';
import { resolvedValue } from '../core/resolved-value';
import { synthesizedAttributes } from '../kubernetes/object-attributes';
import { Fault, fault } from '../units/fault';
import { isKubernetesResource, runsPods } from './kubernetes-pods';
import { DEVICE_PLUGIN_LABEL } from './node-labels';

/**
 * What the pools of a cluster of this program need and nothing in the program installs: without it no node or no GPU ever appears. On
 * clusters that exist already it may be there, so nothing is found there.
 *
 * What a user installs in the same program counts: a Helm release of the chart, a workload with the image, an add-on of EKS.
 *
 * @internal
 */
export function missingParts(cluster: IKubernetesCluster): Fault[] {
  const ledger = ClusterLedger.of(cluster);
  if (!ledger.isOwn) return [];
  const lacks = (kind: ClusterSingleton, installer: Installer) =>
    ledger.singleton(kind) === undefined && !isInstalled(cluster, installer);
  const withoutAgents = ledger.pools.filter(needsAgents);
  const grown = ledger.needing(ClusterSingleton.CLUSTER_AUTOSCALER);
  const launched = ledger.needing(ClusterSingleton.KARPENTER);
  const [grouped] = ledger.groups;
  const [queue] = ledger.queues;
  const [served] = ledger.usersOf(ClusterSingleton.KSERVE);
  const [trained] = ledger.jobSets;
  const [certified] = ledger.usersOf(ClusterSingleton.CERT_MANAGER);
  const [balanced] = ledger.usersOf(ClusterSingleton.LOAD_BALANCERS);
  const [automatic] = ledger.usersOf(ClusterSingleton.AUTO_MODE);
  const [adapted] = ledger.scaled(ClusterSingleton.METRICS_ADAPTER);
  const [scaled] = ledger.scaled(ClusterSingleton.KEDA);
  return [
    ...(adapted !== undefined && lacks(ClusterSingleton.METRICS_ADAPTER, METRICS_ADAPTER)
      ? [
          fault(
            'NO_METRICS_ADAPTER',
            undefined,
            `a HorizontalPodAutoscaler is to set the number of servers of '${adapted.node.path}' on cluster '${cluster.clusterName}', but nothing in this ` +
              `program installs what it reads requests from; create a PrometheusAdapter, ${otherwise('NO_METRICS_ADAPTER')}`,
          ),
        ]
      : []),
    ...(scaled !== undefined && lacks(ClusterSingleton.KEDA, KEDA)
      ? [
          fault(
            'NO_KEDA',
            undefined,
            `KEDA is to set the number of servers of '${scaled.node.path}' on cluster '${cluster.clusterName}', but nothing in this program installs ` +
              `it; create a Keda before the deployment, ${otherwise('NO_KEDA')}`,
          ),
        ]
      : []),
    ...(queue !== undefined && lacks(ClusterSingleton.KUEUE, KUEUE)
      ? [
          fault(
            'NO_KUEUE',
            undefined,
            `'${queue.owner.node.path}' is a queue of Kueue on cluster '${cluster.clusterName}', but nothing in this program installs it, so that no pod that ` +
              `waits there would start; create a Kueue before it, ${otherwise('NO_KUEUE')}`,
          ),
        ]
      : []),
    ...(grouped !== undefined && lacks(ClusterSingleton.LEADER_WORKER_SETS, LEADER_WORKER_SETS)
      ? [
          fault(
            'NO_LEADER_WORKER_SETS',
            undefined,
            `'${grouped.node.path}' runs servers of several nodes on cluster '${cluster.clusterName}', but nothing in this program installs the ` +
              `controller that makes their pods; create a LeaderWorkerSetController before it, ${otherwise('NO_LEADER_WORKER_SETS')}`,
          ),
        ]
      : []),
    ...(served !== undefined && lacks(ClusterSingleton.KSERVE, KSERVE)
      ? [
          fault(
            'NO_KSERVE',
            undefined,
            `'${served.node.path}' is served by KServe on cluster '${cluster.clusterName}', but nothing in this program installs KServe, which makes ` +
              `its pods; create a KServe before it, ${otherwise('NO_KSERVE')}`,
          ),
        ]
      : []),
    ...(ledger.singleton(ClusterSingleton.KSERVE) !== undefined && !isInstalled(cluster, CERT_MANAGER)
      ? [
          fault(
            'NO_CERT_MANAGER',
            undefined,
            `KServe on cluster '${cluster.clusterName}' has the certificates of its webhooks from cert-manager, but nothing in this program installs it; ` +
              `make a Helm release of it and pass it as dependsOn of KServe, ${otherwise('NO_CERT_MANAGER')}`,
          ),
        ]
      : []),
    ...(certified !== undefined && !isInstalled(cluster, CERT_MANAGER)
      ? [
          fault(
            'NO_CERT_MANAGER',
            undefined,
            `'${certified.node.path}' has its certificate from cert-manager on cluster '${cluster.clusterName}', but nothing in this program installs it; ` +
              `make a Helm release of it before the gateway, ${otherwise('NO_CERT_MANAGER')}`,
          ),
        ]
      : []),
    ...(balanced !== undefined && !isInstalled(cluster, AWS_LOAD_BALANCER_CONTROLLER)
      ? [
          fault(
            'NO_LOAD_BALANCER_CONTROLLER',
            undefined,
            `'${balanced.node.path}' is to have a Network Load Balancer on cluster '${cluster.clusterName}', but nothing in this program installs the AWS Load ` +
              `Balancer Controller, which makes it: the Service would wait for ever; make a Helm release of it, ${otherwise('NO_LOAD_BALANCER_CONTROLLER')}`,
          ),
        ]
      : []),
    // No cluster of this library has it.
    ...(automatic !== undefined
      ? [
          fault(
            'NO_LOAD_BALANCER_CONTROLLER',
            undefined,
            `'${automatic.node.path}' is to have a Network Load Balancer by EKS Auto Mode, which cluster '${cluster.clusterName}' of this program does not have: the ` +
              'Service would wait for ever; use LoadBalancerController.AWS with a Helm release of the AWS Load Balancer Controller, ' +
              otherwise('NO_LOAD_BALANCER_CONTROLLER'),
          ),
        ]
      : []),
    ...(trained !== undefined && lacks(ClusterSingleton.JOB_SETS, JOB_SETS)
      ? [
          fault(
            'NO_JOB_SETS',
            undefined,
            `'${trained.node.path}' trains on several nodes of cluster '${cluster.clusterName}', but nothing in this program installs the ` +
              `controller that makes its pods; create a JobSetController before it, ${otherwise('NO_JOB_SETS')}`,
          ),
        ]
      : []),
    ...(withoutAgents.length > 0 && lacks(ClusterSingleton.NODE_AGENTS, DEVICE_PLUGIN)
      ? [
          fault(
            'NO_NODE_AGENTS',
            undefined,
            `nothing in this program advertises the devices of ${named(withoutAgents)} on cluster '${cluster.clusterName}', so no pod with GPUs ` +
              `would start; create NodeAgents in the workload stack, ${otherwise('NO_NODE_AGENTS')}`,
          ),
        ]
      : []),
    ...(grown.length > 0 && lacks(ClusterSingleton.CLUSTER_AUTOSCALER, CLUSTER_AUTOSCALER)
      ? [
          fault(
            'NO_CLUSTER_AUTOSCALER',
            undefined,
            `${named(grown)} on cluster '${cluster.clusterName}' rely on the cluster autoscaler, but nothing in this program installs it, so no ` +
              `node would be added; create a ClusterAutoscaler in the workload stack, ${otherwise('NO_CLUSTER_AUTOSCALER')}`,
          ),
        ]
      : []),
    ...(launched.length > 0 && lacks(ClusterSingleton.KARPENTER, KARPENTER)
      ? [
          fault(
            'NO_KARPENTER',
            undefined,
            `Karpenter is to launch the nodes of ${named(launched)} on cluster '${cluster.clusterName}', but nothing in this program installs it; ` +
              `create a Karpenter in the workload stack, or pass your own release of it as dependsOn of the pools, ${otherwise('NO_KARPENTER')}`,
          ),
        ]
      : []),
  ];
}

/**
 * Whether something in this program grows the node groups of a cluster when pods wait, the system nodes among them: EKS marks every group
 * for the cluster autoscaler.
 *
 * @internal
 */
export function hasGroupAutoscaler(cluster: IKubernetesCluster): boolean {
  const known = ClusterLedger.of(cluster).singleton(ClusterSingleton.CLUSTER_AUTOSCALER);
  return known !== undefined || isInstalled(cluster, CLUSTER_AUTOSCALER);
}

function named(pools: readonly IGpuNodePool[]): string {
  return `pool(s) ${pools.map(({ poolName }) => `'${poolName}'`).join(', ')}`;
}

function otherwise(id: string): string {
  return `or, if it is installed by other means, accept this by Warnings.accept(cluster, '${id}', '<reason>')`;
}

/** Images with a device plugin of their own still lack that of EFA. */
function needsAgents({ nodeLabels, efaInterfacesPerNode }: IGpuNodePool): boolean {
  return nodeLabels[DEVICE_PLUGIN_LABEL] !== 'false' || efaInterfacesPerNode > 0;
}

/** How something is recognized that a user installs: names of charts and add-ons, and repositories of images. */
interface Installer {
  readonly charts: RegExp;
  readonly images: RegExp;
}

const DEVICE_PLUGIN: Installer = {
  charts: /(^|[/_])(gpu-operator|nvidia-device-plugin|nvidia_gpu-operator)\b/,
  images: /(^|\/)(k8s-device-plugin|gpu-operator)[:@]/,
};
const CLUSTER_AUTOSCALER: Installer = {
  charts: /(^|[/_])cluster-autoscaler\b/,
  images: /(^|\/)cluster-autoscaler[:@]/,
};
const KUEUE: Installer = { charts: /(^|[/_])kueue(-\d|\.tgz|$)/, images: /(^|\/)kueue[:@]/ };
const LEADER_WORKER_SETS: Installer = { charts: /(^|[/_])lws(-\d|\.tgz|$)/, images: /(^|\/)lws[:@]/ };
const KSERVE: Installer = {
  charts: /(^|[/_])kserve(-resources)?(-v?\d|\.tgz|$)/,
  images: /(^|\/)kserve-controller[:@]/,
};
const CERT_MANAGER: Installer = {
  charts: /(^|[/_])cert-manager\b/,
  images: /(^|\/)cert-manager-controller[:@]/,
};
const AWS_LOAD_BALANCER_CONTROLLER: Installer = {
  charts: /(^|[/_])aws-load-balancer-controller\b/,
  images: /(^|\/)aws-load-balancer-controller[:@]/,
};
const JOB_SETS: Installer = { charts: /(^|[/_])jobset(-\d|\.tgz|$)/, images: /(^|\/)jobset[:@]/ };
const KARPENTER: Installer = { charts: /(^|[/_])karpenter(-\d|\.tgz|$)/, images: /(^|\/)karpenter\/controller[:@]/ };

const METRICS_ADAPTER: Installer = {
  charts: /(^|[/_])prometheus-adapter(-\d|\.tgz|$)/,
  images: /(^|\/)prometheus-adapter[:@]/,
};
const KEDA: Installer = { charts: /(^|[/_])keda(-\d|\.tgz|$)/, images: /(^|\/)kedacore\/keda[:@]/ };

function isInstalled(cluster: IKubernetesCluster, { charts, images }: Installer): boolean {
  return constructsOf(cluster).some((each) => {
    if (!TerraformResource.isTerraformResource(each) || !isSynthesized(each) || isOfOther(each, cluster)) return false;
    const type = each.terraformResourceType;
    if (type === 'helm_release') return charts.test(textOf(each, 'chart'));
    if (type === 'aws_eks_addon') return charts.test(textOf(each, 'addon_name'));
    return isKubernetesResource(each) && runsPods(each) && imagesOf(each).some((image) => images.test(image));
  });
}

function textOf(resource: TerraformResource, attribute: string): string {
  const value = resolvedValue(resource, synthesizedAttributes(resource)?.[attribute]);
  return typeof value === 'string' ? value : '';
}

/** Whether the provider of a resource is known to be that of another cluster: providers of a cluster share their alias. */
function isOfOther(resource: TerraformResource, cluster: IKubernetesCluster): boolean {
  if (!resource.provider || resource.terraformResourceType.startsWith('aws_')) return false;
  const access = KubernetesAccess.find(resource, cluster);
  return access !== undefined && access.kubernetesProvider.alias !== resource.provider.alias;
}

/** Every image in the attributes of a workload, wherever its containers are. */
function imagesOf(resource: TerraformResource): string[] {
  const found: string[] = [];
  const search = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, child] of Object.entries(value)) {
      if (key === 'image' && typeof child === 'string') found.push(child);
      else search(child);
    }
  };
  search(resolvedValue(resource, synthesizedAttributes(resource)));
  return found;
}
