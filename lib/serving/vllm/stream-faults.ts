import { VllmRelease } from '../../catalog/vllm-release';
import { SpeculativeMethod } from '../../catalog/speculative-decoding';
import { concreteFault } from '../../core/tokens';
import { Fault, fault } from '../../units/fault';
import { positiveFault, wholeNumberFault } from '../../units/number-faults';
import { allOf } from '../../units/unreadable';
import { refusedVariableFaults } from '../pod/pod-addition-faults';
import { flagOf } from './serve-arguments';
import { tokenTable } from './streamed-weights';
import { VllmDeploymentProps } from './vllm-deployment-props';
import { VllmServer } from './vllm-server';
import { VllmVersion } from './vllm-version';

/**
 * The first release that leaves the address of a store alone where `HF_HUB_OFFLINE` is set, as it is in every pod: seen in the wheels of 0.22.0 and
 * 0.23.0 (`EngineArgs.__post_init__` of vllm/engine/arg_utils.py). All releases of the table have the three settings of the loader, and since before
 * the first of them docker/Dockerfile installs `runai-model-streamer[s3]` for both architectures.
 */
const SINCE = [0, 23] as const;

/** Arguments of the engine, and flags, by which another loader would read other files. */
const OF_LOADER = ['load_format', 'model_loader_extra_config', 'tokenizer', 'model_weights', 'ignore_patterns'];

const TOLD = 'tells the loader where and how to read; use weightLoading and modelStore';

/** Variables by which a stream would read from elsewhere, or into memory that the pod does not request. */
const VARIABLES: { readonly [name: string]: string } = Object.fromEntries(
  [
    ...['AWS_ENDPOINT_URL', 'AWS_ENDPOINT_URL_S3', 'AWS_SHARED_CREDENTIALS_FILE', 'AWS_EC2_METADATA_DISABLED'],
    ...['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AWS_PROFILE', 'AWS_DEFAULT_REGION'],
    ...[
      'RUNAI_STREAMER_CONCURRENCY',
      'RUNAI_STREAMER_MEMORY_LIMIT',
      'RUNAI_STREAMER_DIST',
      'RUNAI_STREAMER_S3_ENDPOINT',
    ],
    ...['RUNAI_STREAMER_S3_USE_VIRTUAL_ADDRESSING', 'RUNAI_STREAMER_S3_UNSIGNED', 'RUNAI_STREAMER_NO_BOTO3_SESSION'],
  ].map((name) => [name, TOLD]),
);

/**
 * The faults of streamed weights whatever the models.
 *
 * @internal
 */
export function streamFaults(props: VllmDeploymentProps, release: VllmRelease): Fault[] {
  const { weightLoading, modelCache, modelStore, extraArguments = [] } = props;
  const streamed = weightLoading?._streamed;
  if (streamed === undefined) return [];
  return allOf(
    () => wholeNumberFault('weightLoading.concurrency', streamed.concurrency, 1, 256),
    () => positiveFault('weightLoading.memoryLimit', streamed.memoryLimit?.bytes),
    () => releaseFaults(release),
    () => {
      if (modelCache === undefined) return [];
      const reason =
        'modelCache keeps files on the disk, of which streamed weights have none; leave it or weightLoading out';
      return [fault('CONFLICTING_PROPERTIES', 'modelCache', reason)];
    },
    () => {
      if (modelStore.endpoint === undefined || modelStore.credentials) return [];
      const reason =
        'weightLoading streams from a store with an endpoint of its own only by credentials: the variable that tells the streamer the endpoint tells ' +
        'the services that give roles too; give the store credentials, or leave weightLoading out';
      return [fault('STREAMING_UNSUPPORTED', 'weightLoading', reason)];
    },
    () => {
      if (!modelStore.credentials?.rolesAnywhere) return [];
      const reason =
        'weightLoading streams by the server itself, whose image has no aws_signing_helper to change the certificate of modelStore.credentials for credentials; ' +
        'leave weightLoading out, and keep the weights at the site by modelCache';
      return [fault('STREAMING_UNSUPPORTED', 'weightLoading', reason)];
    },
    () => refusedVariableFaults(props, VARIABLES),
    () =>
      extraArguments.flatMap((argument, i) => {
        const flag = typeof argument === 'string' ? flagOf(argument)?.replace(/-/g, '_') : undefined;
        if (flag === undefined || !OF_LOADER.includes(flag)) return [];
        const property = `extraArguments[${i}]`;
        return [
          fault('RESERVED', property, `extraArguments must not contain --${flag.replace(/_/g, '-')}, which ${TOLD}`),
        ];
      }),
  );
}

