import { tolerationsOfAnyValue } from '../kubernetes/tolerations';
import { IGpuNodePool, NodeTaint } from '../core/gpu-node-pool';
import { FabricAttachment, FabricAttachmentKind, IRdmaFabric, RdmaFabricKind } from '../core/rdma-fabric';
import { NicDriver } from './nic-driver';

/** A resource as the API server takes it. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type KubernetesObject = { [key: string]: any };

/** Vendor id of NVIDIA Mellanox adapters. */
const VENDOR = '15b3';

/**
 * Images of the operator's components.
 *
 * @internal
 */
export interface OperatorComponents {
  /** Repository, with its registry. */
  readonly repository: string;
  /** Version of the operator, e.g. `26.4.1`. */
  readonly version: string;
  readonly pullSecrets: string[];
}

/**
 * A pool of nodes with ConnectX adapters.
 *
 * @internal
 */
export interface ConnectXPool {
  readonly pool: IGpuNodePool;
  readonly fabric: IRdmaFabric;
  readonly attachment: FabricAttachment;
}

/**
 * The policy of the whole cluster. The operator ignores policies of any other name.
 *
 * @internal
 */
export function nicClusterPolicy(
  components: OperatorComponents,
  multus: boolean,
  taints: NodeTaint[],
): KubernetesObject {
  return {
    apiVersion: 'mellanox.com/v1alpha1',
    kind: 'NicClusterPolicy',
    metadata: { name: 'nic-cluster-policy' },
    spec: {
      ...(multus
        ? {
            nvIpam: { ...component(components, 'nvidia-k8s-ipam'), enableWebhook: false },
            secondaryNetwork: {
              cniPlugins: component(components, 'plugins'),
              ipoib: component(components, 'ipoib-cni'),
              multus: component(components, 'multus-cni'),
            },
          }
        : { nicFeatureDiscovery: component(components, 'nic-feature-discovery') }),
      tolerations: tolerationsOfAnyValue(taints),
    },
  };
}

/**
 * The policies of one pool: its driver and its device plugin. A component is either here or in the policy of the cluster, never in both,
 * which the operator refuses.
 *
 * @internal
 */
export function poolPolicies(
  connectX: ConnectXPool,
  components: OperatorComponents,
  driver: NicDriver,
  namespace: string,
): KubernetesObject[] {
  const { pool } = connectX;
  const plugin = devicePlugin(connectX, components);
  const ofedDriver = driver.containerVersion && ofed(components, driver.containerVersion);
  const parts = { ...plugin, ...(ofedDriver ? { ofedDriver } : {}) };
  const nodePolicy = {
    apiVersion: 'mellanox.com/v1alpha1',
    kind: 'NicNodePolicy',
    metadata: { name: pool.poolName },
    spec: { nodeSelector: pool.nodeSelector, tolerations: tolerationsOfAnyValue(pool.taints), ...parts },
  };
  return [...(Object.keys(parts).length > 0 ? [nodePolicy] : []), ...virtualFunctions(connectX, namespace)];
}

function component({ repository, version, pullSecrets }: OperatorComponents, image: string): KubernetesObject {
  return {
    image,
    repository,
    version: `network-operator-v${version}`,
    ...(pullSecrets.length > 0 ? { imagePullSecrets: pullSecrets } : {}),
  };
}

function linkType(fabric: IRdmaFabric): string {
  return fabric.kind === RdmaFabricKind.INFINIBAND ? 'infiniband' : 'ether';
}

function devicePlugin({ fabric, attachment }: ConnectXPool, components: OperatorComponents): KubernetesObject {
  const { kind, resourceNames, podsPerAdapter, deviceIds, interfaceNames } = attachment;
  const [resourcePrefix, resourceName] = (resourceNames[0] ?? '').split('/');
  if (kind === FabricAttachmentKind.SHARED_DEVICES) {
    const selectors = {
      vendors: [VENDOR],
      ...(deviceIds ? { deviceIDs: deviceIds } : {}),
      ...(interfaceNames ? { ifNames: interfaceNames } : {}),
      linkTypes: [linkType(fabric)],
    };
    const config = JSON.stringify({ configList: [{ resourceName, rdmaHcaMax: podsPerAdapter, selectors }] });
    return { rdmaSharedDevicePlugin: { ...component(components, 'k8s-rdma-shared-dev-plugin'), config } };
  }
  if (kind === FabricAttachmentKind.HOST_DEVICES) {
    const selectors = {
      vendors: [VENDOR],
      ...(deviceIds ? { devices: deviceIds } : {}),
      ...(interfaceNames ? { pfNames: interfaceNames } : {}),
      isRdma: true,
      linkTypes: [linkType(fabric)],
    };
    const config = JSON.stringify({ resourceList: [{ resourcePrefix, resourceName, selectors }] });
    return { sriovDevicePlugin: { ...component(components, 'sriov-network-device-plugin'), config } };
  }
  return {};
}

/** Probes and upgrades as in the operator's own example, except that no data is deleted without being asked. */
function ofed(components: OperatorComponents, version: string): KubernetesObject {
  const probe = (initialDelaySeconds: number, periodSeconds: number) => ({ initialDelaySeconds, periodSeconds });
  return {
    ...component(components, 'doca-driver'),
    version,
    startupProbe: probe(10, 20),
    livenessProbe: probe(30, 30),
    readinessProbe: probe(10, 30),
    terminationGracePeriodSeconds: 300,
    upgradePolicy: {
      autoUpgrade: true,
      maxParallelUpgrades: 1,
      drain: { enable: true, force: false, deleteEmptyDir: true, timeoutSeconds: 600 },
    },
  };
}

function virtualFunctions({ pool, fabric, attachment }: ConnectXPool, namespace: string): KubernetesObject[] {
  const { kind, resourceNames, physicalFunctions = [], podsPerAdapter } = attachment;
  if (kind !== FabricAttachmentKind.VIRTUAL_FUNCTIONS) return [];
  return resourceNames.map((resource, rail) => {
    const resourceName = resource.split('/')[1];
    return {
      apiVersion: 'sriovnetwork.openshift.io/v1',
      kind: 'SriovNetworkNodePolicy',
      metadata: { name: `${pool.poolName}-${resourceName.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`, namespace },
      spec: {
        resourceName,
        nodeSelector: pool.nodeSelector,
        numVfs: podsPerAdapter,
        nicSelector: { vendor: VENDOR, pfNames: physicalFunctions[rail] },
        deviceType: 'netdevice',
        isRdma: true,
        linkType: fabric.kind === RdmaFabricKind.INFINIBAND ? 'ib' : 'eth',
      },
    };
  });
}
