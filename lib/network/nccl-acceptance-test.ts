import { literalSecretFaults } from '../units/literal-secrets';
import { Fault, fault } from '../units/fault';
import { positiveFault, wholeNumberFault } from '../units/number-faults';
import { ConfigMapV1 } from '@cdktf/provider-kubernetes/lib/config-map-v1';
import { JobV1 } from '@cdktf/provider-kubernetes/lib/job-v1';
import { ServiceV1 } from '@cdktf/provider-kubernetes/lib/service-v1';
import { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { faultsOf, throwIfRefused, throwIfOfOtherKinds, returned } from '../core/errors';
import { IGpuNodePool } from '../core/gpu-node-pool';
import { ImageRegistry } from '../kubernetes/image-registry';
import { kubernetesMeta } from '../kubernetes/kubernetes-access';
import { PodSecurityLevel } from '../core/pod-security-level';
import { ensureNamespace } from '../kubernetes/namespaces';
import { kubernetesName, kubernetesNameFault } from '../core/naming';
import { checksumAnnotation } from '../kubernetes/config-checksum';
import { MANAGED_BY } from '../kubernetes/managed-by';
import { PodContainer, PodTemplate, podTemplate } from '../kubernetes/pod-template';
import { mebibytes } from '../kubernetes/quantity';
import { hintScheduling } from '../kubernetes/scheduling-hints';
import { DataSize } from '../units/data-size';
import { FabricBinding, IRdmaFabric, RdmaFabricKind } from '../core/rdma-fabric';
import { escapeTemplate } from '../core/template-escape';
import { concreteFault } from '../core/tokens';
import { bandwidthFloor } from './bandwidth-floor';
import { scriptAsset } from '../kubernetes/script-asset';
import { variableOrder } from '../kubernetes/variable-order';
import { RdmaFabric } from './rdma-fabric';
import { ClusterNodePools } from '../scheduling/cluster-node-pools';
import { nameClass } from '../units/own-class';
import { allOf } from '../units/unreadable';

/**
 * Images with PyTorch and the transport of the fabric: AWS's with libfabric and aws-ofi-nccl, NVIDIA's with DOCA's verbs.
 *
 * AWS's has PyTorch 2.9 (aws/deep-learning-containers e0ecede, docs/src/data/pytorch-training/2.9-gpu-ec2.yml), patched until 2026-10-15.
 * Later ones are built on other systems, and none is known to find EFA when its entry point is not run, as here; this one is, by
 * "NET/Libfabric/0/GDRDMA" between two g7e.12xlarge.
 */
const IMAGES = {
  efa: 'public.ecr.aws/deep-learning-containers/pytorch-training:2.9.0-gpu-py312-cu130-ubuntu22.04-ec2-v1.11',
  connectX: 'nvcr.io/nvidia/pytorch:26.01-py3',
};
/**
 * What NCCL prints about a connection between nodes over a fabric. What it prints about a transport alone is no proof: "NET/IB : No device
 * found.", "Failed to initialize NET plugin IB" (NCCL 2.28.9 on a host without one).
 *
 * @internal
 */
export const EXPECTED_NETWORK = {
  efa: 'via NET/(OFI|(AWS )?Libfabric)',
  connectX: 'via (COLL)?NET/IB',
};
/** CUDA 13, which both images have, supports Turing and later. */
const MIN_COMPUTE_CAPABILITY = 7.5;
const MASTER_PORT = 29500;
const SCRIPTS = '/etc/acceptance';
const RUN_SCRIPT = 'run.sh';
const MEASURE_SCRIPT = 'measure.py';

/** An all-reduce that takes longer is hanging: NCCL 2.28.9 waits forever for ranks of a node that failed at start. */
const RUN_SECONDS = 900;

/**
 * Properties of `NcclAcceptanceTest`.
 */
export interface NcclAcceptanceTestProps {
  /** The pool. Its nodes must be free, because the test uses all GPUs of each. */
  readonly nodePool: IGpuNodePool;
  /** Number of nodes that take part; whole, at least 2. @default 2 */
  readonly nodes?: number;
  /**
   * Minimum bus bandwidth in GB/s.
   * @default - from the catalog: 60 % of the fabric's rate where GPUs have NVLink and GPUDirect, else 5 %
   */
  readonly minimumBusBandwidth?: number;
  /** Whether Terraform waits for the test, and fails with it. @default false */
  readonly waitForCompletion?: boolean;
  /** Seconds after which the test is given up, including the wait for nodes. @default 3600 */
  readonly deadlineSeconds?: number;
  /** Environment of the containers beside the fabric's. @default - none */
  readonly environment?: { [name: string]: string };
  /**
   * Image with PyTorch and the fabric's transport, with its registry.
   * @default - a pinned image: from AWS for EFA, otherwise from NVIDIA
   */
  readonly image?: string;
  /** Where the image is pulled from. @default ImageRegistry.UPSTREAM */
  readonly imageRegistry?: ImageRegistry;
  /**
   * Namespace, of the Pod Security level 'privileged': locking memory needs a capability. Created unless the program or the cluster has
   * it: see `ExistingNamespaces`.
   * @default 'fabric-acceptance'
   */
  readonly namespace?: string;
  /** Name of the Kubernetes objects. @default - from the construct's id */
  readonly name?: string;
}

/**
 * A Job that measures an all-reduce between nodes of a pool and fails when NCCL uses TCP instead of the fabric, or is slower than the floor
 * for the hardware. It is the same on every kind of fabric: the differences come from `RdmaFabric.bind`.
 *
 * Throws a `ValidationError` for a pool whose nodes reach each other by TCP only, or that has too few nodes.
 */
export class NcclAcceptanceTest extends Construct {
  /** Name of the Kubernetes objects. */
  public readonly name: string;
  /** Namespace of the Kubernetes objects. */
  public readonly namespace: string;
  /** Bus bandwidth in GB/s below which it fails. */
  public readonly minimumBusBandwidth: number;
  /** The Kubernetes Job, for overrides. */
  public readonly job: JobV1;
  /** Dependency on the test; with `waitForCompletion`, on its success. */
  public readonly ready: ITerraformDependable[];

  readonly #props: NcclAcceptanceTestProps;
  readonly #fabric: IRdmaFabric;
  readonly #nodes: number;

  /**
   * @param scope parent, in the workload stack
   * @param id id within the parent
   * @param props the test
   */
  public constructor(scope: Construct, id: string, props: NcclAcceptanceTestProps) {
    throwIfOfOtherKinds(
      scope,
      'NcclAcceptanceTestProps',
      props,
      id,
      (given) => new NcclAcceptanceTest(scope, id, given),
    );
    super(scope, id);
    this.#props = props;
    this.name = props.name ?? kubernetesName(id, 50);
    this.namespace = props.namespace ?? 'fabric-acceptance';
    this.#nodes = props.nodes ?? 2;
    const { nodePool } = props;
    this.#fabric = nodePool.fabric ?? (nodePool.efaInterfacesPerNode > 0 ? RdmaFabric.efa() : RdmaFabric.none());
    throwIfRefused(this, this.#faults());
    ClusterNodePools.add(nodePool);
    this.minimumBusBandwidth = props.minimumBusBandwidth ?? this.#floor(nodePool);

    const namespace = ensureNamespace(this, nodePool.cluster, this.namespace, PodSecurityLevel.PRIVILEGED);
    const scripts = {
      [RUN_SCRIPT]: scriptAsset('nccl-acceptance.sh'),
      [MEASURE_SCRIPT]: scriptAsset('nccl_measure.py'),
    };
    const meta = kubernetesMeta(this, nodePool.cluster, namespace);
    const metadata = { name: this.name, namespace: this.namespace, labels: { ...this.#selector, ...MANAGED_BY } };
    const config = new ConfigMapV1(this, 'Scripts', {
      ...meta,
      metadata,
      data: Object.fromEntries(Object.entries(scripts).map(([file, text]) => [file, escapeTemplate(text)])),
    });
    const service = new ServiceV1(this, 'Service', {
      ...meta,
      metadata,
      waitForLoadBalancer: false,
      spec: {
        clusterIp: 'None',
        // The pods find each other before any of them is ready.
        publishNotReadyAddresses: true,
        selector: this.#selector,
        port: [{ name: 'rendezvous', port: MASTER_PORT, targetPort: String(MASTER_PORT), protocol: 'TCP' }],
      },
    });
    const binding = this.#binding();
    const deadline = props.deadlineSeconds ?? 3600;
    this.job = new JobV1(this, 'Resource', {
      ...kubernetesMeta(this, nodePool.cluster, [...namespace, config, service, ...nodePool.ready]),
      metadata,
      waitForCompletion: props.waitForCompletion ?? false,
      timeouts: props.waitForCompletion ? { create: `${deadline + 60}s`, update: `${deadline + 60}s` } : undefined,
      spec: {
        completionMode: 'Indexed',
        completions: this.#nodes,
        parallelism: this.#nodes,
        backoffLimit: 0,
        activeDeadlineSeconds: deadline,
        template: this.#template(binding, deadline, checksumAnnotation(scripts)),
      },
    });
    hintScheduling(this.job, { podsPerGroup: this.#nodes, rdmaRequired: true });
    this.ready = [this.job];
  }

  get #selector(): { [key: string]: string } {
    return { 'app.kubernetes.io/name': 'nccl-acceptance', 'app.kubernetes.io/instance': this.name };
  }

  get #isEfa(): boolean {
    return this.#fabric.kind === RdmaFabricKind.EFA;
  }

  #faults(): Fault[] {
    const { nodePool, minimumBusBandwidth, deadlineSeconds, image, environment } = this.#props;
    const nodes = this.#nodes;
    const { name, namespace } = this;
    const tokens = Object.entries({
      name,
      namespace,
      nodes,
      minimumBusBandwidth,
      deadlineSeconds,
      environment,
    }).flatMap(([property, value]) => concreteFault(property, value, 'the Job is made from it'));
    if (tokens.length > 0) return tokens;
    const { gpu, name: hardware } = nodePool.hardware;
    return allOf(
      () => kubernetesNameFault('name', name, 50),
      () => kubernetesNameFault('namespace', namespace),
      () => literalSecretFaults('environment', environment ?? {}, () => 'leave it out: NCCL needs none'),
      () => wholeNumberFault('nodes', nodes, 2),
      () =>
        nodes > nodePool.maxNodes
          ? [
              fault(
                'TEST_EXCEEDS_POOL',
                'nodes',
                `nodes must be at most the ${nodePool.maxNodes} that pool '${nodePool.poolName}' may have; got ${nodes}; raise maxNodes`,
              ),
            ]
          : [],
      () => positiveFault('minimumBusBandwidth', minimumBusBandwidth),
      () => positiveFault('deadlineSeconds', deadlineSeconds),
      () =>
        image === undefined && gpu.computeCapability < MIN_COMPUTE_CAPABILITY
          ? [
              fault(
                'TEST_IMAGE_TOO_NEW',
                'image',
                `the default images need compute capability ${MIN_COMPUTE_CAPABILITY}, but the GPUs of ${hardware} have ` +
                  `${gpu.computeCapability}; pass an image with an older CUDA`,
              ),
            ]
          : [],
      () => faultsOf(() => this.#binding()),
    );
  }

  #floor({ hardware }: IGpuNodePool): number {
    const fabric = this.#fabric;
    const gbps = returned(this, 'IRdmaFabric', 'fabric.bandwidthGbps()', fabric.bandwidthGbps(hardware));
    return bandwidthFloor(gbps, hardware);
  }

  #binding(): FabricBinding {
    const { nodePool, environment } = this.#props;
    const { hardware: instanceType } = nodePool;
    const pod = { hardware: instanceType, gpus: instanceType.gpuCount, rdmaRequired: true, environment };
    return returned(this, 'IRdmaFabric', 'fabric.bind()', this.#fabric.bind(pod));
  }

  #template(binding: FabricBinding, deadline: number, checksum: { [key: string]: string }): PodTemplate {
    const { nodePool, imageRegistry = ImageRegistry.UPSTREAM } = this.#props;
    return podTemplate({
      labels: this.#selector,
      annotations: { ...binding.annotations, ...checksum },
      registry: imageRegistry,
      securityLevel: PodSecurityLevel.PRIVILEGED,
      nodePool,
      containers: [this.#container(binding, deadline)],
      spec: {
        restartPolicy: 'Never',
        subdomain: this.name,
        nodeSelector: nodePool.nodeSelector,
        volume: [
          { name: 'scripts', configMap: { name: this.name, defaultMode: '0444' } },
          { name: 'tmp', emptyDir: { sizeLimit: '2Gi' } },
          { name: 'shm', emptyDir: { medium: 'Memory', sizeLimit: mebibytes(binding.sharedMemory) } },
        ],
      },
    });
  }

  #container(binding: FabricBinding, deadline: number): PodContainer {
    const { nodePool, image } = this.#props;
    const gpus = nodePool.hardware.gpuCount;
    const environment: { [name: string]: string } = {
      ...binding.environment,
      NODES: String(this.#nodes),
      GPUS_PER_NODE: String(gpus),
      MASTER_ADDR: `${this.name}-0.${this.name}.${this.namespace}.svc`,
      MASTER_PORT: String(MASTER_PORT),
      MIN_BUS_BANDWIDTH: String(this.minimumBusBandwidth),
      EXPECTED_NETWORK: this.#isEfa ? EXPECTED_NETWORK.efa : EXPECTED_NETWORK.connectX,
      MEASURE_SCRIPT: `${SCRIPTS}/${MEASURE_SCRIPT}`,
      MAX_MIB: '4096',
      // Kubernetes deletes pods that reach the deadline, and with them the log that says why they failed.
      RUN_SECONDS: String(Math.max(1, Math.min(RUN_SECONDS, Math.floor(deadline / 2)))),
      HOME: '/tmp',
    };
    const fixed = { 'nvidia.com/gpu': String(gpus), ...binding.resources };
    const memory = mebibytes(DataSize.mib(binding.sharedMemory.mib + 2048 + 4096 * gpus));
    return {
      name: 'all-reduce',
      image: image ?? (this.#isEfa ? IMAGES.efa : IMAGES.connectX),
      command: ['/bin/sh', `${SCRIPTS}/${RUN_SCRIPT}`],
      env: variableOrder(
        Object.entries(environment)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([name, value]) => ({ name, value })),
      ),
      resources: {
        requests: { cpu: String(gpus), memory, ...fixed },
        limits: { memory, ...fixed },
      },
      volumeMount: [
        { name: 'scripts', mountPath: SCRIPTS, readOnly: true },
        { name: 'tmp', mountPath: '/tmp' },
        { name: 'shm', mountPath: '/dev/shm' },
      ],
      securityContext: {
        // An added capability takes effect only for root.
        runAsUser: '0',
        runAsNonRoot: false,
        privileged: false,
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'], add: binding.capabilities },
        seccompProfile: { type: 'RuntimeDefault' },
      },
    };
  }
}

nameClass('NcclAcceptanceTest', NcclAcceptanceTest);
