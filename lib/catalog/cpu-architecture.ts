/** Architectures of host processors, as EC2 names them. */
export enum CpuArchitecture {
  /** 64-bit x86, `amd64` in Kubernetes. */
  X86_64 = 'x86_64',
  /** 64-bit Arm: Graviton, Grace, Jetson. */
  ARM64 = 'arm64',
}
