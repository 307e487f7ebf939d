import { GpuNodeType } from '../catalog/gpu-node-type';
import { ModelSpec } from '../catalog/model-spec';
import { Parallelism } from '../catalog/parallelism';
import { Precision } from '../catalog/precision';
import { Fit, fitOf } from './memory-fit';
import { Configuration, Load, tensorDomain } from './configuration';
import { parallelismFaults, tensorDegrees } from './parallelism-faults';
import { settledConfiguration } from './scheduled-sequences';
import { drafts } from './speculation-faults';

/**
 * Every parallelism of one replica that hardware and model allow, fewest GPUs first; with equal GPUs, tensor before pipeline parallelism, and
 * experts that are cut before those that are spread.
 * Tensor parallelism stays within one NVLink domain, and pipelines extend beyond it (without NVLink: beyond one GPU). Replicas larger than
 * a node use whole nodes.
 *
 * @internal
 */
export function parallelismCandidates(
  model: ModelSpec,
  instanceType: GpuNodeType,
  precision: Precision,
  maxNodes: number,
): Parallelism[] {
  const { gpuCount } = instanceType;
  const candidates: Parallelism[] = [];
  const degrees = tensorDegrees(model, tensorDomain(instanceType));
  const largest = degrees[degrees.length - 1];
  for (const tensor of degrees) {
    // If NVLink allows a larger tensor degree, a pipeline only adds latency.
    const most = tensor < largest ? 1 : Math.min(model.layers, Math.floor((gpuCount * maxNodes) / tensor));
    for (let pipeline = 1; pipeline <= most; pipeline++) {
      const gpus = tensor * pipeline;
      if (gpus > gpuCount && gpus % gpuCount !== 0) continue;
      const plain = Parallelism.of({ tensor, pipeline });
      // Experts are cut or spread: those whose width cannot be cut into whole quantization groups can be spread.
      const spread = model.experts && tensor > 1 ? [Parallelism.of({ tensor, pipeline, expert: tensor })] : [];
      candidates.push(...[plain, ...spread].filter((each) => parallelismFaults(model, each, precision).length === 0));
    }
  }
  return candidates.sort(
    (a, b) => a.gpusPerReplica - b.gpusPerReplica || a.pipeline - b.pipeline || a.expert - b.expert,
  );
}

/**
 * Data-parallel attention with experts spread over all GPUs, for models with experts and latent attention, whose cache every tensor rank would
 * hold whole: over all GPUs of one node or more, with as many tensor ranks within each data-parallel one as leave at least two of these.
 *
 * @internal
 */
export function dataParallelAttention(
  model: ModelSpec,
  instanceType: GpuNodeType,
  precision: Precision,
  maxNodes: number,
): Parallelism[] {
  const domain = tensorDomain(instanceType);
  if (!model.experts || !model.latentAttention || domain === 1) return [];
  const candidates: Parallelism[] = [];
  for (let nodes = 1; nodes <= maxNodes; nodes++) {
    const gpus = nodes * instanceType.gpuCount;
    if (model.experts.routed % gpus !== 0) continue;
    for (const tensor of tensorDegrees(model, Math.min(domain, gpus / 2))) {
      if (domain % tensor !== 0) continue;
      const spread = Parallelism.of({ tensor, data: gpus / tensor, expert: gpus });
      if (parallelismFaults(model, spread, precision).length === 0) candidates.push(spread);
    }
  }
  return candidates;
}

/**
 * Tensor parallelism among the GPUs of a node that has no NVLink. It answers sooner than a pipeline, and serves fewer requests at once.
 *
 * @internal
 */
export function tensorOverPcie(model: ModelSpec, instanceType: GpuNodeType, precision: Precision): Parallelism[] {
  if (tensorDomain(instanceType) > 1) return [];
  return tensorDegrees(model, instanceType.gpuCount)
    .filter((tensor) => tensor > 1)
    .flatMap((tensor) => [
      Parallelism.of({ tensor }),
      ...(model.experts ? [Parallelism.of({ tensor, expert: tensor })] : []),
    ])
    .filter((parallelism) => parallelismFaults(model, parallelism, precision).length === 0);
}

/**
 * The first parallelism that fits or, if none does, the one with the smallest shortfall.
 *
 * @internal
 */
export function smallestFit(
  load: Load,
  hardware: { instanceType: GpuNodeType; precision: Precision; pricePerHour?: number; utilization?: number },
  maxNodes: number,
): { configuration: Configuration; fit: Fit } {
  let nearest: { configuration: Configuration; fit: Fit } | undefined;
  for (const parallelism of parallelismCandidates(load.model, hardware.instanceType, hardware.precision, maxNodes)) {
    if (!drafts(load, parallelism)) continue;
    const configuration = settledConfiguration(load, hardware, parallelism);
    const fit = fitOf(configuration);
    if (fit.fits) return { configuration, fit };
    if (!nearest || fit.shortfallBytes < nearest.fit.shortfallBytes) nearest = { configuration, fit };
  }
  if (nearest) return nearest;
  const configuration = settledConfiguration(load, hardware, Parallelism.NONE);
  return { configuration, fit: fitOf(configuration) };
}
