import { GpuInstanceType } from '../../lib/catalog';
import { ModelCache, VllmDeployment } from '../../lib/serving';
import { DataSize } from '../../lib/units';
import { withSite } from '../serving/support/fixtures';
import { CHAT, VllmOverrides, deployVllm } from '../serving/support/vllm-fixtures';
import { FaultText } from './fault-text';

const A100 = GpuInstanceType.P4D_24XLARGE;
const cached =
  (gib: number, more: VllmOverrides = {}) =>
  () =>
    deployVllm({ instanceType: A100, modelCache: ModelCache.onNode({ size: DataSize.gib(gib) }), ...more });

/** Weights that servers share. */
export const TEXTS: FaultText[] = [
  {
    id: 'CACHE_EXCEEDS_DISK',
    property: 'modelCache.size',
    text: "modelCache.size must be at most 6454265 MiB, what pods can have of the local disk of a p4d.24xlarge in pool 'gpu'; got 9216000 MiB; make it smaller, or use nodes with more local disk",
    refuse: cached(9000),
  },
  {
    id: 'MODELS_EXCEED_CACHE',
    property: 'modelCache.size',
    text: "modelCache.size must be at least 30634 MiB, because a p4d.24xlarge of pool 'gpu' can run 'a' 15317 MiB, 'b' 15317 MiB at the same time, and what runs is never evicted; got 20480 MiB; raise it, or move models to another pool",
    refuse: cached(20, { models: ['a', 'b'].map((name) => ({ ...CHAT, name })) }),
  },
  {
    id: 'MODEL_CACHES_DIFFER',
    property: 'modelCache',
    text: "modelCache must be the same for all servers of pool 'gpu', whose nodes have one cache: that of 'test/A/Model-a' is 102400 MiB at /var/lib/kubelet/model-cache, reserved in namespace model-cache; got 204800 MiB at /var/lib/kubelet/model-cache, reserved in namespace model-cache; make one ModelCache and give it to all of them",
    refuse: () =>
      withSite(({ scope, cluster, store: modelStore, pool }) => {
        const nodePool = pool(A100);
        for (const [name, gib] of [
          ['a', 100],
          ['b', 200],
        ] as const) {
          const modelCache = ModelCache.onNode({ size: DataSize.gib(gib) });
          const models = [{ ...CHAT, name }];
          new VllmDeployment(scope, name.toUpperCase(), { cluster, nodePool, modelStore, models, modelCache });
        }
      }),
  },
];
