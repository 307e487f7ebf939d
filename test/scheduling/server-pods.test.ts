import { GpuInstanceType, GpuNodeType, ModelSpec, Parallelism } from '../../lib/catalog';
import { ClusterChecks } from '../../lib/scheduling';
import { ServedModel, TritonDeployment, VllmDeployment, VllmDeploymentProps } from '../../lib/serving';
import { DataSize } from '../../lib/units/data-size';
import { Fault } from '../../lib/units/fault';
import { Site, llama8b, withSite } from '../serving/support/fixtures';
import { idsOf, reasonsOf } from '../support/faults';

const L8 = ModelSpec.LLAMA_3_1_8B;
const model = (name: string, more: Partial<ServedModel> = {}): ServedModel => ({ name, model: L8, ...more });

interface Program extends Partial<VllmDeploymentProps> {
  readonly type?: GpuNodeType;
  readonly nodes?: number;
  /** Whether a model runs on Triton beside them. */
  readonly triton?: boolean;
}

/** What the proof says of deployments of vLLM's own server on one pool. */
function proofOf({ type = GpuInstanceType.G5_XLARGE, nodes = 2, triton, models = [], ...props }: Program): Fault[] {
  let faults: Fault[] = [];
  const build = ({ scope, cluster, store, pool }: Site) => {
    const nodePool = pool(type, nodes);
    const given = { cluster, nodePool, modelStore: store };
    new VllmDeployment(scope, 'Talk', { ...given, models, ...props });
    if (triton) new TritonDeployment(scope, 'Tensors', { ...given, models: [llama8b] });
    faults = ClusterChecks.of(cluster).faults;
  };
  try {
    withSite(build);
  } catch (error) {
    if (faults.length === 0) throw error;
    for (const { reason } of faults) expect((error as Error).message).toContain(reason);
  }
  return faults;
}

const P5 = { type: GpuInstanceType.P5_48XLARGE, nodes: 1 };
const memory = (gib: number) => ({ ...P5, resources: { memory: DataSize.gib(gib) } });
const shared = (gib: number) => ({ ...P5, resources: { sharedMemory: DataSize.gib(gib) } });
const four = { parallelism: Parallelism.of({ tensor: 4 }) };

describe('pods of vLLM find a node', () => {
  test.each<[string, Program]>([
    ['two models on two nodes', { models: [model('a'), model('b')] }],
    ['two models of four GPUs on eight', { ...P5, models: [model('a', four), model('b', four)] }],
    ['eight models on eight GPUs', { ...P5, models: [...'abcdefgh'].map((name) => model(name)) }],
    ['a model beside Triton', { models: [model('a')], triton: true }],
    ['half of the memory each', { ...memory(900), models: [model('a'), model('b')] }],
    ['shared memory of half a node each', { ...shared(900), models: [model('a'), model('b')] }],
    ['as many as a scaler may make', { models: [model('a')], maxReplicas: 2 }],
  ])('%s', (_, program) => expect(proofOf(program)).toEqual([]));

  test.each<[string, Program, string]>([
    ['GPUs of all models together', { models: [model('a', { replicas: 2 }), model('b')] }, 'nvidia.com/gpu'],
    ['GPUs of groups', { ...P5, models: [model('a', four), model('b', four), model('c')] }, 'nvidia.com/gpu'],
    ['a model on Triton', { models: [model('a', { replicas: 2 })], triton: true }, 'nvidia.com/gpu'],
    ['as many as a scaler may make', { models: [model('a'), model('b')], maxReplicas: 2 }, 'nvidia.com/gpu'],
    ['host memory', { ...memory(1100), models: [model('a'), model('b')] }, 'memory'],
    ['shared memory, which is memory', { ...shared(1100), models: [model('a'), model('b')] }, 'memory'],
  ])('unless the pool lacks it: %s', (_, program, resource) => {
    const faults = proofOf(program);
    expect(new Set(idsOf(faults))).toEqual(new Set(['PODS_DO_NOT_FIT_TOGETHER']));
    expect(reasonsOf(faults).join()).toContain(resource);
  });
});
