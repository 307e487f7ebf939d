import { TritonRelease } from '../../catalog/serving-engine';
import { GpuSharingKind } from '../../core/gpu-sharing-kind';
import { faultsOf } from '../../core/errors';
import { NodeNetwork } from '../../planning/capacity-request';
import { PodRoom } from '../../serving/model/pod-room';
import { ResolvedModel } from '../../serving/model/resolved-model';
import { SizedPod } from '../../serving/pod/pod-sizing';
import { TritonModel } from '../../serving/triton/triton-model';
import { sizeTritonPod } from '../../serving/triton/triton-pod-size';
import { ServedModel } from '../../serving/vllm/served-model';
import { sizeVllmPod } from '../../serving/vllm/vllm-pod-size';
import { VllmServer } from '../../serving/vllm/vllm-server';
import { GivenServing, isVllm, servingOf, vllmOf, vllmServingOf } from './serving-options';

/**
 * What the pods of a model find on the nodes of its plan, sized as its deployment will size them: beside GPUs, memory and disk of the host
 * for what stays there, for sidecars and adapters.
 *
 * What is wrong with them on any node is for the deployment to refuse, so it leaves room enough.
 *
 * @internal
 */
export function podRoom(given: GivenServing, served: ServedModel, resolved: ResolvedModel): PodRoom {
  let pod: SizedPod | undefined;
  faultsOf(() => (pod = isVllm(given) ? vllmPod(given, served, resolved) : tritonPod(given, served, resolved)));
  if (!pod || !Number.isFinite(pod.sizing.podsPerNode)) return { faults: [], podsPerNode: Infinity };
  const faults = pod.faults.filter(({ id }) => id === 'POD_EXCEEDS_NODE');
  return { faults, podsPerNode: pod.sizing.podsPerNode };
}

function vllmPod(given: GivenServing, served: ServedModel, resolved: ResolvedModel): SizedPod {
  const { instanceType } = resolved.plan;
  const server = new VllmServer(served, resolved, vllmOf(given, resolved.name));
  return sizeVllmPod(vllmServingOf(given, resolved.name), server, instanceType, instanceType.gpuCount);
}

function tritonPod(given: GivenServing, served: ServedModel, resolved: ResolvedModel): SizedPod | undefined {
  const { instanceType, replicas } = resolved.plan;
  const options = servingOf(given, resolved.name);
  const { _definition: definition } = TritonModel._resolved(resolved, served);
  const { model } = definition.on({
    hardware: {
      instanceType,
      gpusPerNode: instanceType.gpuCount,
      gpuMemory: instanceType.gpuMemory,
      network: NodeNetwork.TCP,
      poolName: resolved.name,
      sharing: GpuSharingKind.NONE,
    },
    release: options.servingImage?.tritonRelease ?? options.tritonRelease ?? TritonRelease.DEFAULT,
    plugged: options.servingImage?.quantizationMethods,
    replicas,
    models: [definition],
  });
  return model && sizeTritonPod(options, [definition], [model], instanceType, instanceType.gpuCount);
}
