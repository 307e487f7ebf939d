import { ServerImage } from '../catalog/server-image';
import { CapacityPlan } from '../planning/capacity-plan';
import { planVersionFaults } from '../planning/version-fit';
import {
  deprecationFaults,
  nameFaults,
  nameWarnings,
  namedArgument,
  namedCacheFormat,
  namedMethod,
} from '../planning/vllm-name-faults';
import { UnscopedValidationError } from '../units/errors';
import { Fault, fault } from '../units/fault';
import { parseJson } from '../units/json-text';

/** A model of a file: a locked plan, or the arguments of an engine (`model.json` of Triton's vLLM backend). */
interface Deployed {
  readonly name: string;
  readonly plan?: CapacityPlan;
  readonly engine?: { readonly [argument: string]: unknown };
}

/**
 * What becomes of a model when its server changes.
 *
 * @internal
 */
export interface ModelVerdict {
  /** The file, and the name of the model in it. */
  readonly name: string;
  /** Why the new server would not load it, with the cure. */
  readonly faults: readonly string[];
  /** Whether the old server does not load it either, for the same reasons. */
  readonly wasRefused: boolean;
  /** What is not known of it. */
  readonly unknown: readonly string[];
}

/**
 * The models of files.
 *
 * @param paths files with locked plans, with several of them by name or in a list, or with the arguments of an engine
 * @param readFile the text of a file
 * @param option the option that names the files
 * @throws UnscopedValidationError when a file cannot be read, or with what is wrong with it
 *
 * @internal
 */
export function deployedModels(
  paths: readonly string[],
  readFile: (path: string) => string,
  option: string,
): Deployed[] {
  return paths.flatMap((path) => modelsIn(path, parseJson(textOf(path, readFile, option), `${option} ${path}`)));
}

function textOf(path: string, readFile: (path: string) => string, option: string): string {
  try {
    return readFile(path);
  } catch (error) {
    const reason = `${option} ${path} cannot be read: ${(error as Error).message}`;
    throw new UnscopedValidationError([fault('FILE_UNREADABLE', option, reason)]);
  }
}

function modelsIn(path: string, json: unknown): Deployed[] {
  if (Array.isArray(json)) return json.flatMap((each, index) => modelsIn(`${path}[${index}]`, each));
  if (typeof json === 'object' && json !== null) {
    const data = json as { readonly [key: string]: unknown };
    if (Object.hasOwn(data, 'format')) return [planOf(path, data)];
    // The arguments of an engine name their model by a folder or an id; plans by name are objects.
    if (typeof data.model === 'string') return [{ name: path, engine: data }];
    const named = Object.entries(data).filter(([, each]) => typeof each === 'object' && each !== null);
    if (named.length > 0) return named.flatMap(([name, each]) => modelsIn(`${path} ${name}`, each));
  }
  const reason = `${path} is neither a plan (gpu-inference plan --json, topology.plans) nor the model.json of an engine`;
  throw new UnscopedValidationError([fault('NOT_A_PLAN', '--plan', reason)]);
}

function planOf(path: string, data: object): Deployed {
  const plan = CapacityPlan.fromJson(data);
  return { name: `${path}: ${plan.model.name} in ${plan.precision.name} on ${plan.instanceType.name}`, plan };
}

/**
 * What becomes of a model.
 *
 * @internal
 */
export function verdictOf(model: Deployed, from: ServerImage, to: ServerImage): ModelVerdict {
  const before = new Set(faultsIn(model, from).map(keyOf));
  const faults = faultsIn(model, to);
  return {
    name: model.name,
    faults: faults.map(({ reason }) => reason),
    wasRefused: faults.length > 0 && faults.every((each) => before.has(keyOf(each))),
    unknown: unknownIn(model, to),
  };
}

function keyOf({ id, property }: Fault): string {
  return `${id} ${property}`;
}

function faultsIn({ plan, engine }: Deployed, image: ServerImage): Fault[] {
  return [
    ...(plan ? hardwareFaults(plan, image) : []),
    ...(image.vllm === undefined ? [] : versionFaults({ plan, engine }, vllmOf(image))),
  ];
}

function vllmOf({ vllm, images }: ServerImage) {
  return { images, toString: () => `${vllm}` };
}

type Vllm = ReturnType<typeof vllmOf>;

function versionFaults({ plan, engine }: Pick<Deployed, 'plan' | 'engine'>, vllm: Vllm): Fault[] {
  if (plan) return planVersionFaults(plan, vllm);
  const { quantization, allow_deprecated_quantization: allowed } = engine ?? {};
  const method = typeof quantization === 'string' ? quantization : undefined;
  const names = namesOf(engine ?? {}).flatMap((named) => nameFaults(named, vllm));
  return [...names, ...deprecationFaults(method, allowed, vllm)];
}

function namesOf(engine: { readonly [argument: string]: unknown }) {
  const { quantization, kv_cache_dtype: cache } = engine;
  return [
    ...Object.keys(engine).map((argument) => namedArgument(argument)),
    ...(typeof quantization === 'string' ? [namedMethod(quantization)] : []),
    ...(typeof cache === 'string' ? [namedCacheFormat(cache)] : []),
  ];
}

function hardwareFaults({ instanceType: { gpu } }: CapacityPlan, image: ServerImage): Fault[] {
  const { minimumComputeCapability: least, minimumDriver, text } = image;
  const faults: Fault[] = [];
  if (least !== undefined && gpu.computeCapability < least) {
    const reason = `${text} supports compute capability ${least.toFixed(1)} and later, but ${gpu.name} has ${gpu.computeCapability.toFixed(1)}; use a newer GPU`;
    faults.push(fault('GPU_TOO_OLD_FOR_RELEASE', 'instanceType', reason));
  }
  if (minimumDriver !== undefined && gpu.lastDriverMajor !== undefined && gpu.lastDriverMajor < minimumDriver) {
    const reason = `${text} needs driver ${minimumDriver}, but ${gpu.lastDriverMajor} is the last that supports ${gpu.name}; use a newer GPU`;
    faults.push(fault('DRIVER_TOO_OLD_FOR_RELEASE', 'instanceType', reason));
  }
  return faults;
}

function unknownIn({ engine }: Deployed, to: ServerImage): string[] {
  if (to.vllm === undefined) return [`the vLLM of ${to.text} is not known here`];
  const warnings = namesOf(engine ?? {}).flatMap((named) => nameWarnings('', named, vllmOf(to)));
  return warnings.map(({ reason }) => reason.replace(/^model '': /, ''));
}
