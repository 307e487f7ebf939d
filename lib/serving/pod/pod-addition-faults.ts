import { posix } from 'path';
import { IConstruct } from 'constructs';
import { kubernetesNameFault } from '../../core/naming';
import { isSensitiveValue } from '../../core/sensitive-value';
import { hasToken } from '../../core/tokens';
import { imageFaults } from '../../core/container-image';
import { annotationSyntaxFaults, labelSyntaxFaults, ownKeyFaults } from '../../kubernetes/label-syntax';
import { objectNameFaults } from '../../kubernetes/object-name';
import { duplicateFaults, repeatedIndexes } from '../../units/duplicate-faults';
import { Fault, fault } from '../../units/fault';
import { literalSecretFaults } from '../../units/literal-secrets';
import { secretMetadataFaults, secretWordFaults } from '../../units/secrets-in-text';
import { givenValue, positiveFault, wholeNumberFault } from '../../units/number-faults';
import { SecretReference, secretFaults } from '../../core/secret-reference';
import { PodAdditions, PodVolumeMount, Sidecar } from './pod-additions';
import { allOf } from '../../units/unreadable';

const ENVIRONMENT_NAME = /^[-._a-zA-Z][-._a-zA-Z0-9]*$/;
const OWN_LABELS = ['app.kubernetes.io/name', 'app.kubernetes.io/instance', 'app.kubernetes.io/managed-by'];
const OWN_ACCOUNT_ANNOTATIONS = ['eks.amazonaws.com/role-arn'];
const OWN_ANNOTATIONS = ['gpu-inference-constructs/config-checksum', 'eks.amazonaws.com/skip-containers'];

/** Volumes of a pod by their names, and whether containers that run before the server may write to them. */
type InitVolumes = { readonly [name: string]: { readonly writable: boolean } };

/**
 * What a pod has of its own, so that nothing added takes its place.
 *
 * @internal
 */
export interface OwnPod {
  /** What listens in it, for messages. */
  readonly server: string;
  readonly containers: readonly string[];
  readonly volumes: readonly string[];
  /** Those of them that init containers of the user may see. */
  readonly initVolumes: InitVolumes;
  /** Ports that it listens on. */
  readonly ports: readonly number[];
  /** Mounts of the server's container within which there is no place to mount. */
  readonly readOnlyMounts: readonly string[];
  /** Its other mounts. */
  readonly writableMounts: readonly string[];
  /** Variables that the probes read: with another value, servers that work would be restarted, and dead ones would not. */
  readonly probeVariables: readonly string[];
}

/**
 * The faults of what users add to pods.
 *
 * @internal
 */
