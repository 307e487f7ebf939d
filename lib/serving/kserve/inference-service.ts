import { ITerraformDependable, TerraformResource } from 'cdktf';
import { Construct } from 'constructs';
import { ClusterLedger, ClusterSingleton } from '../../core/cluster-ledger';
import { CustomResources } from '../../kubernetes/custom-resources';
import { declarePods } from '../../kubernetes/declared-pods';
import { MANAGED_BY } from '../../kubernetes/managed-by';
import { podAttributes, podObject } from '../../kubernetes/pod-object';
import { plainPodTemplate } from '../../kubernetes/pod-template';
import { ApiObject } from '../../kubernetes/rendering/attribute-rules';
import { hintScheduling } from '../../kubernetes/scheduling-hints';
import { makeAroundWithoutService, podOf } from '../pod/make-server';
import { placementLimits } from '../pod/placement-rules';
import { Server, ServerParts } from '../pod/server';
import { PARTS, PYTHON_PATH } from './kserve-pod';

/**
 * What an InferenceService says beside its pods.
 *
 * @internal
 */
export interface ServedByKServe {
  /** Format of the model, by KServe's name, and the kind of server that KServe knows of. */
  readonly modelFormat: string;
  readonly formatVersion: string;
  readonly serverType: string;
  /** Tag of the release of the server. */
  readonly runtimeVersion: string;
  /** Where the weights are. */
  readonly storageUri: string;
}

/** A container of the Kubernetes API. */
interface ApiContainer extends ApiObject {
  readonly name: string;
  readonly env?: ApiObject[];
  readonly command?: string[];
  readonly image: string;
  readonly volumeMounts?: ApiObject[];
}

/**
 * Makes the objects of servers that KServe runs: what a server of ours has besides its Deployment and its Service, which KServe makes of an
 * InferenceService.
 *
 * Three custom resources belong together: the InferenceService with its pods; its own ServingRuntime, so that no argument and no image of another one
 * comes in; its own ClusterStorageContainer, by which KServe fetches the weights as our servers do, with checksums, a role for this folder alone, and
 * memory of its own.
 *
 * @see https://github.com/kserve/kserve (pkg/apis/serving and pkg/webhook/admission/pod/storage_initializer_injector.go of v0.20.0)
 *
 * @internal
 */
export function makeInferenceService(owner: Construct, server: Server, served: ServedByKServe): CustomResources {
  let made!: CustomResources;
  makeAroundWithoutService(owner, server, (scope, _, parts): TerraformResource => {
    made = makeResources(scope, server, served, parts);
    return made._release;
  });
  return made;
}

function makeResources(owner: Construct, server: Server, served: ServedByKServe, parts: ServerParts): CustomResources {
  const { given, name, namespace, labels, replicas, sizing } = server;
  const { cluster, maxReplicas } = given;
  const installed = ClusterLedger.of(cluster).singleton<ITerraformDependable[]>(ClusterSingleton.KSERVE);
  const template = plainPodTemplate(podOf(server, parts, server.container));
  const pod = podObject(template);
  const made = new CustomResources(owner, 'InferenceService', {
    cluster,
    releaseName: `${name}-kserve`,
    namespace,
    resources: [
      storageContainer(server, served, pod),
      servingRuntime(server, served, pod),
      inferenceService(server, served, pod),
    ],
    dependsOn: [...parts.waitFor, ...(installed?.value ?? [])],
  });
  declarePods(made._release, {
    namespace,
    name,
    template: podAttributes(template),
    pods: maxReplicas ?? replicas,
    makes: { by: 'KServe', objects: { deployment: `${name}-predictor`, service: `${name}-predictor` } },
  });
  const { rule: placementRule, ...limits } = placementLimits(given, labels, sizing.podsPerNode);
  hintScheduling(made._release, { tensorParallelism: server.tensorParallelism, ...limits, placementRule });
  return made;
}

/** The container that fetches the weights, for this service alone. */
function storageContainer({ name, namespace, labels }: Server, { storageUri }: ServedByKServe, pod: ApiObject) {
  const [copying] = containersOf(pod, 'initContainers');
  return {
    apiVersion: 'serving.kserve.io/v1alpha1',
    kind: 'ClusterStorageContainer',
    metadata: { name: storageContainerName(namespace, name), labels: { ...labels, ...MANAGED_BY } },
    spec: {
      container: withModels(copying),
      // KServe gives it to a service that names it, and to one of the same URI that names none.
      supportedUriFormats: [{ regex: `^${escaped(storageUri)}$` }],
      workloadType: 'initContainer',
      supportsMultiModelDownload: false,
    },
  };
}

