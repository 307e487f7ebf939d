import { GpuInstanceType, ModelSpec, Parallelism } from '../../lib/catalog';
import { CustomResources } from '../../lib/kubernetes';
import { KServe, KServeLlmInferenceService, KServeRouter } from '../../lib/serving';
import { TestPool, TestStore, withSite } from '../serving/support/fixtures';
import { serveByKServe } from '../serving/support/kserve-fixtures';
import { serveLlm } from '../serving/support/kserve-llm-fixtures';
import { faultsAtSynth } from '../support/faults';
import { testStack } from '../support/synth';
import { testCluster } from '../support/test-cluster';
import { FaultText } from './fault-text';

const installed =
  (...versions: (string | undefined)[]) =>
  () =>
    withSite(({ scope, cluster }) =>
      versions.forEach((chartVersion, i) => new KServe(scope, `KServe${i}`, { cluster, chartVersion })),
    );

/** Services of KServe, and KServe itself. */
export const TEXTS: FaultText[] = [
  {
    id: 'CHART_TOO_OLD',
    property: 'chartVersion',
    text: 'chartVersion must be 0.20.0 or later, whose services name the container that fetches their weights; got 0.19.0',
    refuse: installed('0.19.0'),
  },
  {
    id: 'INVALID_FORMAT',
    property: 'modelPath',
    text: "modelPath must be '<name>/<version>', a folder of the model store as ModelImport makes it, e.g. 'deepseek/65b', which becomes storageUri s3://<bucket>/deepseek/65b; got 's3://models/deepseek/65b'; write 'deepseek/65b'",
    refuse: () => serveByKServe({ modelPath: 's3://models/deepseek/65b' }),
  },
  {
    id: 'KSERVE_AFTER_SERVICES',
    property: 'cluster',
    text: "'test/Chat' is served by KServe and was made before it, so that it does not wait for it; make KServe first",
    refuse: () => {
      const { service, site } = serveByKServe();
      return new KServe(service.node.scope!, 'KServe', { cluster: site.cluster });
    },
  },
  {
    id: 'KSERVE_EXISTS',
    property: 'cluster',
    text: "cluster 'test' already has KServe, at 'test/KServe0', which serves all its namespaces; remove one of the two",
    refuse: installed(undefined, undefined),
  },
  {
    id: 'KSERVE_SPANS_NODES',
    property: 'parallelism',
    text: "a server of tensor 8, pipeline 2 has 16 GPUs, more than the 8 of a p5.48xlarge (pool 'gpu'), but KServe refuses an InferenceService of several nodes whose storageUri is s3://models/llama/8b: it takes only pvc:// and oci:// there; use VllmDeployment, whose servers may be groups of nodes, or fewer GPUs, a smaller precision or larger nodes",
    refuse: () =>
      serveByKServe({
        instanceType: GpuInstanceType.P5_48XLARGE,
        model: ModelSpec.LLAMA_3_1_70B,
        parallelism: Parallelism.of({ tensor: 8, pipeline: 2 }),
      }),
  },
  {
    id: 'KSERVE_SPANS_NODES',
    property: 'parallelism',
    text: 'a server of tensor 4, pipeline 4 spans 2 nodes of 8 GPUs, but KServe makes one pod for each of the 4 stages; use 2 stages, or VllmDeployment, whose servers may be any groups of nodes',
    refuse: () =>
      serveLlm({
        instanceType: GpuInstanceType.P5_48XLARGE,
        model: ModelSpec.LLAMA_3_1_70B,
        parallelism: Parallelism.of({ tensor: 4, pipeline: 4 }),
      }),
  },
  {
    id: 'KSERVE_WITHOUT_LLM',
    property: 'cluster',
    text: "'test/KServe' installs KServe without its controller of LLMInferenceServices, and no pod would be made; pass it llmInferenceServices: true",
    refuse: () =>
      withSite(({ scope, cluster, store: modelStore, pool }) => {
        new KServe(scope, 'KServe', { cluster });
        const shared = { cluster, modelStore, nodePool: pool(GpuInstanceType.G5_XLARGE) };
        new KServeLlmInferenceService(scope, 'Chat', { ...shared, modelPath: 'a/1', model: ModelSpec.LLAMA_3_1_8B });
      }),
  },
  {
    id: 'NOT_WITH_KSERVE',
    property: 'podLabels',
    text: 'podLabels has no effect on an LLMInferenceService: KServe puts them into the selector of the Deployment that it makes, which nothing can change later, so that the next label would stop every rollout; use podAnnotations',
    refuse: () => serveLlm({ podLabels: { team: 'a' } }),
  },
  {
    id: 'ROUTER_SHUT_OUT',
    property: 'accessibleFrom',
    text: "router leads requests of a Gateway to the pods, but the network policy lets only pods of namespace 'inference' reach them; pass accessibleFrom with the namespace in which the pods of the Gateway run, e.g. envoy-gateway-system, or networkPolicy: false",
    refuse: () => serveLlm({ router: KServeRouter.managed() }),
  },
  {
    id: 'SURGE_EXCEEDS_POOL',
    property: 'replicas',
    text: "a rollout of 'chat' starts 1 more before it stops old ones (KServe has it so), but beside all other pods of this program the nodes of pool 'gpu' have no room for them, and it would wait forever; raise maxNodes, lower replicas, or serve by VllmDeployment",
    faults: () => {
      const stack = testStack();
      const cluster = testCluster(stack);
      const nodePool = new TestPool(stack, 'gpu', cluster, GpuInstanceType.G5_XLARGE, 1);
      const modelStore = new TestStore(stack, 'Store');
      const served = { modelPath: 'llama/8b', model: ModelSpec.LLAMA_3_1_8B };
      return faultsAtSynth(new KServeLlmInferenceService(stack, 'Chat', { cluster, nodePool, modelStore, ...served }));
    },
  },
  {
    id: 'NOT_WITH_KSERVE',
    property: 'serviceAnnotations',
    text: 'serviceAnnotations has no effect on an InferenceService: KServe makes the Service of the predictor; put a Service or a gateway of your own before it',
    refuse: () => serveByKServe({ serviceAnnotations: { a: 'b' } }),
  },
  {
    id: 'STORAGE_URI_MISSPELT',
    property: 'resources[0].spec.predictor.model.storageURI',
    text: 'resources[0].spec.predictor.model.storageURI is no field of KServe, and the API server drops it without a word, so that the server would start without a model and be ready; write storageUri, or make a KServeInferenceService, which always says it',
    refuse: () =>
      withSite(({ scope, cluster }) => {
        const spec = { predictor: { model: { storageURI: 's3://models/a/1' } } };
        const raw = {
          apiVersion: 'serving.kserve.io/v1beta1',
          kind: 'InferenceService',
          metadata: { name: 'a' },
          spec,
        };
        new CustomResources(scope, 'Raw', { cluster, releaseName: 'raw', namespace: 'default', resources: [raw] });
      }),
  },
];
