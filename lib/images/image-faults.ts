import { minimumDriverOf } from '../catalog/cuda-driver';
import { lackOfCode } from '../catalog/cuda-generations';
import { GpuVendor } from '../catalog/gpu-vendor';
import { TritonVariant } from '../catalog/serving-engine';
import { VllmNameKind, VllmNameState, vllmName } from '../catalog/vllm-names';
import { Fault, fault } from '../units/fault';
import { literalSecretFaults } from '../units/literal-secrets';
import { givenValue, wholeNumberFault } from '../units/number-faults';
import { allOf } from '../units/unreadable';
import { packageName, packageVersion, packagesFaults } from './package-text';
import { ServingImageOptions } from './serving-image-options';
import { VllmPlugin } from './vllm-plugin';

/** A repository with its registry, as Docker writes them: docs/spec of distribution/reference. */
const REPOSITORY =
  /^(?:localhost|[a-zA-Z0-9-]+(?:\.[a-zA-Z0-9-]+)+|[a-zA-Z0-9-]+(?=:\d))(?::\d+)?\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;
/** Keys of labels: https://docs.docker.com/engine/manage-resources/labels/. */
const LABEL_KEY = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/;
/** What a Dockerfile's double quotes hold without another meaning: neither variables nor the end of the line. */
const LABEL_VALUE = /^[^"\\$\r\n]*$/;

/**
 * The faults of what images of all kinds have.
 *
 * @param options what the user says
 * @param cuda version of CUDA in the image @default - it has none
 *
 * @internal
 */
export function imageOptionFaults(options: ServingImageOptions, cuda?: string): Fault[] {
  const { repository, tag, digest, baseDigest, packages, labels = {}, user } = options;
  return allOf(
    () =>
      formFaults(
        'repository',
        repository,
        REPOSITORY,
        "a repository with its registry and without a tag, e.g. 'registry.example.com/team/vllm'",
      ),
    () => formFaults('tag', tag, TAG, "a tag of up to 128 letters, digits and . _ -, e.g. '1.2.0'"),
    () => formFaults('digest', digest, DIGEST, "'sha256:' and 64 hexadecimal digits, as the registry printed them"),
    () =>
      formFaults('baseDigest', baseDigest, DIGEST, "'sha256:' and 64 hexadecimal digits, as the registry printed them"),
    () => packagesFaults('packages', packages),
    () => labelFaults(labels),
    () =>
      literalSecretFaults('labels', labels, () => 'leave it out: everybody who may pull the image reads its labels'),
    () => userFaults(user),
    () => gpuFaults(options, cuda),
    () => driverFaults(options.driverMajor, cuda),
  );
}

function formFaults(property: string, value: string | undefined, form: RegExp, what: string): Fault[] {
  if (value === undefined || (typeof value === 'string' && form.test(value))) return [];
  return [fault('INVALID_FORMAT', property, `${property} must be ${what}; got ${givenValue(value)}`)];
}

function labelFaults(labels: { readonly [key: string]: string }): Fault[] {
  return Object.entries(labels).flatMap(([key, value]) => {
    const at = `labels['${key}']`;
    if (!LABEL_KEY.test(key)) {
      const reason = `keys of labels must be lower-case letters, digits, dots and hyphens, e.g. 'org.opencontainers.image.source'; got ${givenValue(key)}`;
      return [fault('INVALID_FORMAT', at, reason)];
    }
    if (typeof value === 'string' && LABEL_VALUE.test(value)) return [];
    const reason = `${at} must be one line without double quotes, backslashes and $; got ${givenValue(value)}`;
    return [fault('INVALID_FORMAT', at, reason)];
  });
}

/**
 * Packages in a version that contradicts what the image holds of them.
 *
 * @param packages what is installed besides
 * @param held versions that the image holds, by the name of the package; one with fewer parts is compared by those
 * @param title what holds them
 *
 * @internal
 */
export function heldPackageFaults(
  packages: readonly string[] = [],
  held: { readonly [name: string]: string | undefined },
  title: string,
): Fault[] {
  return packages.flatMap((each, i) => {
    const [name, version] = typeof each === 'string' ? [packageName(each), packageVersion(each)] : [];
    const own = name !== undefined && Object.hasOwn(held, name) ? held[name] : undefined;
    if (own === undefined || version === undefined || version === own || version.startsWith(`${own}.`)) return [];
    const reason = `packages[${i}] '${each}' contradicts ${title}, which has ${name} ${own}; leave it out, or use an image with that version`;
    return [fault('PACKAGE_CONTRADICTS_IMAGE', `packages[${i}]`, reason)];
  });
}

function userFaults(user: number | undefined): Fault[] {
  if (user !== 0) return wholeNumberFault('user', user, 1, 65534);
  const reason =
    "user must not be 0, root's: pods of Pod Security level 'restricted' do not start as root; leave it out, or give another number";
  return [fault('IMAGE_RUNS_AS_ROOT', 'user', reason)];
}

function gpuFaults({ gpus = [] }: ServingImageOptions, cuda: string | undefined): Fault[] {
  return gpus.flatMap((gpu, i) => {
    const at = `gpus[${i}]`;
    if (cuda === undefined || gpu.vendor !== GpuVendor.NVIDIA) {
      const reason = `the image has ${cuda === undefined ? 'no CUDA' : `CUDA ${cuda}`}, which ${gpu.name} cannot be used by; leave it out, or use another kind of image`;
      return [fault('IMAGE_LACKS_GPU_CODE', at, reason)];
    }
    const lack = lackOfCode(cuda, gpu.computeCapability);
    if (lack === undefined) return [];
    const reason = `CUDA ${cuda} does not run on ${gpu.name} (compute capability ${gpu.computeCapability.toFixed(1)}): ${lack}`;
    return [fault('IMAGE_LACKS_GPU_CODE', at, reason)];
  });
}

function driverFaults(driver: number | undefined, cuda: string | undefined): Fault[] {
  const faults = wholeNumberFault('driverMajor', driver, 1, 9999);
  if (faults.length > 0 || driver === undefined || cuda === undefined) return faults;
  const least = minimumDriverOf(cuda);
  if (least === undefined || driver >= least) return [];
  const reason = `CUDA ${cuda} needs driver ${least} or later, but the image must run on ${driver}; use an older CUDA, or nodes with a newer driver`;
  return [fault('IMAGE_DRIVER_TOO_OLD', 'driverMajor', reason)];
}

/**
 * Plugins of a vLLM: none twice, and none for what it has itself. Started with `vllm-bnb-plugin`, vLLM 0.24, which has bitsandbytes, ends with
 * "Tried to register an operator ... multiple times".
 *
 * @internal
 */
export function pluginFaults(plugins: readonly VllmPlugin[], vllm: string): Fault[] {
  const names = plugins.map(({ packageName }) => packageName);
  return plugins.flatMap((plugin, i) => {
    if (names.indexOf(plugin.packageName) !== i) {
      const reason = `plugins has '${plugin}' and another '${plugin.packageName}'; keep one of them`;
      return [fault('DUPLICATE', `plugins[${i}]`, reason)];
    }
    const own = plugin.quantizationMethods.find(
      (method) => vllmName(VllmNameKind.QUANTIZATION, method, vllm).state === VllmNameState.PRESENT,
    );
    if (own === undefined) return [];
    const reason = `vLLM ${vllm} has '${own}' itself, and does not start where '${plugin}' registers it again; leave the plugin out, or use a later release`;
    return [fault('PLUGIN_ALREADY_IN_VLLM', `plugins[${i}]`, reason)];
  });
}

/** @internal */
export function variantFaults(plugins: readonly VllmPlugin[], variant: TritonVariant): Fault[] {
  if (plugins.length === 0 || variant === TritonVariant.VLLM) return [];
  const reason = `plugins are of vLLM, which the variant '${variant}' does not have; use TritonVariant.VLLM, or leave them out`;
  return [fault('CONFLICTING_PROPERTIES', 'plugins', reason)];
}