/** @internal */
export function streamTokenFaults({ weightLoading }: VllmDeploymentProps): Fault[] {
  const { concurrency, memoryLimit } = weightLoading?._streamed ?? {};
  return allOf(
    () => concreteFault('weightLoading.concurrency', concurrency, 'arguments of the server are made of it'),
    () => concreteFault('weightLoading.memoryLimit', memoryLimit?.bytes, 'the pods are sized and placed from it'),
  );
}

function releaseFaults(release: VllmRelease): Fault[] {
  if (new VllmVersion(release.vllmVersion).isAtLeast(...SINCE)) return [];
  const reason =
    `weightLoading streams weights by vLLM ${SINCE.join('.')}.0 or later, but vllmRelease is ${release}, which takes the address of a store for a name ` +
    'on a hub where it must not reach one; use a later release, or leave weightLoading out';
  return [fault('STREAMING_UNSUPPORTED', 'weightLoading', reason)];
}

/**
 * What a model has that cannot be streamed.
 *
 * @internal
 */
export function streamedModelFaults(server: VllmServer): Fault[] {
  const { stream, plan, served, nodes, resolved } = server;
  if (stream === undefined) return [];
  const refuse = (property: string, what: string, is: boolean) =>
    is
      ? [
          fault(
            'STREAMING_UNSUPPORTED',
            property,
            `${property} cannot be with streamed weights: ${what}; leave it or weightLoading out`,
          ),
        ]
      : [];
  const { engineArguments = {}, loraAdapters = [], quantization } = served;
  const method = plan.speculativeDecoding?.method;
  return allOf(
    () => refuse('parallelism', 'servers of several nodes copy theirs', nodes.nodes > 1),
    () =>
      refuse(
        'parallelism',
        'ranks of attention with their own data were not tried',
        resolved.parallelism.attentionRanks > 1,
      ),
    () => refuse('loraAdapters', 'vLLM loads adapters from a folder of the pod', loraAdapters.length > 0),
    () =>
      refuse(
        'speculativeDecoding',
        `vLLM looks for the files of ${method} in a folder of the pod`,
        method !== undefined && method !== SpeculativeMethod.N_GRAM,
      ),
    () => refuse('quantization', `${quantization} has a loader of its own`, OWN_LOADER.includes(quantization ?? '')),
    () =>
      [...OF_LOADER, 'speculative_config']
        .filter((name) => engineArguments[name] !== undefined)
        .flatMap((name) => refuse(`engineArguments.${name}`, 'it says what is loaded, and from where', true)),
  );
}

/**
 * A buffer that the streamer refuses to start with.
 *
 * @internal
 */
export function bufferFaults({ plan, streamed }: VllmServer): Fault[] {
  const least = tokenTable(plan);
  const { memoryLimit } = streamed ?? {};
  if (memoryLimit === undefined || memoryLimit.bytes <= 0 || memoryLimit.bytes >= least.bytes) return [];
  const reason =
    `weightLoading.memoryLimit must be at least ${Math.ceil(least.mib)} MiB, what the table of tokens takes, since the streamer reads whole tensors; got ` +
    `${Math.ceil(memoryLimit.mib)} MiB; raise it, or leave it out`;
  return [fault('STREAM_BUFFER_TOO_SMALL', 'weightLoading.memoryLimit', reason)];
}

const OWN_LOADER = ['bitsandbytes', 'gguf'];

/**
 * That nothing checks what comes.
 *
 * @internal
 */
export function streamWarnings({ weightLoading }: VllmDeploymentProps): Fault[] {
  if (weightLoading?._streamed === undefined) return [];
  const reason =
    'streamed weights are not checked by the SHA256SUMS beside them: what is in the store is loaded, whoever wrote it; ' +
    'let nobody but imports write there and accept this by Warnings.accept, or leave weightLoading out';
  return [fault('WEIGHTS_NOT_VERIFIED', 'weightLoading', reason)];
}
