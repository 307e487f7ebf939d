import { DataSize } from '../../units/data-size';
import { Duration } from '../../units/duration';
import { Fault, fault } from '../../units/fault';
import { PUBLISHER_MEMORY } from './pipeline-node';
import { PipelinePlan, pipelineTime } from './pipeline-plan';

const MIB = 1024 ** 2;

/**
 * Why steps cannot run where they are to: memory of the host or of a GPU, disk, or time.
 *
 * @param plan the plan
 * @param disk volume that the program says @default - what the plan needs
 * @param isClaimed whether the volume is a claim, so that the disk of the node is not used
 * @param timeout how long the Job may take
 *
 * @internal
 */
export function runFaults(
  plan: PipelinePlan,
  disk: DataSize | undefined,
  isClaimed: boolean,
  timeout: Duration,
): Fault[] {
  return [...memoryFaults(plan), ...diskFaults(plan, disk, isClaimed), ...timeFaults(plan, timeout)];
}

function memoryFaults({ node, steps }: PipelinePlan): Fault[] {
  const size = (bytes: number) => String(DataSize.bytes(Math.ceil(bytes)));
  return steps.flatMap(({ name, cost }, index) => {
    const property = index < steps.length - 1 ? `steps[${index}]` : 'gate';
    const host = node.memoryMib === undefined ? Infinity : node.memoryMib * MIB - PUBLISHER_MEMORY.bytes;
    const gpu = node.gpu?.memory.bytes ?? Infinity;
    const short = [
      ...(cost.hostBytes > host
        ? [`${size(cost.hostBytes)} of host memory, and it can have ${size(host)} beside what publishes`]
        : []),
      ...(cost.gpuBytes > gpu ? [`${size(cost.gpuBytes)} of one GPU, and it has ${size(gpu)}`] : []),
    ];
    if (short.length === 0) return [];
    const reason =
      `${property} (${name}) cannot run on ${node.name}: it needs ${short.join(' and ')} (${cost.formula}); use nodes with more, or another step ` +
      'that holds less at once';
    return [fault('STEP_DOES_NOT_FIT', property, reason)];
  });
}

function diskFaults(
  { diskMib, node, source, result }: PipelinePlan,
  disk: DataSize | undefined,
  isClaimed: boolean,
): Fault[] {
  const size = (mib: number) => String(DataSize.mib(mib));
  const parts = `source ${DataSize.bytes(Math.ceil(source.bytes))}, result ${DataSize.bytes(Math.ceil(result.bytes))}, and what a step reads and writes`;
  if (disk !== undefined && disk.mib < diskMib) {
    const reason = `disk must be at least ${size(diskMib)} for ${parts}; got ${disk}; raise it, or leave it out`;
    return [fault('DISK_TOO_SMALL', 'disk', reason)];
  }
  const needed = Math.max(diskMib, disk?.mib ?? 0);
  if (isClaimed || node.diskMib === undefined || needed <= node.diskMib) return [];
  const reason =
    `the pods need ${size(needed)} of disk for ${parts}, but ${node.name} has ${size(node.diskMib)} for pods; name a claim of a volume by workClaim, or ` +
    'use nodes with a larger disk';
  return [fault('DISK_TOO_SMALL', disk === undefined ? 'workClaim' : 'disk', reason)];
}

function timeFaults({ node, steps, seconds }: PipelinePlan, timeout: Duration): Fault[] {
  // Of an estimate that may be three times too long.
  if (seconds / 3 <= timeout.toSeconds()) return [];
  const longest = steps.reduce((most, each) => (each.cost.seconds > most.cost.seconds ? each : most));
  const onGpu = node.gpu === undefined ? 'give it a nodePool with GPUs' : 'use faster GPUs, or fewer samples';
  const cure = longest.usesGpu ? onGpu : 'give it more cpus';
  const reason =
    `the pipeline takes about ${pipelineTime(seconds)} on ${node.name}, most of it ${longest.name}, ${pipelineTime(longest.cost.seconds)}; more than three ` +
    `times its timeout of ${pipelineTime(timeout.toSeconds())}; ${cure}, or raise timeout`;
  return [fault('PIPELINE_TAKES_TOO_LONG', 'timeout', reason)];
}
