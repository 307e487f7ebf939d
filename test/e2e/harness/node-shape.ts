import { FACTS } from '../judge/facts';

/** What a node has of an instance type, before and after what the system keeps for itself. */
export interface NodeShape {
  readonly capacity: { readonly [resource: string]: string };
  readonly allocatable: { readonly [resource: string]: string };
}

/** Host facts that decide what the kubelet offers. */
interface Host {
  readonly instanceStorageGib: number;
  readonly vcpus: number;
  readonly memoryGib: number;
  readonly maxPods: number;
  readonly gpus: number;
}

/** Share of the memory of an instance that the hypervisor and the kernel keep; Karpenter assumes the same. */
const MEMORY_OVERHEAD = 0.075;
const EVICTION_MIB = 100;
/** What nodeadm keeps of the disk, and the share at which the kubelet starts to evict. */
const DISK_RESERVED_GIB = 1;
const DISK_EVICTION = 0.1;
/**
 * Instances with the EFA driver set these huge pages of 2 MiB aside.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/node-efa.html
 */
const EFA_HUGE_PAGES = 5128;

/** What of a node the launch template decides. */
export interface NodeOptions {
  /** Most pods, where the user data says so. */
  readonly maxPods?: number;
  /** EFA interfaces attached. */
  readonly efa: number;
  /** Size of the root volume, GiB. */
  readonly rootGib: number;
  /** Whether the user data makes one RAID 0 of the local disks, for the kubelet and its containers. */
  readonly localStorage: boolean;
}

/**
 * The shape of a node of an instance type.
 *
 * What the system keeps is computed as nodeadm of the AL2023 images does: 6 % of the first core, 1 % of the next, 0.5 % of the two
 * after, 0.25 % of the rest; 11 MiB a pod and 255 MiB.
 *
 * @see https://github.com/awslabs/amazon-eks-ami/blob/main/nodeadm/internal/kubelet/config.go
 *
 * @param instanceType e.g. `p4de.24xlarge`
 * @param options what the launch template decides
 */
export function nodeShape(instanceType: string, options: NodeOptions): NodeShape {
  const host = hostOf(instanceType);
  const maxPods = options.maxPods ?? host.maxPods;
  const memory = Math.floor(host.memoryGib * 1024 * (1 - MEMORY_OVERHEAD));
  const reserved = 255 + 11 * maxPods + EVICTION_MIB;
  const hugeMib = options.efa > 0 ? EFA_HUGE_PAGES * 2 : 0;
  const disk = options.localStorage && host.instanceStorageGib > 0 ? host.instanceStorageGib : options.rootGib;
  const same = { pods: String(maxPods), ...(hugeMib > 0 ? { 'hugepages-2Mi': `${hugeMib}Mi` } : {}) };
  return {
    capacity: { ...same, cpu: String(host.vcpus), memory: `${memory}Mi`, 'ephemeral-storage': `${Math.floor(disk)}Gi` },
    allocatable: {
      ...same,
      cpu: `${host.vcpus * 1000 - reservedMillicores(host.vcpus)}m`,
      memory: `${memory - reserved - hugeMib}Mi`,
      'ephemeral-storage': `${Math.floor(disk * (1 - DISK_EVICTION) - DISK_RESERVED_GIB)}Gi`,
    },
  };
}

/** The GPUs of an instance type that its device plugin announces, none of a type without: a part of a GPU, of which EC2 counts none, is one. */
export function gpusOf(instanceType: string): number {
  const isPart = /^gr?6f\./.test(instanceType);
  return isPart ? 1 : hostOf(instanceType).gpus;
}

function reservedMillicores(vcpus: number): number {
  const shares = [60, 10, 5, 5];
  return Math.ceil(Array.from({ length: vcpus }, (_, core) => shares[core] ?? 2.5).reduce((a, b) => a + b, 0));
}

/** From recorded answers of EC2, so that a wrong fact of the catalog does not make its own node. */
function hostOf(instanceType: string): Host {
  const recorded = FACTS.instances[instanceType];
  if (!recorded) return cpuHost(instanceType);
  const cap = recorded.vcpus < 30 ? 110 : 250;
  return {
    vcpus: recorded.vcpus,
    memoryGib: recorded.memoryMib / 1024,
    // EC2 counts instance storage in units of 1000.
    instanceStorageGib: (recorded.nvmeGb * 1000 ** 3) / 1024 ** 3,
    maxPods: Math.min(recorded.pods, cap),
    gpus: recorded.gpus,
  };
}

/** vCPUs by size, memory per vCPU by family, and pods by size of the current m, c and r instances. */
const SIZES: { readonly [size: string]: readonly [vcpus: number, pods: number] } = {
  large: [2, 29],
  xlarge: [4, 58],
  '2xlarge': [8, 58],
  '4xlarge': [16, 110],
};
const GIB_PER_VCPU: { readonly [family: string]: number } = { c: 2, m: 4, r: 8 };

function cpuHost(instanceType: string): Host {
  const [, family, size] = /^([cmr])\d+[a-z]*\.(\w+)$/.exec(instanceType) ?? [];
  if (!SIZES[size]) throw new Error(`no shape is known for nodes of type ${instanceType}`);
  const [vcpus, maxPods] = SIZES[size];
  return { vcpus, memoryGib: vcpus * GIB_PER_VCPU[family], instanceStorageGib: 0, maxPods, gpus: 0 };
}
