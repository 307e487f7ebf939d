import { GpuInterconnect } from '../catalog/gpu-interconnect';
import { GpuNodeType } from '../catalog/gpu-node-type';
import { Fault, fault } from '../units/fault';
import { GpuVendor } from '../catalog/gpu-vendor';
import { NodeNetwork } from './capacity-request';
import { isLowered } from './scheduled-sequences';
import { ServingEstimate } from './serving-estimate';
import { Configuration } from './configuration';
import { speculationWarnings } from './speculation-warnings';
import { loadedEncoders } from './encoder-memory';
import { graphsLack } from './other-memory';
import { stageLayers } from './stages';

/**
 * Advice on a configuration, each with a stable id.
 *
 * @internal
 */
export function warningsOf(
  configuration: Configuration,
  fit: { readonly hostFits: boolean; readonly hostBytes: number; readonly fitsByDefault: boolean },
  asked: ServingEstimate,
): Fault[] {
  const { model, instanceType, parallelism, gpu } = configuration;
  const { tensor, pipeline } = parallelism;
  const warnings: Fault[] = [];
  if (tensor > 1 && tensor <= instanceType.gpuCount && instanceType.nvlinkDomainSize === 1) {
    warnings.push(
      fault(
        'TENSOR_OVER_PCIE',
        undefined,
        `tensor parallelism ${tensor} on ${instanceType.name} goes over PCI Express, twice per layer; pipeline parallelism needs far less of it`,
      ),
    );
  } else if (
    tensor > 4 &&
    tensor <= instanceType.gpuCount &&
    instanceType.interconnect === GpuInterconnect.NVLINK_MESH
  ) {
    warnings.push(
      fault(
        'TENSOR_OVER_MESH',
        undefined,
        `not every pair of the ${tensor} GPUs of ${instanceType.name} is connected by NVLink; tensor 4 stays within direct links`,
      ),
    );
  } else if (tensor > instanceType.nvlinkDomainSize) {
    warnings.push(
      fault(
        'TENSOR_ACROSS_NODES',
        undefined,
        `tensor parallelism ${tensor} leaves ${placeOf(instanceType)}; each layer waits for the network twice`,
      ),
    );
  }
  const replicaNodes = Math.ceil(parallelism.gpusPerReplica / instanceType.gpuCount);
  if (replicaNodes > (configuration.maxNodes ?? replicaNodes)) {
    warnings.push(
      fault(
        'PARALLELISM_EXCEEDS_NODES',
        undefined,
        `${parallelism} needs ${parallelism.gpusPerReplica} GPUs, which are ${replicaNodes} nodes of ${instanceType.name} (${instanceType.gpuCount} each), ` +
          `but maxNodes is ${configuration.maxNodes}; lower the degrees, or raise maxNodes`,
      ),
    );
  }
  if (configuration.nodes > parallelism.replicas && configuration.nodeNetwork === NodeNetwork.TCP) {
    warnings.push(
      fault(
        'NODES_OVER_TCP',
        undefined,
        `replicas span nodes of ${instanceType.name} over TCP; no measurement of that is known, the times are estimates`,
      ),
    );
  }
  if (!model.latentAttention && model.keyValueHeads % tensor !== 0) {
    warnings.push(
      fault(
        'KEY_VALUE_REPLICATED',
        undefined,
        `${model.name} has ${model.keyValueHeads} key-value heads, so ${tensor} tensor ranks hold copies of them`,
      ),
    );
  }
  if (model.latentAttention && tensor > 1) {
    warnings.push(
      fault(
        'LATENT_CACHE_REPLICATED',
        undefined,
        `each of the ${tensor} tensor ranks holds the whole compressed cache of ${model.name}; data parallel attention with expert parallelism would share it out`,
      ),
    );
  }
  if (parallelism.attentionRanks > 1) {
    warnings.push(
      fault(
        'DATA_PARALLEL_ATTENTION',
        undefined,
        `each replica has ${parallelism.attentionRanks} data-parallel ranks that share experts over ${parallelism.expert} GPUs; vLLM's own server ` +
          'starts them where its model is given this parallelism; the vLLM backend of Triton starts one rank, and topologies choose no other',
      ),
    );
  }
  const stages = stageLayers(model.layers, pipeline);
  if (pipeline > 1 && new Set(stages).size > 1) {
    warnings.push(
      fault(
        'UNEVEN_STAGES',
        undefined,
        `${model.layers} layers in ${pipeline} stages are ${stages.join(', ')}; the longest stage sets the pace`,
      ),
    );
  }
  if (model.approximate) {
    warnings.push(
      fault(
        'APPROXIMATE_MODEL',
        undefined,
        `only the number of parameters of ${model.name} is known; its key-value cache and times are those of a LLaMA model of that size`,
      ),
    );
  }
  const unknown = loadedEncoders(configuration).filter((each) => each.parameters === undefined || !each.tokensPerItem);
  if (unknown.length > 0) {
    const lacking = (key: 'parameters' | 'tokensPerItem') => unknown.some((each) => each[key] === undefined);
    const parts = [
      ...(lacking('parameters') && configuration.checkpointBytes === undefined ? ['its weights'] : []),
      'what the engine takes for the largest image when it starts',
    ];
    warnings.push(
      fault(
        'ENCODER_NOT_COUNTED',
        undefined,
        `${model.name} has an encoder that is not known (${unknown.map(({ name }) => name).join(', ')}), and the plan leaves out ` +
          `${parts.join(' and ')}; give its parameters and tokensPerItem (encoders of the shape), or serve text alone (mediaInput NONE)`,
      ),
    );
  }
  const lack = graphsLack(configuration);
  if (lack > 0) {
    const { gpuMemoryUtilization } = configuration;
    const lower = Math.floor(100 * (gpuMemoryUtilization - lack / gpu.memory.bytes)) / 100;
    warnings.push(
      fault(
        'GRAPHS_OUTSIDE_UTILIZATION',
        undefined,
        `${configuration.engine.name} takes CUDA graphs and context from outside gpuMemoryUtilization ${gpuMemoryUtilization}, where up to ` +
          `${(lack / 2 ** 30).toFixed(2)} GiB are missing for them: it may run out of memory when it captures graphs; lower it to ${lower}, or ` +
          'switch graphs off',
      ),
    );
  }
  if (instanceType.fractionOfGpu < 1) {
    warnings.push(
      fault(
        'FRACTIONAL_GPU',
        undefined,
        `${instanceType.name} has 1/${Math.round(1 / instanceType.fractionOfGpu)} of a GPU, and others use the rest: times are those of the share ` +
          'that it is sure of, and shorter while the others are idle',
      ),
    );
  }
  if (gpu.sharedMemory && configuration.gpuMemoryUtilization > SHARED_UTILIZATION) {
    warnings.push(
      fault(
        'MEMORY_SHARED_WITH_HOST',
        undefined,
        `the memory of ${gpu.name} is the host's too: with gpuMemoryUtilization ${configuration.gpuMemoryUtilization} the engine may find less than that ` +
          `free and stop; at ${SHARED_UTILIZATION} it is known to start`,
      ),
    );
  }
  if (gpu.vendor === GpuVendor.AMD) {
    warnings.push(
      fault(
        'ROCM_NOT_MEASURED',
        undefined,
        `no measurement of ${configuration.engine.name} on ROCm is in the planner: memory beside weights and cache, and times on ${gpu.name}, are those ` +
          'of its build for CUDA',
      ),
    );
  }
  if (instanceType.legacy)
    warnings.push(
      fault(
        'LEGACY_INSTANCE',
        undefined,
        `${instanceType.name} is of a previous generation; drivers from 595 on drop ${gpu.name}`,
      ),
    );
  if (configuration.cpuOffloadBytes > 0) {
    warnings.push(
      fault(
        'CPU_OFFLOAD',
        undefined,
        'offloaded weights cross PCI Express in every step; it suits offline batches, not a latency target',
      ),
    );
  }
  if (!fit.fitsByDefault) {
    warnings.push(
      fault(
        'SCHEDULER_SEQUENCES',
        undefined,
        `it fits with ${configuration.maxSequences} sequences in the scheduler; started without max_num_seqs, vLLM defaults to more on ${gpu.name}, for which ${
          isLowered(configuration) ? 'there are not as many blocks of states' : 'its sampler lacks the memory'
        }`,
      ),
    );
  }
  warnings.push(...speculationWarnings(configuration, asked));
  if (asked.hostStep > asked.gpuStep) {
    const ms = (seconds: number) => (seconds * 1e3).toFixed(1);
    warnings.push(
      fault(
        'HOST_BOUND',
        undefined,
        `with ${asked.concurrency} sequence${asked.concurrency === 1 ? '' : 's'} a step waits for ${configuration.engine.name}'s host process, which takes ${ms(asked.hostStep)} ms to ` +
          `schedule it and to send their tokens, while the GPUs take ${ms(asked.gpuStep)}; ` +
          (configuration.drafter
            ? 'preparing what is drafted and verified is most of it: faster processors help, more GPUs do not'
            : 'more replicas help, more GPUs for each replica do not'),
      ),
    );
  }
  if (!fit.hostFits) {
    warnings.push(
      fault(
        'HOST_MEMORY',
        undefined,
        `offloading needs ${(fit.hostBytes / 2 ** 30).toFixed(1)} GiB of host memory, ${instanceType.name} has ${instanceType.memory.gib} GiB`,
      ),
    );
  }
  return warnings;
}

/** Share with which engines start on memory that the host uses too: 0.85 on GB10 (vllm-project/recipes#632). */
const SHARED_UTILIZATION = 0.85;

/** What the ranks of one layer leave when they need more GPUs than it has. */
function placeOf({ nvlinkDomainSize, gpuCount, name }: GpuNodeType): string {
  if (nvlinkDomainSize > 1) return `the NVLink domain of ${nvlinkDomainSize} GPUs`;
  return `a node of ${name}, which has ${gpuCount} GPU${gpuCount === 1 ? '' : 's'}`;
}

const PREFIX = 'capacity';

/**
 * A warning as plans and their JSON have it: `[capacity:THE_ID] sentence`.
 *
 * @internal
 */
export function warningText({ id, reason }: Fault): string {
  return `[${PREFIX}:${id}] ${reason}`;
}

/**
 * The warnings of a plan, with their ids.
 *
 * @internal
 */
export function planWarnings({ warnings }: { readonly warnings: readonly string[] }): Fault[] {
  return warnings.flatMap((text) => {
    const [, id, reason] = new RegExp(`^\\[${PREFIX}:([A-Z_]+)\\] (.*)$`, 's').exec(text) ?? [];
    return id === undefined || reason === undefined ? [] : { id, reason };
  });
}
