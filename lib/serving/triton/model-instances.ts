import { DataSize } from '../../units/data-size';
import { checkArguments } from '../../units/argument-faults';

/**
 * Instances of a model within one server.
 */
export class ModelInstances {
  /**
   * Instances on GPUs that the model uses exclusively.
   *
   * @param gpuCount GPUs, at least 1
   * @param instancesPerGpu instances on each of them, at least 1
   */
  public static onGpus(gpuCount = 1, instancesPerGpu = 1): ModelInstances {
    return new ModelInstances(gpuCount, instancesPerGpu);
  }

  /**
   * Instances on one GPU of the server that its models of this kind share. Together they must fit into the memory of that GPU.
   *
   * @param memory GPU memory of one instance, weights and activations of the largest batch; a limit that ONNX Runtime keeps
   * @param instances instances, at least 1
   */
  public static onSharedGpu(memory: DataSize, instances = 1): ModelInstances {
    return new ModelInstances(0, instances, memory);
  }

  /**
   * Instances on the CPU.
   *
   * @param count instances, at least 1
   */
  public static onCpu(count = 1): ModelInstances {
    return new ModelInstances(0, count);
  }

  /** GPUs that the model uses exclusively; 0 on a shared GPU and on the CPU. */
  public readonly gpuCount: number;
  /** Instances on each GPU, or on the CPU. */
  public readonly instancesPerDevice: number;
  /** GPU memory of one instance, on a GPU that the model shares with others. @default - it shares no GPU */
  public readonly sharedGpuMemory?: DataSize;

  private constructor(gpuCount: number, instancesPerDevice: number, sharedGpuMemory?: DataSize) {
    this.gpuCount = gpuCount;
    this.instancesPerDevice = instancesPerDevice;
    this.sharedGpuMemory = sharedGpuMemory;
  }

  /** Whether they run on GPUs. */
  public get isOnGpus(): boolean {
    return this.gpuCount !== 0 || this.sharedGpuMemory !== undefined;
  }
}

checkArguments('ModelInstances', ModelInstances);
