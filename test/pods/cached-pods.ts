import { LAST_WORDS, LOCKED, PULLED, bounded, env } from './rows';

/** What fills the cache and what holds it may write to it; the server reads. */
export const cacheOf = (kind: 'triton' | 'vllm') => [
  ...env({
    CACHE_DIR: '/model-cache',
    CACHE_MIB: '51200',
    ENGINE_DIR: `/var/cache/${kind}`,
    COMPILED_PARTS: 'vllm torchinductor kernels .cache/flashinfer .nv/ComputeCache',
  }),
  'env COMPILED_KEY',
  'env POD_UID from field_ref.field_path: metadata.uid',
  'mounts model-cache at /model-cache',
];

/** The container that keeps what a pod needs in the cache: it has no right to the store. */
export const holding = (kind: 'triton' | 'vllm', config: string) => [
  LOCKED,
  PULLED,
  LAST_WORDS,
  'image public.ecr.aws/aws-cli/aws-cli',
  `runs /bin/sh ${config}/hold-weights.sh`,
  ...env({ CONFIG_DIR: config, MODELS_DIR: '/models' }),
  `mounts config at ${config}, read-only`,
  'mounts models at /models, read-only',
  `mounts cache at /var/cache/${kind}, read-only`,
  'mounts tmp at /tmp',
  ...cacheOf(kind),
  ...bounded('cpu', 'memory'),
];
