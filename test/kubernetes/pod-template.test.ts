import { DeploymentV1 } from '@cdktf/provider-kubernetes/lib/deployment-v1';
import { Lazy } from 'cdktf';
import { TaintEffect } from '../../lib/core/gpu-node-pool';
import { PodSecurityLevel } from '../../lib/core/pod-security-level';
import { checksumAnnotation, configChecksum, lateChecksumAnnotation } from '../../lib/kubernetes/config-checksum';
import { ImageRegistry } from '../../lib/kubernetes/image-registry';
import { kubernetesMeta } from '../../lib/kubernetes/kubernetes-access';
import { PodTemplateProps, podTemplate } from '../../lib/kubernetes/pod-template';
import { canonicalBytes, canonicalQuantity, cores, mebibytes } from '../../lib/kubernetes/quantity';
import { hintScheduling, schedulingHintsOf } from '../../lib/kubernetes/scheduling-hints';
import { tolerationsOf, tolerationsOfAnyValue } from '../../lib/kubernetes/tolerations';
import { DataSize } from '../../lib/units/data-size';
import { Block, synthesize } from '../support/synth';
import { testCluster } from '../support/test-cluster';

const TAINTS = [
  { key: 'team', value: 'ml', effect: TaintEffect.NO_EXECUTE },
  { key: 'nvidia.com/gpu', effect: TaintEffect.NO_SCHEDULE },
  { key: 'team', value: 'ml', effect: TaintEffect.NO_EXECUTE },
];

/** The template as it is synthesized. */
function template(props: Partial<PodTemplateProps>): Block {
  return synthesize((stack) => {
    new DeploymentV1(stack, 'Pods', {
      ...kubernetesMeta(stack, testCluster(stack)),
      metadata: { name: 'pods' },
      spec: {
        template: podTemplate({
          registry: ImageRegistry.UPSTREAM,
          securityLevel: PodSecurityLevel.RESTRICTED,
          containers: [{ name: 'main', image: 'quay.io/a/b:1' }],
          ...props,
        }),
      },
    });
  }).only('kubernetes_deployment_v1').spec.template;
}

test('images come from the registry, with its pull secrets', () => {
  const { spec } = template({
    registry: ImageRegistry.mirror('mirror.example', ['pull']),
    initContainers: [{ name: 'first', image: 'nvcr.io/c:2' }],
  });
  expect([spec.init_container[0], spec.container[0]].map(({ image }) => image)).toEqual([
    'mirror.example/c:2',
    'mirror.example/a/b:1',
  ]);
  expect(spec.image_pull_secrets).toEqual([{ name: 'pull' }]);
  expect(template({}).spec.image_pull_secrets).toBeUndefined();
});

test("the level 'restricted' is said of pod and containers, that they are not root of both", () => {
  const { spec } = template({ userId: '65534', initContainers: [{ name: 'first', image: 'x:1' }] });
  expect(spec.security_context).toEqual({
    run_as_non_root: true,
    run_as_user: '65534',
    run_as_group: '65534',
    fs_group: '65534',
    seccomp_profile: { type: 'RuntimeDefault' },
  });
  for (const { security_context: context } of [spec.init_container[0], spec.container[0]])
    expect(context).toMatchObject({
      run_as_non_root: true,
      allow_privilege_escalation: false,
      read_only_root_filesystem: true,
      capabilities: { drop: ['ALL'] },
    });
});

test('at another level the containers say themselves what they may', () => {
  const { spec } = template({
    securityLevel: PodSecurityLevel.PRIVILEGED,
    containers: [{ name: 'main', image: 'x:1', securityContext: { privileged: true } }],
  });
  expect(spec.security_context).toBeUndefined();
  expect(spec.container[0].security_context).toEqual({ privileged: true });
});

test('nothing of the API server or of other services gets into containers unless it is asked for', () => {
  expect(template({}).spec).toMatchObject({ automount_service_account_token: false, enable_service_links: false });
  expect(template({ serviceAccount: { name: 'a' } }).spec).toMatchObject({
    service_account_name: 'a',
    automount_service_account_token: false,
  });
  const { spec } = template({ serviceAccount: { name: 'a', usesApiServer: true } });
  expect(spec.automount_service_account_token).toBe(true);
});

test('labels say who made the pods, and one annotation changes with what they read', () => {
  const { metadata } = template({ labels: { app: 'a' }, annotations: checksumAnnotation({ 'a.yaml': 'x' }) });
  expect(metadata).toEqual({
    labels: { app: 'a', 'app.kubernetes.io/managed-by': 'gpu-inference-constructs' },
    annotations: { 'gpu-inference-constructs/config-checksum': configChecksum({ 'a.yaml': 'x' }) },
  });
  expect(configChecksum({ 'a.yaml': 'y' })).not.toBe(configChecksum({ 'a.yaml': 'x' }));
  const late = Lazy.stringValue({ produce: () => configChecksum({ 'a.yaml': 'x' }) });
  expect(template({ annotations: lateChecksumAnnotation(late) }).metadata.annotations).toEqual(metadata.annotations);
});

test('pods of certain pools tolerate their taints as they are, agents whatever their values', () => {
  const exact = [
    { key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' },
    { key: 'team', operator: 'Equal', value: 'ml', effect: 'NoExecute' },
  ];
  expect(tolerationsOf(TAINTS)).toEqual(exact);
  expect(template({ taints: TAINTS }).spec.toleration).toEqual(exact);
  const any = [exact[0], { key: 'team', operator: 'Exists', effect: 'NoExecute' }];
  expect(tolerationsOfAnyValue([...TAINTS, { ...TAINTS[0], value: 'other' }])).toEqual(any);
  const taints = [...TAINTS];
  const late = template({ tolerations: () => tolerationsOfAnyValue(taints) });
  expect(late.spec.toleration).toEqual(any);
});

test('quantities', () => {
  const sizes = [DataSize.gib(2), DataSize.mib(1536), DataSize.bytes(1), DataSize.gib(2048)];
  expect(sizes.map(mebibytes)).toEqual(['2048Mi', '1536Mi', '1Mi', '2097152Mi']);
  expect(sizes.map(canonicalBytes)).toEqual(['2Gi', '1536Mi', '1Mi', '2Ti']);
  expect(['1024Ki', '2500Mi', '8', '500m', '1.5Gi', '0Mi'].map(canonicalQuantity)).toEqual([
    '1Mi',
    '2500Mi',
    '8',
    '500m',
    '1.5Gi',
    '0Mi',
  ]);
  expect([2000, 1500].map(cores)).toEqual(['2', '1500m']);
});

test('hints hang on the resource and add up', () => {
  synthesize((stack) => {
    const pods = new DeploymentV1(stack, 'Pods', {
      ...kubernetesMeta(stack, testCluster(stack)),
      metadata: { name: 'pods' },
      spec: { template: { metadata: {}, spec: {} } },
    });
    expect(schedulingHintsOf(pods)).toEqual({});
    hintScheduling(pods, { tensorParallelism: 4 });
    hintScheduling(pods, { podsPerGroup: 2 });
    expect(schedulingHintsOf(pods)).toEqual({ tensorParallelism: 4, podsPerGroup: 2 });
    const key = Symbol.for('gpu-inference-constructs/scheduling-hints');
    expect((pods as unknown as { [key: symbol]: unknown })[key]).toEqual({ tensorParallelism: 4, podsPerGroup: 2 });
  });
});
