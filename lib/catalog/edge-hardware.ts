import { DataSize } from '../units/data-size';
import { throwIfFaulty } from '../units/errors';
import { Fault } from '../units/fault';
import { checkArguments } from '../units/argument-faults';
import { CpuArchitecture } from './cpu-architecture';
import { edgeCpuFaults, edgeNodeFaults, jetsonFaults, needFaults } from './edge-hardware-faults';
import { EdgeCpuProps, EdgeJetsonProps, EdgeNeeds, EdgePlatform, EdgeServerProps } from './edge-hardware-props';
import { JETSON_BOARDS } from './edge-platforms';
import { EdgeServer, EdgeServerOptions } from './edge-server';
import { edgeServerFaults, edgeServerOf } from './edge-server-choice';
import { GpuNodeType, GpuNodeTypeProps } from './gpu-node-type';
import { GpuType } from './gpu-type';
import { JetPackRelease } from './jetpack-release';

interface Facts {
  readonly platform: EdgePlatform;
  readonly name: string;
  readonly vcpus: number;
  readonly memory: DataSize;
  readonly localStorage?: DataSize;
  readonly architecture: CpuArchitecture;
  readonly nodeType?: GpuNodeType;
  readonly jetPack?: JetPackRelease;
}

/**
 * A machine of a site: a server with cards, a Jetson, a Windows machine by WSL2, or one without CUDA. It decides which program serves models
 * there, which images run, how the node is set up and what cannot be had. docs/edge-hardware.md has all kinds side by side.
 */
export class EdgeHardware {
  /**
   * A Linux server with NVIDIA's driver on the host.
   *
   * @param props what the machine has
   * @throws UnscopedValidationError with all faults: GPUs of AMD, boards of Jetson, numbers that no machine has
   */
  public static server(props: EdgeServerProps): EdgeHardware {
    throwIfFaulty(edgeNodeFaults(props, EdgePlatform.LINUX));
    return EdgeHardware.withCards(props, EdgePlatform.LINUX);
  }

  /**
   * A Windows machine whose Linux under WSL2 runs CUDA: containers get the GPU as the device `/dev/dxg` by the driver of Windows. It has no
   * RDMA, no GPUDirect and no MIG.
   *
   * @param props what Linux gets of the machine
   * @throws UnscopedValidationError with all faults: more than one GPU, RDMA, processors of Arm
   */
  public static wsl2(props: EdgeServerProps): EdgeHardware {
    throwIfFaulty(edgeNodeFaults(props, EdgePlatform.WSL2));
    return EdgeHardware.withCards(props, EdgePlatform.WSL2);
  }

  /**
   * A board of NVIDIA Jetson, whose memory is shared by processors and GPU.
   *
   * @param props which board, and its JetPack
   * @throws UnscopedValidationError for what is no board, and for a JetPack that is not made for it
   */
  public static jetson(props: EdgeJetsonProps): EdgeHardware {
    throwIfFaulty(jetsonFaults(props));
    const { board, jetPack = JetPackRelease.V7_2, localStorage } = props;
    const { vcpus } = JETSON_BOARDS[board.name];
    const name = props.name ?? board.name.toLowerCase();
    const architecture = CpuArchitecture.ARM64;
    const node = { name, gpu: board, gpuCount: 1, vcpus, memory: board.memory, localStorage, architecture };
    const nodeType = GpuNodeType.custom({ ...node, networkBandwidthGbps: 1, gpuDirect: false });
    return new EdgeHardware({ ...node, platform: EdgePlatform.JETSON, nodeType, jetPack });
  }

  /**
   * A machine without CUDA: models are served by ONNX Runtime on its processors.
   *
   * @param props what the machine has
   * @throws UnscopedValidationError with all faults: numbers that no machine has
   */
  public static cpu(props: EdgeCpuProps): EdgeHardware {
    throwIfFaulty(edgeCpuFaults(props));
    const { vcpus, memory, localStorage, architecture = CpuArchitecture.ARM64 } = props;
    const name = props.name ?? `${architecture.replace('_', '-')}-cpu`;
    return new EdgeHardware({ platform: EdgePlatform.CPU, name, vcpus, memory, localStorage, architecture });
  }