export function additionFaults(
  additions: PodAdditions & {
    readonly cluster?: IConstruct;
    readonly environment?: { [name: string]: string };
    readonly extraArguments?: string[];
    readonly priorityClassName?: string;
  },
  own: OwnPod,
): Fault[] {
  const { sidecars = [], initContainers = [], volumes = [], environment = {}, secretEnvironment = {} } = additions;
  const names = volumes.map(({ name }) => name);
  const isSensitive = (value: string) => isSensitiveValue(additions.cluster, value);
  return allOf(
    () => ownKeyFaults('podLabels', additions.podLabels, OWN_LABELS),
    () => labelSyntaxFaults('podLabels', additions.podLabels),
    () => secretMetadataFaults('podLabels', additions.podLabels),
    () => ownKeyFaults('podAnnotations', additions.podAnnotations, OWN_ANNOTATIONS),
    () => annotationSyntaxFaults('podAnnotations', additions.podAnnotations),
    () => secretMetadataFaults('podAnnotations', additions.podAnnotations),
    () => annotationSyntaxFaults('serviceAnnotations', additions.serviceAnnotations),
    () => secretMetadataFaults('serviceAnnotations', additions.serviceAnnotations),
    () => ownKeyFaults('serviceAccountAnnotations', additions.serviceAccountAnnotations, OWN_ACCOUNT_ANNOTATIONS),
    () => annotationSyntaxFaults('serviceAccountAnnotations', additions.serviceAccountAnnotations),
    () => secretMetadataFaults('serviceAccountAnnotations', additions.serviceAccountAnnotations),
    () => labelSyntaxFaults('nodeSelector', additions.nodeSelector),
    () => objectNameFaults('priorityClassName', additions.priorityClassName),
    () => environmentFaults('', environment, secretEnvironment, isSensitive),
    () => secretWordFaults('extraArguments', additions.extraArguments, { instead: insteadOfWord(''), isSensitive }),
    () => ofProbesFaults('environment', environment, own),
    () => ofProbesFaults('secretEnvironment', secretEnvironment, own),
    () =>
      volumes.flatMap(({ name, source }, i) =>
        allOf(
          () => kubernetesNameFault(`volumes[${i}].name`, name),
          () => objectNameFaults(`volumes[${i}].source`, source),
          () =>
            own.volumes.includes(name)
              ? [
                  fault(
                    'RESERVED',
                    `volumes[${i}].name`,
                    `volumes[${i}].name must not be '${name}', which the pod has already; rename it`,
                  ),
                ]
              : [],
        ),
      ),
    () => duplicateFaults('volumes', names),
    () => mountFaults('volumeMounts', additions.volumeMounts, { names }),
    () => ownMountFaults(additions.volumeMounts, own),
    () => duplicateFaults('sidecars', [...own.containers, ...sidecars.map(({ name }) => name)]),
    () => sidecars.flatMap((sidecar, i) => sidecarFaults(`sidecars[${i}]`, sidecar, { names }, own, isSensitive)),
    () => samePortFaults(sidecars),
    () =>
      duplicateFaults('initContainers', [
        ...new Set([...own.containers, ...sidecars.map(({ name }) => name)]),
        ...initContainers.map(({ name }) => name),
      ]),
    () =>
      initContainers.flatMap((each, i) =>
        sidecarFaults(`initContainers[${i}]`, each, { names, ofPod: own.initVolumes }, own, isSensitive),
      ),
    () => initContainers.flatMap(portFaults),
    () =>
      additions.runtimeClassName === undefined || hasToken(additions.runtimeClassName)
        ? []
        : kubernetesNameFault('runtimeClassName', additions.runtimeClassName),
  );
}

/** Ports have names of services by IANA: RFC 6335, section 5.1, which is narrower than a label. */
function portNameFaults(property: string, name: string): Fault[] {
  const faults = kubernetesNameFault(property, name, 15);
  if (faults.length > 0 || hasToken(name) || (/[a-z]/.test(name) && !name.includes('--'))) return faults;
  const reason = `${property} must have at least one letter and no two hyphens in a row, as names of ports do; got '${name}'`;
  return [fault('INVALID_NAME', property, reason)];
}

/** The containers of a pod share its ports: the second one that listens on one ends. */
function samePortFaults(sidecars: readonly Sidecar[]): Fault[] {
  const all = sidecars.flatMap(({ ports = {} }, i) =>
    Object.entries(ports).map(([name, port]) => ({ at: `sidecars[${i}].ports['${name}']`, port })),
  );
  return repeatedIndexes(all.map(({ port }) => port)).flatMap((i) => {
    const { at, port } = all[i];
    if (hasToken(port)) return [];
    const reason = `${at} must not be ${port}, on which another port of the sidecars listens in the same pod; use another port`;
    return [fault('DUPLICATE', at, reason)];
  });
}

/** A container that has ended before the server starts listens on nothing. */
function portFaults({ ports = {} }: Sidecar, index: number): Fault[] {
  if (Object.keys(ports).length === 0) return [];
  const at = `initContainers[${index}].ports`;
  const reason = `${at} must be left out, because the container ends before the server starts; make it a sidecar if it listens`;
  return [fault('CONFLICTING_PROPERTIES', at, reason)];
}

/** Whether a text that only Terraform knows is declared to be a secret. */
type IsSensitive = (value: string) => boolean;

/** How a word of a command that is a secret is passed on. */
function insteadOfWord(at: string) {
  return (name: string) =>
    `put it into a Kubernetes secret, name that in ${at}secretEnvironment: { ${name}: { name: 'keys', key: 'value' } }, and write $(${name})`;
}

