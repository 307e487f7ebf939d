import { TritonRelease } from '../../lib/catalog';
import { PodVolume, Sidecar } from '../../lib/serving';
import { DataSize } from '../../lib/units';
import { ArgumentPrograms, StructPrograms } from './string-programs-compute';
import { deploy } from './string-programs-workloads';

const sidecar: Sidecar = { name: 'proxy', image: 'registry.example/proxy:1' };
const release = {
  release: '26.11',
  vllmVersion: '0.31.0',
  onnxRuntimeVersion: '1.28.0',
  cudaVersion: '13.4.3',
  cudaDriver: '615.61',
};

/** Programs that set what users add to pods. */
export const POD_STRUCTS: StructPrograms = {
  PodAdditions: (given) => deploy(given),
  Sidecar: (given) => deploy({ sidecars: [{ ...sidecar, ...given }] }),
  PodVolumeMount: (given) =>
    deploy({
      volumes: [PodVolume.emptyFolder('own', DataSize.gib(1))],
      volumeMounts: [{ volume: 'own', path: '/own', ...given }],
    }),
  SecretKey: (given) => deploy({ secretEnvironment: { HF_TOKEN: { secretName: 'hub', key: 'token', ...given } } }),
  EgressTarget: (given) => deploy({ egressTo: [{ cidr: '10.0.0.0/8', port: 443, ...given }] }),
  TritonReleaseProps: (given) => (stack) =>
    deploy({ tritonRelease: TritonRelease.custom({ ...release, ...given }) })(stack),
};

/** The same for arguments. */
export const POD_ARGUMENTS: ArgumentPrograms = {
  'PodVolume.secret(name)': (name) => deploy({ volumes: [PodVolume.secret(name, 'tls')] }),
  'PodVolume.secret(secretName)': (name) => deploy({ volumes: [PodVolume.secret('own', name)] }),
  'PodVolume.configMap(name)': (name) => deploy({ volumes: [PodVolume.configMap(name, 'settings')] }),
  'PodVolume.configMap(configMapName)': (name) => deploy({ volumes: [PodVolume.configMap('own', name)] }),
  'PodVolume.claim(name)': (name) => deploy({ volumes: [PodVolume.claim(name, 'claim')] }),
  'PodVolume.claim(claimName)': (name) => deploy({ volumes: [PodVolume.claim('own', name)] }),
  'PodVolume.emptyFolder(name)': (name) => deploy({ volumes: [PodVolume.emptyFolder(name, DataSize.gib(1))] }),
};