  private static withCards(props: EdgeServerProps, platform: EdgePlatform): EdgeHardware {
    const { gpu, gpuCount = 1, vcpus, memory, localStorage, networkBandwidthGbps = 1, rdma = false } = props;
    const { architecture = CpuArchitecture.X86_64 } = props;
    const suffix = platform === EdgePlatform.WSL2 ? '-wsl2' : gpuCount === 1 ? '' : `-x${gpuCount}`;
    const name = props.name ?? `${gpu.name.toLowerCase()}${suffix}`;
    const node: GpuNodeTypeProps = { name, gpu, gpuCount, vcpus, memory, localStorage, networkBandwidthGbps, rdma };
    const direct = platform === EdgePlatform.WSL2 ? { gpuDirect: false } : {};
    const nodeType = GpuNodeType.custom({ ...node, architecture, ...direct });
    return new EdgeHardware({ platform, name, vcpus, memory, localStorage, architecture, nodeType });
  }

  /** What runs beneath Kubernetes. */
  public readonly platform: EdgePlatform;
  /** Name, e.g. `t4-x2`. */
  public readonly name: string;
  /** Virtual CPUs. */
  public readonly vcpus: number;
  /** Host memory; of a Jetson all there is. */
  public readonly memory: DataSize;
  /** Local disks. @default - not known */
  public readonly localStorage?: DataSize;
  /** Architecture of the processors, for which images are pulled. */
  public readonly architecture: CpuArchitecture;
  /** The machine as planner and pools know it. @default - it has no GPU, and is not planned */
  public readonly nodeType?: GpuNodeType;
  /** Release of JetPack. @default - it is no Jetson */
  public readonly jetPack?: JetPackRelease;

  private constructor(facts: Facts) {
    this.platform = facts.platform;
    this.name = facts.name;
    this.vcpus = facts.vcpus;
    this.memory = facts.memory;
    this.localStorage = facts.localStorage;
    this.architecture = facts.architecture;
    this.nodeType = facts.nodeType;
    this.jetPack = facts.jetPack;
  }

  /** Kind of GPU. @default - it has none */
  public get gpu(): GpuType | undefined {
    return this.nodeType?.gpu;
  }

  /** Number of GPUs; 0 without CUDA. */
  public get gpuCount(): number {
    return this.nodeType?.gpuCount ?? 0;
  }

  /** Whether machines reach each other by RDMA. */
  public get rdma(): boolean {
    return this.nodeType?.rdma ?? false;
  }

  /** Whether network adapters read and write GPU memory themselves (GPUDirect RDMA). */
  public get gpuDirect(): boolean {
    return this.rdma && (this.nodeType?.gpuDirect ?? false);
  }

  /** RuntimeClass by which pods get the GPU, which k3s makes where it finds NVIDIA's container runtime. @default - it has no GPU */
  public get runtimeClass(): string | undefined {
    return this.nodeType && 'nvidia';
  }

  /**
   * The program that serves models there.
   *
   * @param options what is served, and by which releases
   * @throws UnscopedValidationError where the program that is asked for has no image that runs there, with what has
   */
  public modelServer(options: EdgeServerOptions = {}): EdgeServer {
    throwIfFaulty(edgeServerFaults(this, options));
    return edgeServerOf(this, options);
  }

  /**
   * Checks that it has what something needs.
   *
   * @param needs what is asked of it
   * @throws UnscopedValidationError with all that it lacks, each with what helps
   */
  public requireFeatures(needs: EdgeNeeds): void {
    throwIfFaulty(this._needFaults(needs));
  }

  /**
   * What it lacks of what something needs.
   *
   * @internal
   */
  public _needFaults(needs: EdgeNeeds): Fault[] {
    return needFaults(this, needs);
  }

  /** The name. */
  public toString(): string {
    return this.name;
  }
}

checkArguments('EdgeHardware', EdgeHardware);