function sidecarFaults(
  at: string,
  sidecar: Sidecar,
  volumes: Mountable,
  own: OwnPod,
  isSensitive: IsSensitive,
): Fault[] {
  const secrets = { instead: insteadOfWord(`${at}.`), isSensitive };
  return allOf(
    () => kubernetesNameFault(`${at}.name`, sidecar.name),
    () => imageFaults(`${at}.image`, sidecar.image),
    () => positiveFault(`${at}.cpu`, sidecar.cpu),
    () => environmentFaults(`${at}.`, sidecar.environment ?? {}, sidecar.secretEnvironment ?? {}, isSensitive),
    () => secretWordFaults(`${at}.command`, sidecar.command, secrets),
    () => secretWordFaults(`${at}.args`, sidecar.args, secrets),
    () =>
      Object.entries(sidecar.ports ?? {}).flatMap(([name, port]) =>
        allOf(
          () => portNameFaults(`${at}.ports['${name}']`, name),
          () => (hasToken(port) ? [] : wholeNumberFault(`${at}.ports['${name}']`, port, 1, 65535)),
          () =>
            own.ports.includes(port)
              ? [
                  fault(
                    'RESERVED',
                    `${at}.ports['${name}']`,
                    `${at}.ports['${name}'] must not be ${port}, which ${own.server} listens on; use another port`,
                  ),
                ]
              : [],
        ),
      ),
    () => mountFaults(`${at}.volumeMounts`, sidecar.volumeMounts, volumes),
  );
}

function environmentFaults(
  at: string,
  plain: { [name: string]: string },
  secret: { [name: string]: SecretReference },
  isSensitive: IsSensitive,
): Fault[] {
  return allOf(
    () => variableNameFaults(`${at}environment`, plain),
    () =>
      literalSecretFaults(
        `${at}environment`,
        plain,
        (name) =>
          `put it into a Kubernetes secret, and name that: ${at}secretEnvironment: { ${name}: { name: 'keys', key: 'value' } }`,
        isSensitive,
      ),
    () => variableNameFaults(`${at}secretEnvironment`, secret),
    () =>
      Object.entries(secret).flatMap(([name, value]) => {
        const property = `${at}secretEnvironment['${name}']`;
        if (!Object.hasOwn(plain, name)) return secretFaults(property, value);
        const reason = `${property} is in ${at}environment too; keep one of them`;
        return [fault('CONFLICTING_PROPERTIES', property, reason)];
      }),
  );
}

function variableNameFaults(property: string, variables: { [name: string]: unknown }): Fault[] {
  return Object.keys(variables)
    .filter((name) => !hasToken(name) && !ENVIRONMENT_NAME.test(name))
    .map((name) => {
      const reason = `names of ${property} must be names of environment variables, e.g. 'HF_TOKEN'; got '${name}'`;
      return fault('INVALID_NAME', `${property}['${name}']`, reason);
    });
}

/** Which GPUs a container has is what its device plugin says by these. */
const DEVICE_VARIABLES = ['CUDA_VISIBLE_DEVICES', 'NVIDIA_VISIBLE_DEVICES'];

/**
 * Variables of a server with GPUs that would take them from it. One without may hide those of the node (`NVIDIA_VISIBLE_DEVICES=void`).
 *
 * @internal
 */
export function deviceFaults(given: GivenVariables): Fault[] {
  return variablesFaults(given, (name) =>
    DEVICE_VARIABLES.includes(name)
      ? `must not contain '${name}', by which the server finds the GPUs that its pod was given; remove it`
      : undefined,
  );
}

/**
 * Variables that a server does not get, by the reason for each.
 *
 * @internal
 */
export function refusedVariableFaults(given: GivenVariables, reasons: { readonly [name: string]: string }): Fault[] {
  return variablesFaults(given, (name) =>
    Object.hasOwn(reasons, name) ? `must not contain ${name}, which ${reasons[name]}; remove it` : undefined,
  );
}

interface GivenVariables {
  readonly environment?: { [name: string]: unknown };
  readonly secretEnvironment?: { [name: string]: unknown };
}

