import {
  AlertReceiver,
  Capacity,
  DataSize,
  ModelSpec,
  MonitoringStorage,
  NodeImage,
  TaintEffect,
  TritonRelease,
} from '../../lib';
import { Expectations } from './judgement';
import { BASE, LLAMA, Serving, TINY } from './serving-program';

export interface Change<T> {
  readonly name: string;
  readonly program: T;
  readonly expected: Expectations;
}

const change = (name: string, changed: Partial<Serving>, expected: Expectations): Change<Serving> => ({
  name,
  program: { ...BASE, ...changed },
  expected,
});
const cluster = (changed: Serving['cluster']) => ({ cluster: { ...BASE.cluster, ...changed } });
const storage = (gib: number, storageClassName = 'encrypted') => ({
  storage: MonitoringStorage.persistentVolume({ size: DataSize.gib(gib), storageClassName }),
});
const PHI = { name: 'phi', model: ModelSpec.TINY_LLAMA_1_1B };

/** Changes of the serving program, each with all that it may do. */
export const SERVING_CHANGES: readonly Change<Serving>[] = [
  change('nothing', {}, []),
  change('zones swapped', cluster({ availabilityZones: ['us-west-2b', 'us-west-2a'] }), []),
  change('a zone added', cluster({ availabilityZones: ['us-west-2a', 'us-west-2b', 'us-west-2c'] }), []),
  change('another vpcCidr', cluster({ vpcCidr: '10.8.0.0/16' }), []),
  change('a tag', cluster({ tags: { team: 'research' } }), []),
  change('a model added at the head', { models: [PHI, LLAMA, TINY] }, []),
  change('a model removed', { models: [LLAMA] }, []),
  change('models reordered', { models: [TINY, LLAMA] }, []),
  change('a model renamed', { models: [LLAMA, { ...TINY, name: 'small' }] }, []),
  change('replicas', { replicas: 2 }, []),
  change('context length', { contextLength: 8192 }, []),
  change('Triton release', { tritonRelease: TritonRelease.V26_07 }, []),
  change('monitoring storage larger', storage(60), []),
  change('monitoring storage smaller', storage(30), []),
  change('monitoring storage of another class', storage(40, 'other'), []),
  change('monitoring off', { monitoring: false }, []),
  change('receivers', { receivers: [AlertReceiver.webhook('other', { url: 'http://other.example.test/alerts' })] }, []),
  change('another namespace', { namespace: 'chat' }, []),
  change('the pool moved in the tree', { poolId: 'moved' }, []),
  change('disk', { pool: { diskSize: DataSize.gib(300) } }, []),
  change('labels', { pool: { labels: { team: 'research' } } }, []),
  change('taints', { pool: { taints: [{ key: 'team', value: 'research', effect: TaintEffect.NO_SCHEDULE }] } }, []),
  change('sizes', { pool: { maxNodes: 3 } }, []),
  change('capacity', { pool: { capacity: Capacity.spot() } }, []),
  change(
    'image release',
    { pool: { image: NodeImage.al2023({ releaseVersion: '1.35.7-20260801', driverMajor: 580 }) } },
    [],
  ),
  change('image family', { pool: { image: NodeImage.BOTTLEROCKET_NVIDIA } }, []),
];