function storageContainerName(namespace: string, name: string): string {
  // Neither has a dot, so that no two services have one container.
  return `${namespace}.${name}`;
}

/** A text as a regular expression that it alone matches; what only Terraform knows of it, the name of a bucket, has nothing but dots to escape, which match themselves too. */
function escaped(uri: string): string {
  return uri
    .split(/(\$\{TfToken\[[^}]*\]\})/)
    .map((part) => (part.startsWith('${') ? part : part.replace(/[.+]/g, '[$&]')))
    .join('');
}

function servingRuntime({ name, labels }: Server, served: ServedByKServe, pod: ApiObject) {
  const [{ image }] = containersOf(pod, 'containers');
  const { modelFormat, formatVersion, serverType } = served;
  return {
    apiVersion: 'serving.kserve.io/v1alpha1',
    kind: 'ServingRuntime',
    metadata: {
      name,
      labels: { ...labels, ...MANAGED_BY },
      annotations: { 'serving.kserve.io/server-type': serverType },
    },
    spec: {
      // Only the service that names it has it.
      supportedModelFormats: [{ name: modelFormat, version: formatVersion, autoSelect: false }],
      protocolVersions: [PROTOCOL],
      // All that is not the same for every server of this kind is in the service.
      containers: [{ name: PARTS.server, image }],
    },
  };
}

/** Version 2 of the protocol, also called Open Inference Protocol. */
const PROTOCOL = 'v2';

function inferenceService(server: Server, served: ServedByKServe, pod: ApiObject) {
  const { given, name, namespace, labels, replicas, rollout } = server;
  const { maxReplicas } = given;
  const { metadata, spec } = pod as { metadata: ApiObject; spec: ApiObject };
  const [main, ...sidecars] = containersOf(pod, 'containers');
  const { name: _, ...container } = withPath(withModels(main));
  const { containers: _containers, initContainers: _copying, volumes, ...others } = spec;
  return {
    apiVersion: 'serving.kserve.io/v1beta1',
    kind: 'InferenceService',
    metadata: {
      name,
      labels: { ...labels, ...MANAGED_BY },
      annotations: {
        // KServe's own default makes a service of Knative, or what the cluster says.
        'serving.kserve.io/deploymentMode': 'Standard',
        // By default an autoscaler by CPU sets the number, and without `none` KServe starts one server whatever `minReplicas` says.
        'serving.kserve.io/autoscalerClass': maxReplicas === undefined ? 'none' : 'external',
        // A cache of models would put the weights elsewhere, unchecked.
        'serving.kserve.io/disable-localmodel': 'true',
      },
    },
    spec: {
      predictor: {
        labels: metadata.labels,
        annotations: metadata.annotations,
        minReplicas: maxReplicas === undefined ? replicas : 1,
        maxReplicas: maxReplicas ?? replicas,
        // By default a rollout starts a server before it stops one, which waits forever where no GPU is free.
        deploymentStrategy: rollout.objectStrategy,
        storageContainerName: storageContainerName(namespace, name),
        ...others,
        volumes: (volumes as ApiObject[]).map(withName),
        ...(sidecars.length > 0 ? { containers: sidecars.map(withModels) } : {}),
        model: {
          modelFormat: { name: served.modelFormat, version: served.formatVersion },
          runtime: name,
          runtimeVersion: served.runtimeVersion,
          protocolVersion: PROTOCOL,
          storageUri: served.storageUri,
          ...container,
        },
      },
    },
  };
}

function containersOf({ spec }: ApiObject, field: string): ApiContainer[] {
  return (spec as ApiObject)[field] as ApiContainer[];
}

/**
 * A container whose server gets the path of its own modules by its command: KServe refuses services and runtimes with the variable, since it may run other
 * code. Here it finds the guard, which asks requests for their key.
 *
 * @see https://github.com/kserve/kserve (pkg/validation/env_policy.go of v0.20.0)
 */
function withPath(container: ApiContainer): ApiContainer {
  const { env = [], command = [] } = container;
  const path = env.find(({ name }) => name === PYTHON_PATH);
  if (path === undefined) return container;
  return {
    ...container,
    command: ['/usr/bin/env', `${PYTHON_PATH}=${path.value as string}`, ...command],
    env: env.filter((variable) => variable !== path),
  };
}

/** With the volume of the models by the name that KServe fills it under. */
function withModels(container: ApiContainer): ApiContainer {
  return { ...container, volumeMounts: container.volumeMounts?.map(withName) };
}

function withName(named: ApiObject): ApiObject {
  return named.name === 'models' ? { ...named, name: PARTS.models } : named;
}
