import { Fault, fault } from '../units/fault';
import { allOf } from '../units/unreadable';
import { EdgePlatform } from './edge-hardware-props';
import { EdgeMachine, boardOf, platformText } from './edge-platforms';
import { EdgeServer, EdgeServerKind, EdgeServerOptions } from './edge-server';
import { compareVersions } from './metric';
import { TritonRelease, TritonVariant } from './serving-engine';
import { VllmRelease } from './vllm-release';

/**
 * First vLLM whose own image runs on Jetson, and the Jetson Linux that it needs on Orin: "on Orin JetPack 7.2 / L4T r39+, use upstream vLLM 0.20+ ...
 * on Thor, use upstream vLLM 0.20+" (NVIDIA/skills at 7149a88, skills/jetson-llm-serve/SKILL.md). Its image for older Orin has a tag that moves,
 * and is not used here.
 */
const JETSON_VLLM = { vllm: '0.20.0', orinLinux: 39 };

/**
 * First Triton without a build for Jetson: "Triton 26.02 is the last Triton release for Jetson" (release 2.66.0 of
 * triton-inference-server/server).
 */
const TRITON_WITHOUT_JETSON = '26.03';

/** What Triton's build for Jetson leaves out: docs/user_guide/jetson.md of triton-inference-server/server. */
const TRITON_ON_JETSON =
  'no models from S3, no metrics of the GPU and no tensors of Python models on it: copy models to the disk of the node first';

/** Of which the first that runs is taken. */
const PREFERRED = {
  language: [EdgeServerKind.VLLM, EdgeServerKind.TRITON, EdgeServerKind.ONNX_RUNTIME],
  tensors: [EdgeServerKind.TRITON, EdgeServerKind.ONNX_RUNTIME],
};

/**
 * Why the program that is asked for does not run on a machine.
 *
 * @internal
 */
export function edgeServerFaults(machine: EdgeMachine, options: EdgeServerOptions): Fault[] {
  const { kind, tensors } = options;
  if (kind === undefined) return [];
  return allOf(
    () => {
      if (kind !== EdgeServerKind.VLLM || tensors !== true) return [];
      const reason =
        'vLLM serves language models, not tensors; use EdgeServerKind.TRITON or EdgeServerKind.ONNX_RUNTIME';
      return [fault('CONFLICTING_PROPERTIES', 'kind', reason)];
    },
    () => {
      const why = whyNot(machine, kind, options);
      if (why === undefined) return [];
      const chosen = edgeServerOf(machine, { ...options, kind: undefined });
      const instead = why.cure ?? (chosen.kind === kind ? undefined : `use ${chosen.kind}`);
      const reason = `${platformText(machine)} does not run ${why.program}: ${why.reason}${instead === undefined ? '' : `; ${instead}`}`;
      return [fault('EDGE_SERVER_NOT_AVAILABLE', 'kind', reason)];
    },
  );
}

/** Why a program does not run, and what helps if that is not another program. */
interface Lack {
  readonly program: string;
  readonly reason: string;
  readonly cure?: string;
}

function whyNot(machine: EdgeMachine, kind: EdgeServerKind, options: EdgeServerOptions): Lack | undefined {
  if (kind === EdgeServerKind.ONNX_RUNTIME) return undefined;
  return kind === EdgeServerKind.VLLM ? whyNoVllm(machine, options) : whyNoTriton(machine, options);
}

function whyNoVllm(
  machine: EdgeMachine,
  { vllmRelease: release = VllmRelease.DEFAULT }: EdgeServerOptions,
): Lack | undefined {
  const program = `vLLM ${release}`;
  const { gpu, platform, jetPack } = machine;
  if (gpu === undefined) return { program, reason: `its image has CUDA ${release.cudaVersion}` };
  if (gpu.computeCapability < release.minimumComputeCapability) {
    const needed = `it needs compute capability ${release.minimumComputeCapability.toFixed(1)}, and the GPU has ${gpu.computeCapability.toFixed(1)}`;
    return { program, reason: needed };
  }
  if (platform !== EdgePlatform.JETSON) return undefined;
  if (compareVersions(release.vllmVersion, JETSON_VLLM.vllm) < 0)
    return { program, reason: 'its image has no code for Jetson', cure: `use vLLM ${JETSON_VLLM.vllm} or later` };
  const older = boardOf(gpu)?.generation === 'orin' && (jetPack?.linuxMajor ?? 0) < JETSON_VLLM.orinLinux;
  if (!older) return undefined;
  const reason = `its image needs Jetson Linux ${JETSON_VLLM.orinLinux} on Orin, and JetPack ${jetPack} has ${jetPack?.linuxMajor}`;
  return { program, reason, cure: 'install JetPack 7.2, or serve by ONNX Runtime' };
}

