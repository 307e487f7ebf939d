import { Construct } from 'constructs';
import {
  DataSize,
  EdgeHardware,
  EdgeTopology,
  EdgeTopologyProps,
  GpuType,
  IModelStore,
  ModelSpec,
  ModelStore,
} from '../../../lib';

/** A server with T4s. */
export const t4 = (gpuCount = 1): EdgeHardware =>
  EdgeHardware.server({
    ...{ gpu: GpuType.T4, gpuCount, vcpus: 16, memory: DataSize.gib(64) },
    localStorage: DataSize.gb(960),
  });

/** Llama 2 13B for one person at a time. */
export const CHAT = { model: ModelSpec.LLAMA_2_13B, contextLength: 4096, concurrency: 1 };

/** The public key of a pair that nobody has. */
export const RELEASE_KEY = {
  publicKey: `-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAECz+qHdOQ9a8ZFDxWah7H+z1ppaxkc9AYDsTQPYlZXE=
-----END PUBLIC KEY-----`,
};

/** The store of a stack. */
const storeOf = (stack: Construct): IModelStore =>
  (stack.node.tryFindChild('Models') as ModelStore | undefined) ??
  ModelStore.s3Compatible(stack, 'Models', {
    ...{ bucketName: 'models', endpoint: 'https://objects.example.com', credentials: { name: 'model-store' } },
  });

/** A site with one T4. */
export const edgeSite = (stack: Construct, props: Partial<EdgeTopologyProps> = {}, id = 'Edge'): EdgeTopology =>
  new EdgeTopology(stack, id, {
    ...{ site: 'berlin', hardware: t4(), models: [CHAT], modelStore: storeOf(stack) },
    monitoringOptions: { alertReceivers: [] },
    ...props,
  });
