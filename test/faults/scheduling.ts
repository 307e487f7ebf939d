import { Fault } from '../../lib/units/fault';
import { GpuInstanceType } from '../../lib/catalog/gpu-instance-type';
import { ModelSpec } from '../../lib/catalog/model-spec';
import { Parallelism } from '../../lib/catalog/parallelism';
import { DeploymentV1 } from '@cdktf/provider-kubernetes/lib/deployment-v1';
import { PersistentVolumeClaimV1 } from '@cdktf/provider-kubernetes/lib/persistent-volume-claim-v1';
import { TerraformStack } from 'cdktf';
import { IEksCluster } from '../../lib/compute/cluster/eks-cluster';
import { EksGpuCluster } from '../../lib/compute/cluster/eks-gpu-cluster';
import { ExistingGpuNodePool } from '../../lib/compute/pools/existing/existing-gpu-node-pool';
import { KarpenterGpuNodePool } from '../../lib/compute/pools/karpenter/karpenter-gpu-node-pool';
import { GpuNodePool } from '../../lib/compute/pools/managed/gpu-node-pool';
import { Autoscaling } from '../../lib/compute/pools/options/autoscaling';
import { KubernetesAccess } from '../../lib/kubernetes/kubernetes-access';
import { TaintEffect } from '../../lib/core/gpu-node-pool';
import { GpuSharingKind } from '../../lib/core/gpu-sharing-kind';
import { GpuQueue } from '../../lib/scheduling/kueue/gpu-queue';
import { ClusterChecks } from '../../lib/scheduling/cluster-checks';
import { PodDemand } from '../../lib/scheduling/pod-demand';
import { RdmaFabric } from '../../lib/network/rdma-fabric';
import { GatewayBackend, GatewayExposure, GatewayTls, InferenceGateway } from '../../lib/serving';
import { KServe } from '../../lib/serving/kserve/kserve';
import { KServeInferenceService } from '../../lib/serving/kserve/kserve-inference-service';
import { TrainingJob } from '../../lib/jobs/training-job';
import { VllmDeployment } from '../../lib/serving/vllm/vllm-deployment';
import { ModelStore } from '../../lib/storage/model-store';
import { EFA, PoolOptions, AGENT, demand, fill, gpus, runPods } from '../scheduling/checks-support';
import { faultsAtSynth, warningsOf } from '../support/faults';
import { synthStack, testStack } from '../support/synth';
import { testCluster } from '../support/test-cluster';
import { FaultText } from './fault-text';

/** What is found of pods on pools. */
function found(pools: { [name: string]: PoolOptions }, ...demands: PodDemand[]): Fault[] {
  const cluster = testCluster(testStack());
  fill(cluster, pools, demands);
  return ClusterChecks.of(cluster).faults;
}

/** What such pods warn of. */
function warned(pools: { [name: string]: PoolOptions }, ...demands: PodDemand[]): Fault[] {
  const cluster = testCluster(testStack());
  fill(cluster, pools, demands);
  cluster.node.validate();
  return warningsOf(cluster);
}

/** What is found of one container with these resources. */
function device(requests: { [resource: string]: string }, limits: { [resource: string]: string }): Fault[] {
  const cluster = testCluster(testStack());
  fill(cluster, { p5: {} }, []);
  const made = runPods(cluster, cluster, 'Chat', demand({ requests: {} }));
  made.addOverride('spec.template.spec.container.0.resources', { requests, limits });
  return ClusterChecks.of(cluster).faults;
}

const ML = { labels: { team: 'ml' } };
const GROUP = demand({ nodeSelector: { team: 'ml' }, podsPerGroup: 2 });
const G5 = { type: GpuInstanceType.G5_12XLARGE };
const inSubnet = (subnetId: string, efaSecurityGroupId?: string): PoolOptions => ({
  ...EFA,
  ...ML,
  subnets: [{ subnetId }],
  efaSecurityGroupId,
});

/** What a new cluster with some pools, and nothing else, is warned of. */
function missing(...pools: ((stack: TerraformStack, cluster: IEksCluster) => void)[]): Fault[] {
  const stack = testStack();
  const cluster = new EksGpuCluster(stack, 'Cluster', { clusterName: 'chat' });
  KubernetesAccess.of(stack, cluster);
  pools.forEach((make) => make(stack, cluster));
  faultsAtSynth(cluster);
  return warningsOf(cluster);
}

