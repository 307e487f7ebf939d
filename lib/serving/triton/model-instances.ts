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
   * Instances on the CPU.
   *
   * @param count instances, at least 1
   */
  public static onCpu(count = 1): ModelInstances {
    return new ModelInstances(0, count);
  }

  /** GPUs that the model uses exclusively; 0 on the CPU. */
  public readonly gpuCount: number;
  /** Instances on each GPU, or on the CPU. */
  public readonly instancesPerDevice: number;

  private constructor(gpuCount: number, instancesPerDevice: number) {
    this.gpuCount = gpuCount;
    this.instancesPerDevice = instancesPerDevice;
  }

  /** Whether they run on GPUs. */
  public get isOnGpus(): boolean {
    return this.gpuCount !== 0;
  }
}
