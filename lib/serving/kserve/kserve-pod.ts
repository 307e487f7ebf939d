import { ServerKind } from '../pod/server-pod';
import { TRITON } from '../triton/triton-pod';
import { VLLM } from '../vllm/vllm-pod';

/**
 * Names that KServe gives the parts of a pod.
 *
 * @see https://github.com/kserve/kserve (pkg/constants/constants.go of v0.20.0)
 *
 * @internal
 */
export const PARTS = {
  server: 'kserve-container',
  storage: 'storage-initializer',
  transformer: 'transformer-container',
  agent: 'agent',
  models: 'kserve-provision-location',
} as const;

/** The variable that KServe refuses in services. @internal */
export const PYTHON_PATH = 'PYTHONPATH';

const OF_KSERVE = { container: PARTS.server, assemble: PARTS.storage };

/** @internal */
export const KSERVE_VLLM: ServerKind = { ...VLLM, ...OF_KSERVE, title: 'KServe' };

/** @internal */
export const KSERVE_TRITON: ServerKind = { ...TRITON, ...OF_KSERVE, title: 'KServe' };

/**
 * What the template that KServe lays under the pods of an LLMInferenceService has: containers and volumes of these names are its own.
 *
 * @see https://github.com/kserve/kserve (config/llmisvcconfig/config-llm-template.yaml and pkg/constants/constants.go of v0.20.0)
 *
 * @internal
 */
export const LLM_PARTS = {
  server: 'main',
  containers: ['main', 'storage-initializer', 'llm-d-routing-sidecar', 'tokenizer', 'modelcar'],
  volumes: ['home', 'tmp-dir', 'dshm', 'model-cache', 'tls-certs', 'kserve-provision-location', 'kserve-pvc-source'],
} as const;

/** @internal */
export const KSERVE_LLM: ServerKind = { ...VLLM, container: LLM_PARTS.server, title: 'KServe' };
