import {
  AlertReceiver,
  DataSize,
  ModelSpec,
  MonitoringStorage,
  ServedModel,
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
const storage = (gib: number, storageClassName = 'gp3-encrypted') => ({
  storage: MonitoringStorage.persistentVolume({ size: DataSize.gib(gib), storageClassName }),
});
const PHI: ServedModel = { name: 'phi', model: ModelSpec.TINY_LLAMA_1_1B };

/** Prometheus reads the list of what it watches at its start. */
const WATCHED = [
  'update ConfigMap x1 /^monitoring\\/prometheus-config$/',
  'update StatefulSet x1 /^monitoring\\/prometheus$/',
];

/** A model with a pool of its own, in AWS and in Kubernetes. */
const modelWithPool = (action: 'create' | 'delete', name: string): string[] => [
  `${action} aws_eks_node_group|aws_launch_template x2 /Pool-${name}/`,
  `${action} aws_iam_.*|aws_eks_pod_identity_association /(Pool-|--)${name}/`,
  `${action} ConfigMap|Deployment|Service|ServiceAccount|PodDisruptionBudget /^inference\\/${name}/`,
  `?${action} .* /^inference\\/.*${name}/`,
];

/** A zone's own network, and what hears of it. */
const A_ZONE = (zone: string) => [
  `create aws_(eip|nat_gateway|route_table|route_table_association|subnet) x7 /Zone-${zone}_/`,
  // Open: EKS keeps a cluster in the zones that it was created with, and refuses this.
  '?update aws_eks_cluster',
  'update aws_vpc_endpoint',
];

/** Its configuration has a name of its own for each content, so that a rollback finds the old one. */
const OWN_SERVER = [
  'create|supersede ConfigMap x1 /^inference\\/own-/',
  '?delete ConfigMap x1 /^inference\\/own-/',
  'update Deployment x1 /^inference\\/own$/',
];

/** A claim is never deleted by a smaller size or another class: Terraform refuses the plan. */
const NO_CLAIM_LOST: Expectations = ['refused prevent_destroy', 'refused kubernetes_persistent_volume_claim_v1.'];

/** Changes of the serving program, each with all that it may do. */
export const SERVING_CHANGES: readonly Change<Serving>[] = [
  change('zones swapped', cluster({ availabilityZones: ['us-west-2b', 'us-west-2a'] }), []),
  change('a zone added', cluster({ availabilityZones: ['us-west-2a', 'us-west-2b', 'us-west-2c'] }), [
    ...A_ZONE('c'),
    // The group of system nodes is made anew before the old one goes.
    '?create|supersede aws_eks_node_group /SystemNodes/',
    '?supersede aws_launch_template /SystemNodes/',
  ]),
  change('a tag', cluster({ tags: { team: 'research' } }), [
    // No GPU node is rolled: instances get their tags from the Auto Scaling group.
    '?update aws_launch_template only tags,tags_all,default_version,latest_version /SystemNodes/',
    '?create aws_autoscaling_group_tag',
    'update aws_(?!launch_template).*',
  ]),
  change('a model added at the head', { models: [PHI, LLAMA, TINY] }, [...modelWithPool('create', 'phi'), ...WATCHED]),
  change('a model removed', { models: [LLAMA] }, [...modelWithPool('delete', 'tiny'), ...WATCHED]),
  change('models reordered', { models: [TINY, LLAMA] }, []),
  change('a model renamed', { models: [LLAMA, { ...TINY, name: 'small' }] }, [
    ...modelWithPool('delete', 'tiny'),
    ...modelWithPool('create', 'small'),
    ...WATCHED,
  ]),
  // What is alerted of depends on how many there are.
  change('replicas', { replicas: 2 }, [
    'update Deployment x1 /^inference\\/own$/',
    ...WATCHED.map((line) => `?${line}`),
  ]),
  change('context length', { contextLength: 8192 }, [...OWN_SERVER, ...WATCHED.map((line) => `?${line}`)]),
  change('Triton release', { tritonRelease: TritonRelease.V26_07 }, [
    ...OWN_SERVER,
    ...WATCHED.map((line) => `?${line}`),
  ]),
  change('monitoring storage larger', storage(60), [
    'update PersistentVolumeClaim x1 /^monitoring\\/prometheus/',
    'update StatefulSet x1 /^monitoring\\/prometheus$/',
    '?update ConfigMap /^monitoring\\/prometheus-config$/',
  ]),
  change('monitoring storage smaller', storage(30), NO_CLAIM_LOST),
  change('monitoring storage of another class', storage(40, 'other'), NO_CLAIM_LOST),
  // All of monitoring, its claims only where the program says so: see the docstring of the storage.
  change('monitoring off', { monitoring: false }, [
    'delete StatefulSet x2 /^monitoring\\//',
    'delete ConfigMap|Service|ServiceAccount|NetworkPolicy|PersistentVolumeClaim /^monitoring\\//',
    'delete Namespace x1 /^monitoring$/',
    'delete (Cluster)?Role(Binding)? /monitoring/',
    '?delete .* /monitoring/',
  ]),
  change('receivers', { receivers: [AlertReceiver.webhook('other', { url: 'http://other.example.test/alerts' })] }, [
    'update ConfigMap x1 /^monitoring\\/alertmanager-config$/',
    'update StatefulSet x1 /^monitoring\\/alertmanager$/',
  ]),
  // By Terraform each object is replaced; the API server sees another object.
  change('another namespace', { namespace: 'chat' }, [
    'create Namespace x1 /^chat$/',
    'create aws_iam_role.*|aws_eks_pod_identity_association x3 /Role-chat--own/',
    'delete aws_iam_role.*|aws_eks_pod_identity_association x3 /Role-inference--own/',
    '?replace|supersede .* /^chat\\//',
    '?create .* /^chat\\//',
    '?delete .* /^inference\\/own/',
    // The rule that lets Prometheus into the namespace.
    '?delete NetworkPolicy /^inference\\/.*-own-/',
    ...WATCHED,
  ]),
  // The name of a group has a suffix of AWS's, so that the new group stands beside the old one.
  change('the pool moved in the tree', { poolId: 'moved' }, [
    'create aws_(eks_node_group|iam_.*|launch_template) x5 /^moved/',
    'delete aws_(eks_node_group|iam_.*|launch_template) x5 /^own/',
  ]),
  change('labels', { pool: { labels: { team: 'research' } } }, ['update aws_eks_node_group x1 /^own$/']),
  change('taints', { pool: { taints: [{ key: 'team', value: 'research', effect: TaintEffect.NO_SCHEDULE }] } }, [
    'update aws_eks_node_group x1 /^own$/',
    // Its server tolerates them, as do the agents of its nodes.
    'update DaemonSet',
    '?update Deployment /^inference\\/own$/',
  ]),
];
