import { Fault, fault } from '../units/fault';
import { positiveFault, wholeNumberFault } from '../units/number-faults';
import { structFaults } from '../units/struct-faults';
import { allOf } from '../units/unreadable';
import { CpuArchitecture } from './cpu-architecture';
import { EdgeCpuProps, EdgeJetsonProps, EdgeNeeds, EdgePlatform, EdgeServerProps } from './edge-hardware-props';
import { EdgeMachine, JETSON_BOARDS, boardOf, platformText } from './edge-platforms';
import { nodeTypeFaults } from './gpu-node-type';
import { GpuVendor } from './gpu-vendor';
import { JetPackRelease } from './jetpack-release';

/**
 * What is wrong with the description of a machine with cards.
 *
 * @internal
 */
export function edgeNodeFaults(props: EdgeServerProps, platform: EdgePlatform): Fault[] {
  const wrong = structFaults('EdgeServerProps', props);
  if (wrong.length > 0) return wrong;
  const { gpu, gpuCount = 1, name, vcpus, memory, networkBandwidthGbps } = props;
  return allOf(
    () => nodeTypeFaults({ name: name ?? 'server', gpu, gpuCount, vcpus, memory, networkBandwidthGbps }),
    () => positiveFault('localStorage', props.localStorage?.bytes),
    () => cardFaults(props),
    () => (platform === EdgePlatform.WSL2 ? wslFaults(props) : []),
  );
}

function unsupported(property: string, reason: string): Fault[] {
  return [fault('EDGE_HARDWARE_NOT_SUPPORTED', property, reason)];
}

function cardFaults({ gpu }: EdgeServerProps): Fault[] {
  if (gpu.vendor !== GpuVendor.NVIDIA)
    return unsupported('gpu', `servers of sites run images with CUDA, and ${gpu} is not of NVIDIA; use T4, L4 or A2`);
  if (boardOf(gpu) === undefined) return [];
  return unsupported('gpu', `${gpu} is a board, not a card of a server; use EdgeHardware.jetson`);
}

/**
 * Several cards: NVIDIA's device plugin gives every pod `/dev/dxg`, which is all of them (internal/rm/wsl_devices.go of NVIDIA/k8s-device-plugin). RDMA:
 * Linux has a virtual network adapter alone, and the GPU is no PCI device there. Arm: NVIDIA's guide "CUDA on WSL" is for x86-64.
 */
function wslFaults({ gpuCount = 1, rdma, architecture }: EdgeServerProps): Fault[] {
  return allOf(
    () =>
      gpuCount > 1
        ? unsupported(
            'gpuCount',
            `under WSL2 every pod gets all GPUs as one device, so that ${gpuCount} of them cannot be shared out; describe one, or install Linux and use EdgeHardware.server`,
          )
        : [],
    () =>
      rdma === true
        ? unsupported(
            'rdma',
            'WSL2 has a virtual network adapter and no RDMA; leave rdma out, or install Linux and use EdgeHardware.server',
          )
        : [],
    () =>
      architecture === CpuArchitecture.ARM64
        ? unsupported('architecture', 'CUDA under WSL2 is for x86_64; leave architecture out')
        : [],
  );
}

/**
 * What is wrong with the description of a Jetson.
 *
 * @internal
 */
export function jetsonFaults(props: EdgeJetsonProps): Fault[] {
  const wrong = structFaults('EdgeJetsonProps', props);
  if (wrong.length > 0) return wrong;
  const { board, jetPack = JetPackRelease.V7_2, name, localStorage } = props;
  const found = boardOf(board);
  if (!found) {
    const known = Object.keys(JETSON_BOARDS).join(', ');
    return unsupported('board', `${board} is no board of Jetson; known: ${known}; for cards use EdgeHardware.server`);
  }
  return allOf(
    () => nodeTypeFaults({ name: name ?? 'jetson', gpu: board, gpuCount: 1, vcpus: found.vcpus, memory: board.memory }),
    () => positiveFault('localStorage', localStorage?.bytes),
    () => {
      if (jetPack._isFor(found.generation)) return [];
      const fitting = JetPackRelease.ALL.filter((each) => each._isFor(found.generation)).join(' or ');
      return unsupported('jetPack', `JetPack ${jetPack} is not made for ${board}; use ${fitting}`);
    },
  );
}

