import { env } from './rows';

/** Caches of the engine on the one volume that it may fill, and no access to a model hub. */
export const caches = (folder: string) =>
  env({
    HOME: folder,
    PROBE_STATE_DIR: folder,
    XDG_CACHE_HOME: folder,
    HF_HOME: `${folder}/huggingface`,
    HF_HUB_OFFLINE: '1',
    TRANSFORMERS_OFFLINE: '1',
    VLLM_CACHE_ROOT: `${folder}/vllm`,
    VLLM_NO_USAGE_STATS: '1',
    TORCHINDUCTOR_CACHE_DIR: `${folder}/torchinductor`,
    TRITON_CACHE_DIR: `${folder}/kernels`,
  });

/** What an init container is told: what it copies, or what it sees to. */
export function looksFor(own: { readonly name: string; readonly streamed?: boolean }, config: string): string[] {
  if (own.streamed)
    return [
      `runs /bin/sh ${config}/check-streamed.sh`,
      `env STREAMED_URI=s3://models/${own.name}/1`,
      ...env({ HOME: '/tmp' }),
    ];
  return [
    `runs /bin/sh ${config}/assemble.sh`,
    ...env({ CONFIG_DIR: config, MODELS_DIR: '/models', HOME: '/tmp' }),
    'env MODELS_MIB',
    'env MODEL_PLAN',
    'mounts models at /models',
  ];
}
