import { GpuInterconnect } from '../catalog/gpu-interconnect';
import { GpuNodeType } from '../catalog/gpu-node-type';
import { GpuType } from '../catalog/gpu-type';
import { DataSize } from '../units/data-size';
import { fault } from '../units/fault';
import { givenValue } from '../units/number-faults';
import { Arguments } from './arguments';

/** Options that describe own hardware, beside `--gpu`. */
const ONLY_WITH_GPU = ['gpus', 'interconnect', 'nvlink-domain', 'network-gbps', 'host-memory'];

/** Cards whose NVLink is a bridge between two. */
const BRIDGED = [GpuType.H100_NVL, GpuType.H200_NVL, GpuType.GH200_144GB].map(({ name }) => name);

/** Host memory and processors that no plan depends on, because what does is refused without `--host-memory`. */
const UNKNOWN_HOST = { vcpus: 16, memoryGib: 64 };

/**
 * The node that `--gpu` and the options beside it describe; undefined where there is no `--gpu` or something is wrong, which the arguments
 * then know.
 *
 * @internal
 */
export function ownHardware(args: Arguments): GpuNodeType | undefined {
  const gpu = args.valueOf('gpu', (name) => GpuType.of(name));
  if (args.text('gpu') === undefined) {
    for (const name of ONLY_WITH_GPU.filter((each) => args.text(each) !== undefined)) {
      const reason = `--${name} describes own hardware; give --gpu with it, or leave it out for an instance type`;
      args.faults.push(fault('CONFLICTING_PROPERTIES', `--${name}`, reason));
    }
    return undefined;
  }
  if (args.text('cpu-offload') !== undefined && args.text('host-memory') === undefined) {
    const reason = 'give --host-memory with --cpu-offload and --gpu: weights of all GPUs of the node go there';
    args.faults.push(fault('MISSING_PROPERTY', '--host-memory', reason));
  }
  const gpuCount = args.number('gpus') ?? 1;
  const interconnect = interconnectOf(args) ?? (gpu && usualInterconnect(gpu, gpuCount));
  const hostMemory = args.number('host-memory') ?? UNKNOWN_HOST.memoryGib;
  const bridged = gpu && BRIDGED.includes(gpu.name) && gpuCount % 2 === 0 ? 2 : undefined;
  const networkBandwidthGbps = args.number('network-gbps');
  const domain = args.number('nvlink-domain');
  if (!gpu) return undefined;
  return args.attempt(undefined, () =>
    GpuNodeType.custom({
      ...{ name: `${gpu.name.toLowerCase()}-x${gpuCount}`, gpu, gpuCount, vcpus: UNKNOWN_HOST.vcpus, interconnect },
      ...{ memory: DataSize.gib(hostMemory), networkBandwidthGbps },
      nvlinkDomainSize: domain ?? (interconnect?.startsWith('NV') ? bridged : undefined),
    }),
  );
}

function usualInterconnect(gpu: GpuType, gpuCount: number): GpuInterconnect {
  return gpu.nvlinkGBps > 0 && gpuCount > 1 ? GpuInterconnect.NVSWITCH : GpuInterconnect.PCIE;
}

function interconnectOf(args: Arguments): GpuInterconnect | undefined {
  const text = args.text('interconnect');
  if (text === undefined) return undefined;
  const wanted = text.toUpperCase().replace(/-/g, '_');
  const found = Object.values(GpuInterconnect).find((each) => each === wanted);
  if (!found) {
    const known = Object.values(GpuInterconnect).map((each) => each.toLowerCase());
    const reason = `--interconnect must be one of ${known.join(', ')}; got ${givenValue(text)}`;
    args.faults.push(fault('UNKNOWN_VALUE', '--interconnect', reason));
  }
  return found;
}