/**
 * What is wrong with the description of a machine without CUDA.
 *
 * @internal
 */
export function edgeCpuFaults(props: EdgeCpuProps): Fault[] {
  const wrong = structFaults('EdgeCpuProps', props);
  if (wrong.length > 0) return wrong;
  const { vcpus, memory, name, localStorage } = props;
  const named = name === undefined || /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(name);
  const allowed = 'lower-case letters, digits, dots and hyphens, with a letter or digit at both ends';
  return allOf(
    () => (named ? [] : [fault('INVALID_NAME', 'name', `name must consist of ${allowed}; got '${name}'`)]),
    () => wholeNumberFault('vcpus', vcpus, 1),
    () => positiveFault('memory', memory.bytes),
    () => positiveFault('localStorage', localStorage?.bytes),
  );
}

/**
 * What a machine lacks of what something needs.
 *
 * @internal
 */
export function needFaults(machine: EdgeMachine, needs: EdgeNeeds): Fault[] {
  const where = platformText(machine);
  const lacks = (property: string, reason: string) => [fault('EDGE_HARDWARE_LACKS_FEATURE', property, reason)];
  const { rdma, gpuDirect, mig, cudaVersion, imageArchitectures } = needs;
  return allOf(
    () =>
      rdma === true && !machine.rdma
        ? lacks('rdma', `${where} has no RDMA; ${rdmaCure(machine)}, or use TCP between machines`)
        : [],
    () =>
      gpuDirect === true && !machine.gpuDirect
        ? lacks('gpuDirect', `${where} has no GPUDirect RDMA; leave it out, or ${rdmaCure(machine)}`)
        : [],
    () =>
      mig === true && !hasMig(machine)
        ? lacks('mig', `${where} cannot be parted into MIG devices; use time slicing, or a whole GPU`)
        : [],
    () =>
      cudaVersion !== undefined && machine.platform === EdgePlatform.CPU
        ? lacks(
            'cudaVersion',
            `the image has CUDA ${cudaVersion}, and ${where} cannot use it; build one with ServingImage.armCpu (USE_CUDA=OFF) and serve by ONNX Runtime`,
          )
        : [],
    () => {
      if (imageArchitectures === undefined || imageArchitectures.includes(machine.architecture)) return [];
      const has = imageArchitectures.length === 0 ? 'no architecture' : imageArchitectures.join(', ');
      return lacks(
        'imageArchitectures',
        `the image is built for ${has}, and ${where} runs ${machine.architecture}; build it for ${machine.architecture} too`,
      );
    },
  );
}

function rdmaCure({ platform }: EdgeMachine): string {
  if (platform === EdgePlatform.LINUX) return 'say rdma: true where it has adapters for InfiniBand or RoCE';
  if (platform === EdgePlatform.WSL2) return 'install Linux in place of Windows, with EdgeHardware.server';
  return 'use a server with InfiniBand or RoCE';
}

/**
 * GPUs without MIG by compute capability: Turing (T4), Ampere other than A100 and A30, Orin, Ada.
 *
 * @see https://docs.nvidia.com/datacenter/tesla/mig-user-guide/supported-gpus.html
 */
const WITHOUT_MIG = [7, 7.5, 8.6, 8.7, 8.9, 12.1];

function hasMig({ platform, gpu }: EdgeMachine): boolean {
  if (gpu === undefined || platform === EdgePlatform.WSL2) return false;
  return !WITHOUT_MIG.includes(gpu.computeCapability);
}
