import { TerraformStack } from 'cdktf';
import {
  DataSize,
  GpuInstanceType,
  ModelSource,
  ModelSpec,
  ModelStore,
  PodVolume,
  TritonDeployment,
  TritonModel,
  TritonRelease,
} from '../../lib';
import { TestPool, TestStore } from '../serving/support/fixtures';
import { testCluster } from '../support/test-cluster';
import { ArgumentPrograms, Program, StructPrograms } from './string-programs-compute';
import { deploy, importing } from './string-programs-workloads';

const secret = { secretName: 'tokens', key: 'hub' };
const sidecar = { name: 'proxy', image: 'a.example/proxy:1' };
const volume = () => PodVolume.secret('extra', 'extra');
const hub = { repository: 'acme/model', revision: '0123456789abcdef0123456789abcdef01234567' };
const release = {
  release: '27.01',
  vllmVersion: '0.20.0',
  onnxRuntimeVersion: '1.24.1',
  cudaVersion: '13.1',
  cudaDriver: '590.44.01',
};

/** A pod with a volume of the user's. */
const mounted = (made: () => PodVolume): Program => {
  return (stack) => deploy({ volumes: [made()] })(stack);
};

function granted(kind: 'grantRead' | 'grantReadWrite', prefix: string): Program {
  return (stack: TerraformStack) => {
    const role = testCluster(stack).serviceAccountRole('ns', 'sa');
    new ModelStore(stack, 'Store')[kind](role, prefix);
  };
}

/** Of what users add to pods, and of what imports are told. */
export const POD_STRUCTS: StructPrograms = {
  PodAdditions: deploy,
  SecretKey: (given) => (stack) => {
    deploy({ secretEnvironment: { HUB_TOKEN: { ...secret, ...given } } })(stack);
  },
  Sidecar: (given) => deploy({ sidecars: [{ ...sidecar, ...given }] }),
  PodVolumeMount: (given) => (stack) =>
    deploy({ volumes: [volume()], volumeMounts: [{ volume: 'extra', path: '/extra', ...given }] })(stack),
  EgressTarget: (given) => deploy({ egressTo: [{ cidr: '10.1.0.0/16', port: 443, ...given }] }),
  ModelFiles: (given) => (stack) => importing({ source: ModelSource.volumeClaim('claim', 'folder', given) })(stack),
  HuggingFaceSource: (given) => (stack) =>
    importing({ source: ModelSource.huggingFace({ ...hub, ...given }), largestFile: DataSize.gib(5) })(stack),
  TritonReleaseProps: (given) => (stack) => {
    const tritonRelease = TritonRelease.custom({ ...release, ...given });
    const cluster = testCluster(stack);
    new TritonDeployment(stack, 'Chat', {
      cluster,
      nodePool: new TestPool(stack, 'gpu', cluster, GpuInstanceType.G5_XLARGE),
      modelStore: new TestStore(stack, 'Store'),
      models: [TritonModel.vllm({ name: 'chat', model: ModelSpec.QWEN_2_5_0_5B })],
      tritonRelease,
    });
  },
};

/** The same for arguments of methods. */
export const POD_ARGUMENTS: ArgumentPrograms = {
  'ModelStore.grantRead(prefix)': (prefix) => granted('grantRead', prefix),
  'ModelStore.grantReadWrite(prefix)': (prefix) => granted('grantReadWrite', prefix),
  'PodVolume.secret(name)': (name) => mounted(() => PodVolume.secret(name, 'extra')),
  'PodVolume.secret(secretName)': (name) => mounted(() => PodVolume.secret('extra', name)),
  'PodVolume.configMap(name)': (name) => mounted(() => PodVolume.configMap(name, 'extra')),
  'PodVolume.configMap(configMapName)': (name) => mounted(() => PodVolume.configMap('extra', name)),
  'PodVolume.claim(name)': (name) => mounted(() => PodVolume.claim(name, 'extra')),
  'PodVolume.claim(claimName)': (name) => mounted(() => PodVolume.claim('extra', name)),
  'PodVolume.emptyFolder(name)': (name) => mounted(() => PodVolume.emptyFolder(name, DataSize.gib(1))),
};