function variablesFaults(given: GivenVariables, reasonOf: (name: string) => string | undefined): Fault[] {
  const of = (property: keyof GivenVariables) =>
    Object.keys(given[property] ?? {}).flatMap((name) => {
      const reason = reasonOf(name);
      return reason === undefined ? [] : [fault('RESERVED', `${property}['${name}']`, `${property} ${reason}`)];
    });
  return allOf(
    () => of('environment'),
    () => of('secretEnvironment'),
  );
}

function ofProbesFaults(property: string, given: { [name: string]: unknown }, own: OwnPod): Fault[] {
  return Object.keys(given)
    .filter((name) => own.probeVariables.includes(name))
    .map((name) => {
      const reason = `${property} must not contain '${name}', by which the probes find out whether the server works; remove it`;
      return fault('RESERVED', `${property}['${name}']`, reason);
    });
}

/** The API server refuses two mounts at one path; within a read-only one there is no place to mount, and one above hides it. */
function ownMountFaults(mounts: readonly PodVolumeMount[] = [], { readOnlyMounts, writableMounts }: OwnPod): Fault[] {
  return mounts.flatMap(({ path }, i) => {
    if (hasToken(path) || typeof path !== 'string') return [];
    const at = `volumeMounts[${i}].path`;
    const given = posix.normalize(`${path}/`);
    const within = (inner: string, outer: string) => inner.startsWith(outer);
    const own = [...readOnlyMounts, ...writableMounts].find(
      (mount) => within(`${mount}/`, given) || (readOnlyMounts.includes(mount) && within(given, `${mount}/`)),
    );
    if (own === undefined) return [];
    const reason = `${at} must not be '${path}', because the pod has a mount of its own at ${own}; give another path`;
    return [fault('RESERVED', at, reason)];
  });
}

/** Volumes that a container may see. */
interface Mountable {
  /** Those of the user. */
  readonly names: readonly string[];
  /** Those that the pod has itself, and whether they may be written to. @default - none */
  readonly ofPod?: InitVolumes;
}

function mountFaults(at: string, mounts: readonly PodVolumeMount[] = [], { names, ofPod = {} }: Mountable): Fault[] {
  const volumes = [...names, ...Object.keys(ofPod)];
  const paths = mounts.map(({ path }) =>
    typeof path === 'string' && !hasToken(path) ? posix.normalize(`${path}/`) : '',
  );
  const twice = repeatedIndexes(paths).filter((i) => paths[i] !== '');
  const faults = twice.map((i) => {
    const reason = `${at} has two mounts at '${mounts[i].path}'; give one of them another path`;
    return fault('DUPLICATE', `${at}[${i}].path`, reason);
  });
  const ofEach = mounts.flatMap(({ volume, path, readOnly }, i) => {
    const quoted = (each: readonly string[]) => each.map((name) => `'${name}'`).join(', ') || 'none';
    const others = Object.keys(ofPod).length > 0 ? `, or of those of the pod, ${quoted(Object.keys(ofPod))}` : '';
    const reason = `${at}[${i}].volume must be one of volumes (${quoted(names)})${others}; got '${volume}'`;
    return allOf(
      () => readOnlyFaults(`${at}[${i}].readOnly`, volume, readOnly, ofPod),
      () => (volumes.includes(volume) ? [] : [fault('UNKNOWN_VALUE', `${at}[${i}].volume`, reason)]),
      () =>
        hasToken(path) || (typeof path === 'string' && /^\/[^:]+$/.test(path))
          ? []
          : [
              fault(
                'INVALID_FORMAT',
                `${at}[${i}].path`,
                `${at}[${i}].path must be an absolute path; got ${givenValue(path)}`,
              ),
            ],
    );
  });
  return [...faults, ...ofEach];
}

/** The weights were checked before, and no container changes them afterwards. */
function readOnlyFaults(at: string, volume: string, readOnly: boolean | undefined, ofPod: InitVolumes): Fault[] {
  if (!Object.hasOwn(ofPod, volume) || ofPod[volume].writable || readOnly !== false) return [];
  const reason = `${at} must be left out: '${volume}' has the weights, which were checked and are served as they are; write to 'cache'`;
  return [fault('RESERVED', at, reason)];
}