/** A front door with a certificate of cert-manager. */
function door(stack: TerraformStack, cluster: IEksCluster, isPublic: boolean): void {
  new InferenceGateway(stack, 'Door', {
    cluster,
    backends: [GatewayBackend.ofService({ name: 'chat', namespace: 'chat', port: 80, models: ['chat'] })],
    tls: GatewayTls.certificate({ dnsNames: ['door.inference.svc'], issuer: 'own' }),
    exposure: isPublic ? GatewayExposure.public() : undefined,
  });
}

const G6E = { instanceType: GpuInstanceType.G6E_XLARGE, minNodes: 0, maxNodes: 2 };
const TWO_NODES = { instanceType: GpuInstanceType.P5_48XLARGE, minNodes: 2, maxNodes: 2, fabric: RdmaFabric.none() };
const GROWING = { ...G6E, autoscaling: Autoscaling.clusterAutoscaler() };

export const TEXTS: FaultText[] = [
  {
    id: 'NO_CERT_MANAGER',
    text:
      "KServe on cluster 'chat' has the certificates of its webhooks from cert-manager, but nothing in this program installs it; make a Helm release of it " +
      'and pass it as dependsOn of KServe, or, if it is installed by other means, accept this by Warnings.accept(cluster, ' +
      "'NO_CERT_MANAGER', '<reason>')",
    faults: () => missing((stack, cluster) => void new KServe(stack, 'KServe', { cluster })),
  },
  {
    id: 'NO_CERT_MANAGER',
    text:
      "'test/Door' has its certificate from cert-manager on cluster 'chat', but nothing in this program installs it; make a Helm release of it before the " +
      'gateway, or, if it is installed by other means, accept this by Warnings.accept(cluster, ' +
      "'NO_CERT_MANAGER', '<reason>')",
    faults: () => missing((stack, cluster) => door(stack, cluster, false)),
  },
  {
    id: 'NO_LOAD_BALANCER_CONTROLLER',
    text:
      "'test/Door' is to have a Network Load Balancer on cluster 'chat', but nothing in this program installs the AWS Load Balancer Controller, which makes " +
      'it: the Service would wait for ever; make a Helm release of it, or, if it is installed by other means, accept this by Warnings.accept(cluster, ' +
      "'NO_LOAD_BALANCER_CONTROLLER', '<reason>')",
    faults: () => missing((stack, cluster) => door(stack, cluster, true)),
  },
  {
    id: 'NO_CLUSTER_AUTOSCALER',
    text:
      "pool(s) 'gpu' on cluster 'chat' rely on the cluster autoscaler, but nothing in this program installs it, so no node would be added; " +
      'create a ClusterAutoscaler in the workload stack, or, if it is installed by other means, accept this by Warnings.accept(cluster, ' +
      "'NO_CLUSTER_AUTOSCALER', '<reason>')",
    faults: () => missing((stack, cluster) => void new GpuNodePool(stack, 'gpu', { cluster, ...GROWING })),
  },
  {
    id: 'NO_JOB_SETS',
    text:
      "'test/tune' trains on several nodes of cluster 'chat', but nothing in this program installs the controller that makes its pods; create a " +
      'JobSetController before it, or, if it is installed by other means, accept this by Warnings.accept(cluster, ' +
      "'NO_JOB_SETS', '<reason>')",
    faults: () =>
      missing((stack, cluster) => {
        const nodePool = new GpuNodePool(stack, 'gpu', { cluster, ...TWO_NODES });
        new TrainingJob(stack, 'tune', {
          ...{ cluster, nodePool, modelStore: ModelStore.fromBucketName(stack, 'Store', 'models'), nodes: 2 },
          ...{ modelName: 'llama', model: ModelSpec.LLAMA_3_1_8B, dataName: 'talks', sequenceLength: 1024, steps: 10 },
          ...{ image: 'registry.example.com/training:1', checkpointClaim: 'checkpoints' },
        });
      }),
  },
  {
    id: 'NO_KARPENTER',
    text:
      "Karpenter is to launch the nodes of pool(s) 'spot' on cluster 'chat', but nothing in this program installs it; create a Karpenter " +
      'in the workload stack, or pass your own release of it as dependsOn of the pools, or, if it is installed by other means, accept this by Warnings.accept(cluster, ' +
      "'NO_KARPENTER', '<reason>')",
    faults: () => missing((stack, cluster) => void new KarpenterGpuNodePool(stack, 'spot', { cluster, ...G6E })),
  },
  {
    id: 'NO_KSERVE',
    text:
      "'test/talk' is served by KServe on cluster 'chat', but nothing in this program installs KServe, which makes its pods; create a KServe before it, " +
      'or, if it is installed by other means, accept this by Warnings.accept(cluster, ' +
      "'NO_KSERVE', '<reason>')",
    faults: () =>
      missing((stack, cluster) => {
        const nodePool = new GpuNodePool(stack, 'gpu', { cluster, ...G6E, minNodes: 1 });
        const modelStore = new ModelStore(stack, 'models', {});
        const served = { modelPath: 'llama/8b', model: ModelSpec.LLAMA_3_1_8B };
        new KServeInferenceService(stack, 'talk', { cluster, nodePool, modelStore, ...served });
      }),
  },
  {
    id: 'NO_KUEUE',
    text:
      "'test/gpus' is a queue of Kueue on cluster 'chat', but nothing in this program installs it, so that no pod that waits there would start; create a " +
      "Kueue before it, or, if it is installed by other means, accept this by Warnings.accept(cluster, 'NO_KUEUE', '<reason>')",
    faults: () =>
      missing((stack, cluster) => {
        const nodePools = [new GpuNodePool(stack, 'gpu', { cluster, ...TWO_NODES })];
        new GpuQueue(stack, 'gpus', { cluster, nodePools });
      }),
  },
  {
    id: 'NO_LEADER_WORKER_SETS',
    text:
      "'test/talk' runs servers of several nodes on cluster 'chat', but nothing in this program installs the controller that makes their pods; create " +
      'a LeaderWorkerSetController before it, or, if it is installed by other means, accept this by Warnings.accept(cluster, ' +
      "'NO_LEADER_WORKER_SETS', '<reason>')",
    faults: () =>
      missing((stack, cluster) => {
        const nodePool = new GpuNodePool(stack, 'gpu', { cluster, ...TWO_NODES });
        new VllmDeployment(stack, 'talk', {
          cluster,
          nodePool,
          modelStore: new ModelStore(stack, 'models', {}),
          models: [{ model: ModelSpec.LLAMA_3_1_70B, parallelism: Parallelism.of({ tensor: 8, pipeline: 2 }) }],
        });
      }),
  },
  {
    id: 'NO_NODE_AGENTS',
    text:
      "nothing in this program advertises the devices of pool(s) 'gpu' on cluster 'chat', so no pod with GPUs would start; create NodeAgents " +
      'in the workload stack, or, if it is installed by other means, accept this by Warnings.accept(cluster, ' +
      "'NO_NODE_AGENTS', '<reason>')",
    faults: () => missing((stack, cluster) => void new GpuNodePool(stack, 'gpu', { cluster, ...G6E, minNodes: 2 })),
  },
  {
    id: 'DEVICE_LIMIT_DIFFERS',
    text: "test/Cluster-test/Chat: a container of 'inference/chat' requests 1 of nvidia.com/gpu with the limit 2, but the two must be equal; leave it out of requests",
    faults: () => device({ 'nvidia.com/gpu': '1' }, { 'nvidia.com/gpu': '2' }),
  },
  {
    id: 'DEVICE_NOT_WHOLE',
    text: "test/Cluster-test/Chat: a container of 'inference/chat' requests 500m of nvidia.com/gpu, which can only be requested in whole numbers; for a part of a GPU use a pool with gpuSharing",
    faults: () => device({}, { 'nvidia.com/gpu': '500m' }),
  },
  {
    id: 'DEVICE_WITHOUT_LIMIT',
    text: "test/Cluster-test/Chat: a container of 'inference/chat' requests 1 of nvidia.com/gpu without a limit, which the API server refuses; set it under limits",
    faults: () => device({ 'nvidia.com/gpu': '1' }, {}),
  },
  {
    id: 'DUPLICATE_OBJECT',
    text: "'test/Cluster-test/One' and 'test/Cluster-test/Other' both create deployment inference/chat, but a cluster has only one object of a kind and name; give one of them another name or namespace (two VllmDeployments of one model: nameSuffix)",
    faults: () => {
      const cluster = testCluster(testStack());
      runPods(cluster, cluster, 'One', demand());
      runPods(cluster, cluster, 'Other', demand());
      return ClusterChecks.of(cluster).faults;
    },
  },
  {
    id: 'GPUS_DO_NOT_PACK',
    text: "test/Cluster-test/p5: the pods of pool 'p5' do not divide into its 2 nodes of 6 GPUs: 1 pod of 4 GPUs is left over; raise maxNodes",
    faults: () =>
      found({ p5: { allocatable: { 'nvidia.com/gpu': '6' } } }, demand({ ...gpus(4), pods: 2 }), demand(gpus(4))),
  },
  {
    id: 'GROUP_SPANS_FABRICS',
    text: "test/Cluster-test/W0: the pods of a group of 'inference/chat' may land on 'a', 'b', which have different fabrics (efa 'efa', infiniband 'hall-1'); select one pool",
    faults: () => {
      const hall = { fabric: RdmaFabric.infiniband({ adaptersPerNode: 8, gbpsPerAdapter: 400, fabricName: 'hall-1' }) };
      return found({ a: { ...EFA, ...ML }, b: { ...hall, ...ML } }, GROUP);
    },
  },
  {
    id: 'GROUP_SPANS_SECURITY_GROUPS',
    text: "test/Cluster-test/W0: the pods of a group of 'inference/chat' may land on 'a', 'b', whose EFA interfaces are in different security groups, each of which admits its own traffic only; select one pool",
    faults: () => found({ a: inSubnet('s', 'sg-a'), b: inSubnet('s', 'sg-b') }, GROUP),
  },
  {
    id: 'GROUP_SPANS_SUBNETS',
    text: "test/Cluster-test/W0: the pods of a group of 'inference/chat' may land on 'a', 'b', which are in different subnets, and EFA traffic is not routed; select one pool, or put the pools into one subnet",
    faults: () => found({ a: inSubnet('s-1'), b: inSubnet('s-2') }, GROUP),
  },
  {
    id: 'INVALID_QUANTITY',
    text: "test/Cluster-test/W0: pods of 'inference/chat' request cpu='many', which is not a Kubernetes quantity; write e.g. 500m or 2Gi",
    faults: () => found({ p5: {} }, demand(gpus(1, { cpu: 'many' }))),
  },
  {
    id: 'NODE_AFFINITY_MATCHES_NO_POOL',
    text: "test/Cluster-test/W0: pods of 'inference/chat' have a node affinity that no pool of the cluster meets; use the labels in the nodeSelector of a pool",
    faults: () => {
      const requirements = [{ key: 'gpu-inference-constructs/pool', operator: 'In', values: ['p4'] }];
      return found({ p5: {} }, demand({ nodeSelector: {}, nodeTerms: [{ requirements }] }));
    },
  },
  {
    id: 'NODE_AGENTS_DO_NOT_FIT',
    text: "test/Cluster-test/p5: what runs on every node of pool 'p5' ('agents/plugin') requests more memory than a g5.xlarge has; request less, or use larger nodes",
    faults: () => found({ p5: { type: GpuInstanceType.G5_XLARGE } }, { ...AGENT, requests: { memory: '20Gi' } }),
  },
  {
    id: 'NODE_SELECTOR_MATCHES_NO_POOL',
    text: "test/Cluster-test/W0: pods of 'inference/chat' select nodes by gpu-inference-constructs/pool=p4, a label that no pool of the cluster has; use the pool's nodeSelector, or annotate pods for nodes that this program does not manage with gpu-inference-constructs/elsewhere: \"true\"",
    faults: () => found({ p5: {} }, demand({ nodeSelector: { 'gpu-inference-constructs/pool': 'p4' } })),
  },
  {
    id: 'NODE_SELECTOR_MATCHES_NO_POOL',
    text: "test/Cluster-test/W0: pods of 'inference/chat' select nodes by team=ml, row=a, labels of different pools that no single pool has together; use one pool's nodeSelector",
    faults: () => found({ p5: ML, p4: { labels: { row: 'a' } } }, demand({ nodeSelector: { team: 'ml', row: 'a' } })),
  },
  {
    id: 'ONE_GPU_SHARE_PER_POD',
    text: "test/Cluster-test/W0: a pod of 'inference/chat' requests 2 of nvidia.com/gpu, but pods of pool 'p5' take turns on its GPUs, so that a second share adds no capacity; request 1, or use a pool that does not share its GPUs",
    faults: () => {
      const p5 = { allocatable: { 'nvidia.com/gpu': '32' }, gpuSharingKind: GpuSharingKind.TIME_SLICING };
      return found({ p5 }, demand(gpus(2)));
    },
  },
  {
    id: 'PODS_DO_NOT_FIT_POOL',
    text: "test/Cluster-test/W0: 3 pods of 'inference/chat' do not fit pool 'p5': each node holds 1 of them (limited by nvidia.com/gpu), and there are at most 2 nodes; raise maxNodes to 3",
    faults: () => found({ p5: {} }, demand({ ...gpus(8), pods: 3 })),
  },
  {
    id: 'PODS_DO_NOT_FIT_TOGETHER',
    text: "test/Cluster-test/p5: the pods of pool 'p5' together request 24 of nvidia.com/gpu ('inference/chat' 1 x 8, 'inference/chat-1' 2 x 8), but its 2 nodes have 16 for pods; raise maxNodes, or give one of them a pool of its own",
    faults: () => found({ p5: {} }, demand(gpus(8)), demand({ ...gpus(8), pods: 2 })),
  },
  {
    id: 'POD_DOES_NOT_FIT_NODE',
    text: "test/Cluster-test/W0: a pod of 'inference/chat' requests 9 of nvidia.com/gpu, but a node of pool 'p5' (p5.48xlarge) has 8 for pods; request less, or use a pool with larger nodes",
    faults: () => found({ p5: {} }, demand(gpus(9))),
  },
  {
    id: 'NODE_DISK_NOT_KNOWN',
    text:
      "the pods of pool 'old' ask for more local disk than the 17408 MiB that a node of EKS has for pods by default (20 GiB), and an instance " +
      'store is no disk of pods unless the nodes are set up so, so that they may stay pending; set ephemeralStorage to what ' +
      "'kubectl describe node' prints under Allocatable",
    faults: () => {
      const stack = testStack();
      const cluster = testCluster(stack);
      const nodeSelector = { row: 'a' };
      const hardware = GpuInstanceType.G6E_XLARGE;
      new ExistingGpuNodePool(stack, 'Old', { cluster, hardware, nodes: 1, nodeSelector, driverInImage: true });
      runPods(cluster, cluster, 'Chat', demand({ requests: { 'ephemeral-storage': '20Gi' }, nodeSelector }));
      cluster.node.validate();
      return warningsOf(stack);
    },
  },
  {
    id: 'POOL_CANNOT_SCALE_UP',
    text: "pool 'p5' starts with 0 nodes, too few for its pods, and no autoscaler is declared that would add more, up to maxNodes (2); raise minNodes, pass autoscaling: Autoscaling.clusterAutoscaler(), or scale the pool by hand",
    faults: () => warned({ p5: { isAutoscaled: false } }, demand(gpus(8))),
  },
  {
    id: 'LARGE_POD_MAY_WAIT',
    text:
      "test/Cluster-test/W1: pods of 'inference/large' 1 x 8 GPUs may wait for a node of pool 'p5' with 8 GPUs free although all pods fit: the scheduler " +
      "does not pack them, and in the worst order the others ('inference/chat' 2 x 1 GPU) leave none on any of 2 nodes; give either of them nodes of their own (a pool, or labels and taints), those that may wait a priorityClassName above that of the others, which makes room, or raise maxNodes to 3",
    faults: () => warned({ p5: {} }, demand({ pods: 2 }), demand({ ...gpus(8), name: 'inference/large' })),
  },
  {
    id: 'SYSTEM_NODES_CANNOT_SCALE_UP',
    text:
      "cluster 'chat' starts with 2 system nodes (m7i.large), too few for the pods without GPUs, and nothing in this program adds more, up to " +
      'systemNodes.maxNodes (4); raise systemNodes.minNodes, or create a ClusterAutoscaler',
    faults: () => {
      const stack = testStack();
      const cluster = new EksGpuCluster(stack, 'Cluster', {
        clusterName: 'chat',
        availabilityZones: ['us-west-2a', 'us-west-2b'],
      });
      const { kubernetesProvider: provider } = KubernetesAccess.of(stack, cluster);
      const container = [{ name: 'own', image: 'own:1', resources: { requests: { cpu: '1' } } }];
      const template = { metadata: { labels: { app: 'own' } }, spec: { container } };
      const spec = { replicas: '3', selector: { matchLabels: { app: 'own' } }, template };
      new DeploymentV1(stack, 'Own', { provider, metadata: { name: 'own' }, spec });
      synthStack(stack);
      return warningsOf(stack);
    },
  },
  {
    id: 'NO_STORAGE_CLASS',
    text:
      "claim default/data on cluster 'chat' name no storage class, and nothing in this program makes a default one, so they and their pods " +
      'would wait for ever: EKS has no default class; create an EncryptedStorageClass in the workload stack, or name a class that exists, ' +
      'e.g. by MonitoringStorage.persistentVolume({ storageClassName }), or, if a default class is made by other means, accept this by ' +
      "Warnings.accept(cluster, 'NO_STORAGE_CLASS', '<reason>')",
    faults: () => {
      const stack = testStack();
      const cluster = new EksGpuCluster(stack, 'Cluster', {
        clusterName: 'chat',
        availabilityZones: ['us-west-2a', 'us-west-2b'],
      });
      const { kubernetesProvider: provider } = KubernetesAccess.of(stack, cluster);
      const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
      new PersistentVolumeClaimV1(stack, 'Claim', { provider, metadata: { name: 'data' }, spec });
      synthStack(stack);
      return warningsOf(stack);
    },
  },
  {
    id: 'POOL_SELECTOR_NOT_UNIQUE',
    text: "test/Cluster-test/b: nodeSelector nvidia.com/gpu.present=true of pool 'b' also selects nodes of pool 'a'; give the nodes a label that only they have",
    faults: () => found({ a: {}, b: { nodeSelector: { 'nvidia.com/gpu.present': 'true' } } }),
  },
  {
    id: 'RDMA_NOT_AVAILABLE',
    text: "test/Cluster-test/W0: 'inference/chat' needs RDMA between its pods, but nodes of 'p5' reach each other by TCP only; give the pool a fabric",
    faults: () => found({ p5: {} }, demand({ podsPerGroup: 2, rdmaRequired: true })),
  },
  {
    id: 'SUBNET_TOO_SMALL',
    text: "a subnet has 6 addresses, but the nodes and pods of its pools need at least 7 when all have maxNodes ('p5' 7); use a larger subnet, or fewer nodes",
    faults: () => found({ p5: { nodes: 6, subnets: [{ subnetId: 's', usableAddresses: 6 }] } }, demand()),
  },
  {
    id: 'TAINT_NOT_TOLERATED',
    text: "test/Cluster-test/W0: pods of 'inference/chat' do not tolerate the taint team=ml:NoExecute of pool 'p5'; add tolerations, or select other nodes",
    faults: () => found({ p5: { taints: [{ key: 'team', value: 'ml', effect: TaintEffect.NO_EXECUTE }] } }, demand()),
  },
  {
    id: 'TENSOR_PARALLELISM_EXCEEDS_DOMAIN',
    text: "test/Cluster-test/W0: tensor parallelism 8 of 'inference/chat' needs more than the 4 GPUs of a node of pool 'p5' (g5.12xlarge); use at most 4, and pipeline parallelism for the rest",
    faults: () => found({ p5: G5 }, demand({ ...gpus(4), tensorParallelism: 8 })),
  },
  {
    id: 'TENSOR_PARALLELISM_NEEDS_WHOLE_GPUS',
    text: "test/Cluster-test/W0: tensor parallelism 2 of 'inference/chat' needs whole GPUs, but pool 'p5' shares them (mig); use a pool that does not share its GPUs",
    faults: () => {
      const p5 = { allocatable: { 'nvidia.com/gpu': '56' }, gpuSharingKind: GpuSharingKind.MIG };
      return found({ p5 }, demand({ ...gpus(2), tensorParallelism: 2 }));
    },
  },
];
