import { GpuInstanceType, ModelSpec, Parallelism } from '../../lib/catalog';
import { CustomResources } from '../../lib/kubernetes';
import { KServe } from '../../lib/serving';
import { withSite } from '../serving/support/fixtures';
import { serveByKServe } from '../serving/support/kserve-fixtures';
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
