import { TritonRelease, VllmRelease } from '../../lib/catalog';
import { EfaInstaller, ServingImage, VllmPlugin } from '../../lib/images';
import { ModelSource } from '../../lib/jobs';
import { GrafanaAuth, GrafanaDashboard } from '../../lib/monitoring';
import { ModelCache, PodVolume, Sidecar } from '../../lib/serving';
import { ModelStore } from '../../lib/storage';
import { DataSize } from '../../lib/units';
import { testCluster } from '../support/test-cluster';
import { ArgumentPrograms, Program, StructPrograms } from './string-programs-compute';
import { deploy, importing, monitoring } from './string-programs-workloads';

const sidecar: Sidecar = { name: 'proxy', image: 'registry.example/proxy:1' };
const HOST = { topologyKey: 'kubernetes.io/hostname' };
const SEND = { actions: ['sqs:SendMessage'], resources: ['*'] };
const SOURCE = { operator: 'StringEquals', key: 'aws:SourceAccount', values: ['123456789012'] };
const release = {
  release: '26.11',
  vllmVersion: '0.31.0',
  onnxRuntimeVersion: '1.28.0',
  cudaVersion: '13.4.3',
  cudaDriver: '615.61',
};

const HUB = { repository: 'acme/model', revision: '0123456789abcdef0123456789abcdef01234567' };

function granted(kind: 'grantRead' | 'grantReadWrite', prefix: string): Program {
  return (stack) => new ModelStore(stack, 'Store')[kind](testCluster(stack).serviceAccountRole('ns', 'sa'), prefix);
}

const GRAFANA_CLIENT = {
  clientId: 'grafana',
  clientSecret: { name: 'grafana', key: 'secret' },
  authorizationUrl: 'https://id.example/auth',
  tokenUrl: 'https://id.example/token',
  userInfoUrl: 'https://id.example/user',
};

/** Programs that set what users add to pods, and to the monitoring of them. */
export const POD_STRUCTS: StructPrograms = {
  GrafanaOptions: (given) => monitoring({ grafana: given }),
  GrafanaOidcProps: (given) => (stack) =>
    monitoring({
      grafana: { url: 'https://grafana.example', auth: GrafanaAuth.oidc({ ...GRAFANA_CLIENT, ...given }) },
    })(stack),
  PodAdditions: (given) => deploy(given),
  Sidecar: (given) => deploy({ sidecars: [{ ...sidecar, ...given }] }),
  PodAffinityTerm: (given) => deploy({ podAffinity: [{ ...HOST, ...given }] }),
  TopologySpreadConstraint: (given) => deploy({ topologySpreadConstraints: [{ ...HOST, ...given }] }),
  PolicyStatement: (given) => deploy({ rolePolicyStatements: [{ ...SEND, ...given }] }),
  PolicyCondition: (given) => deploy({ rolePolicyStatements: [{ ...SEND, conditions: [{ ...SOURCE, ...given }] }] }),
  PodVolumeMount: (given) =>
    deploy({
      volumes: [PodVolume.emptyFolder('own', DataSize.gib(1))],
      volumeMounts: [{ volume: 'own', path: '/own', ...given }],
    }),
  NodeCacheOptions: (given) => deploy({ modelCache: ModelCache.onNode({ size: DataSize.gib(50), ...given }) }),
  ClaimCacheOptions: (given) =>
    deploy({ modelCache: ModelCache.claim({ claimName: 'weights', size: DataSize.gib(50), ...given }) }),
  SecretReference: (given) => deploy({ secretEnvironment: { HF_TOKEN: { name: 'hub', key: 'token', ...given } } }),
  EgressTarget: (given) => deploy({ egressTo: [{ cidr: '10.0.0.0/8', port: 443, ...given }] }),
  ModelFiles: (given) => (stack) => importing({ source: ModelSource.volumeClaim('claim', 'folder', given) })(stack),
  HuggingFaceSource: (given) => (stack) =>
    importing({ source: ModelSource.huggingFace({ ...HUB, ...given }), largestFile: DataSize.gib(5) })(stack),
  VllmPluginProps: (given) => () => void VllmPlugin.custom({ packageName: 'x', version: '0.0.5', ...given }),
  EfaInstallerProps: (given) => () => void EfaInstaller.custom({ version: '1.51.0', sha256: '0'.repeat(64), ...given }),
  ServingImageOptions: (given) => () => void ServingImage.pyTorch(given),
  PyTorchImageOptions: (given) => () => void ServingImage.pyTorch(given),
  VllmImageOptions: (given) => () => void ServingImage.vllm(given),
  TritonImageOptions: (given) => () => void ServingImage.triton(given),
  ArmCpuImageOptions: (given) => () => void ServingImage.armCpu(given),
  VllmReleaseProps: (given) => () => {
    VllmRelease.custom({ vllmVersion: '0.34.0', cudaVersion: '13.0.3', torchVersion: '2.14.0', ...given });
  },
  TritonReleaseProps: (given) => (stack) =>
    deploy({ tritonRelease: TritonRelease.custom({ ...release, ...given }) })(stack),
};

/** The same for arguments. */
export const POD_ARGUMENTS: ArgumentPrograms = {
  'GrafanaDashboard.fromJson(text)': (text) => () => void GrafanaDashboard.fromJson(text),
  'GrafanaDashboard.fromFile(path)': (path) => () => void GrafanaDashboard.fromFile(path),
  'ModelStore.grantRead(prefix)': (prefix) => granted('grantRead', prefix),
  'ModelStore.grantReadWrite(prefix)': (prefix) => granted('grantReadWrite', prefix),
  'PodVolume.secret(name)': (name) => deploy({ volumes: [PodVolume.secret(name, 'tls')] }),
  'PodVolume.secret(secretName)': (name) => deploy({ volumes: [PodVolume.secret('own', name)] }),
  'PodVolume.configMap(name)': (name) => deploy({ volumes: [PodVolume.configMap(name, 'settings')] }),
  'PodVolume.configMap(configMapName)': (name) => deploy({ volumes: [PodVolume.configMap('own', name)] }),
  'PodVolume.claim(name)': (name) => deploy({ volumes: [PodVolume.claim(name, 'claim')] }),
  'PodVolume.claim(claimName)': (name) => deploy({ volumes: [PodVolume.claim('own', name)] }),
  'PodVolume.emptyFolder(name)': (name) => deploy({ volumes: [PodVolume.emptyFolder(name, DataSize.gib(1))] }),
};