function whyNoTriton(
  machine: EdgeMachine,
  { tritonRelease: release = TritonRelease.DEFAULT, tensors }: EdgeServerOptions,
): Lack | undefined {
  const program = `Triton ${release}`;
  const { gpu, platform } = machine;
  if (gpu === undefined) return { program, reason: `its image has CUDA ${release.cudaVersion}` };
  if (gpu.computeCapability < release.minimumComputeCapability) {
    const needed = `it needs compute capability ${release.minimumComputeCapability.toFixed(1)}, and the GPU has ${gpu.computeCapability.toFixed(1)}`;
    return { program, reason: needed };
  }
  if (platform !== EdgePlatform.JETSON) return undefined;
  const cure = tensors === true ? undefined : 'use vLLM';
  if (release.release >= TRITON_WITHOUT_JETSON || boardOf(gpu)?.generation !== 'orin')
    return { program, reason: 'Triton 26.02 was the last with a build for Jetson, that of Orin', cure };
  if (tensors === true) return undefined;
  return { program, reason: 'its build for Jetson has no vLLM', cure };
}

/**
 * The program that serves models on a machine.
 *
 * @internal
 */
export function edgeServerOf(machine: EdgeMachine, options: EdgeServerOptions): EdgeServer {
  const preferred = options.tensors === true ? PREFERRED.tensors : PREFERRED.language;
  const kind = options.kind ?? preferred.find((each) => whyNot(machine, each, options) === undefined);
  const { architecture, runtimeClass } = machine;
  const passed = preferred
    .slice(0, preferred.indexOf(kind ?? EdgeServerKind.ONNX_RUNTIME))
    .flatMap((each) => whyNot(machine, each, options) ?? [])
    .map(({ program, reason }) => `not ${program}: ${reason}`);
  if (kind === EdgeServerKind.VLLM) {
    const release = options.vllmRelease ?? VllmRelease.DEFAULT;
    return {
      ...{ kind, image: release.image(), architecture, runtimeClass },
      minimumDriver: driverOf(machine, release.minimumDriver),
      reasons: ['vLLM serves language models by the API of OpenAI, and its image is built for both architectures'],
    };
  }
  if (kind === EdgeServerKind.TRITON) return tritonOf(machine, options, passed);
  return {
    ...{ kind: EdgeServerKind.ONNX_RUNTIME, architecture, runtimeClass },
    reasons: [
      ...passed,
      'ONNX Runtime is a library: the image, and the program in it that answers requests, are your own',
    ],
  };
}

function tritonOf(machine: EdgeMachine, options: EdgeServerOptions, passed: readonly string[]): EdgeServer {
  const { tritonRelease: release = TritonRelease.DEFAULT, tensors } = options;
  const { architecture, runtimeClass } = machine;
  const image = release.image(tensors === true ? TritonVariant.STANDARD : TritonVariant.VLLM);
  const onJetson = machine.platform === EdgePlatform.JETSON;
  return {
    ...{ kind: EdgeServerKind.TRITON, image: onJetson ? `${image}-igpu` : image, architecture, runtimeClass },
    minimumDriver: driverOf(machine, release.minimumDriver),
    reasons: [
      ...passed,
      tensors === true ? 'Triton serves tensors' : 'Triton serves language models by its backend of vLLM',
      ...(onJetson ? [TRITON_ON_JETSON] : []),
    ],
  };
}

/** The driver that the host needs: of Jetson, JetPack has it. */
function driverOf({ platform }: EdgeMachine, least: number): number | undefined {
  return platform === EdgePlatform.JETSON ? undefined : least;
}
