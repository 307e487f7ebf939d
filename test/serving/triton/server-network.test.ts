import { GpuInstanceType } from '../../../lib/catalog';
import { KubernetesManifests } from '../../../lib/manifests';
import { PodVolume, ServiceType, TritonDeployment } from '../../../lib/serving';
import { TaintEffect } from '../../../lib/core';
import { DataSize } from '../../../lib/units';
import { faultsThrown, idsOf } from '../../support/faults';
import { Block, Synthesized } from '../../support/synth';
import { DeploymentOverrides, deploy, llama8b, withSite } from '../support/fixtures';

/** What a deployment is refused for; nothing if it is not. */
function refused(overrides: DeploymentOverrides): string[] {
  try {
    deploy(overrides);
    return [];
  } catch {
    return idsOf(faultsThrown(() => deploy(overrides)));
  }
}
const policyOf = (json: Synthesized): Block => json.only('kubernetes_network_policy_v1').spec;

describe('network', () => {
  // A rule whose list of sources is empty matches all of them.
  test('accessibleFrom: [] lets nobody in', () => {
    const { ingress, policy_types: types } = policyOf(deploy({ accessibleFrom: [] }).json);
    expect(types).toContain('Ingress');
    expect(ingress ?? []).toEqual([]);
  });

  test('requests come from its own namespace, metrics from nobody, and nothing but the store is reached', () => {
    const { pod_selector: pods, policy_types: types, ingress, egress } = policyOf(deploy().json);
    expect(pods.match_labels).toEqual({ 'app.kubernetes.io/name': 'triton', 'app.kubernetes.io/instance': 'chat' });
    expect(types).toEqual(['Ingress', 'Egress']);
    expect(ingress).toEqual([
      {
        from: [{ namespace_selector: { match_labels: { 'kubernetes.io/metadata.name': 'inference' } } }],
        ports: [
          { port: '8000', protocol: 'TCP' },
          { port: '8001', protocol: 'TCP' },
        ],
      },
    ]);
    expect(egress.map(({ ports }: Block) => ports.map(({ port }: Block) => port).join())).toEqual([
      '53,53',
      '443',
      '80',
    ]);
  });

  test('callers and further targets are named', () => {
    const { ingress, egress } = policyOf(
      deploy({
        accessibleFrom: ['gateway', '10.0.0.0/8'],
        metricsFrom: ['prometheus'],
        egressTo: [{ cidr: '10.9.0.0/16', port: 6379 }],
      }).json,
    );
    expect(ingress[0].from).toEqual([
      { namespace_selector: { match_labels: { 'kubernetes.io/metadata.name': 'gateway' } } },
      { ip_block: { cidr: '10.0.0.0/8' } },
    ]);
    expect(ingress[1].ports).toEqual([{ port: '8002', protocol: 'TCP' }]);
    expect(egress[egress.length - 1]).toEqual({
      to: [{ ip_block: { cidr: '10.9.0.0/16' } }],
      ports: [{ port: '6379', protocol: 'TCP' }],
    });
  });

  test.each([
    ['https://10.1.2.3:9000', ['10.1.2.3/32'], '9000'],
    ['https://s3.example.com', ['0.0.0.0/0', '::/0'], '443'],
    ['http://s3.example.com', ['0.0.0.0/0', '::/0'], '80'],
  ])('a store at %s is reached there', (endpoint, cidrs, port) => {
    const { egress } = policyOf(deploy({ reach: { credentials: { name: 's' }, endpoint } }).json);
    expect(egress).toHaveLength(2);
    expect(egress[1]).toEqual({
      to: cidrs.map((cidr) => ({ ip_block: { cidr } })),
      ports: [{ port, protocol: 'TCP' }],
    });
  });

  test('a store in the cluster is its namespace', () => {
    const endpoint = 'http://minio.minio.svc:80';
    const { egress } = policyOf(deploy({ reach: { credentials: { name: 's' }, endpoint } }).json);
    expect(egress[1].to).toEqual([
      { namespace_selector: { match_labels: { 'kubernetes.io/metadata.name': 'minio' } } },
    ]);
  });

  test('can be left out', () => {
    const { json, deployment } = deploy({ networkPolicy: false });
    expect(json.json.resource.kubernetes_network_policy_v1).toBeUndefined();
    expect(deployment.metricsTarget.isolated).toBe(false);
  });

  test.each([
    [{ accessibleFrom: ['Bad'] }, 'INVALID_NAME accessibleFrom[0]'],
    [{ accessibleFrom: ['10.0.0.0/99'] }, 'INVALID_FORMAT accessibleFrom[0]'],
    [{ accessibleFrom: ['10.1.2.3'] }, 'INVALID_FORMAT accessibleFrom[0]'],
    [{ accessibleFrom: ['fd00::1'] }, 'INVALID_FORMAT accessibleFrom[0]'],
    [{ egressTo: [{ cidr: 'x', port: 1 }] }, 'INVALID_FORMAT egressTo[0].cidr'],
    [{ egressTo: [{ cidr: '10.0.0.0/8', port: 0 }] }, 'OUT_OF_RANGE egressTo[0].port'],
  ])('%j is refused', (overrides, expected) => expect(refused(overrides)).toEqual([expected]));
});

describe('what users add', () => {
  const additions: DeploymentOverrides = {
    podLabels: { team: 'search' },
    podAnnotations: { 'example.com/scan': 'true' },
    secretEnvironment: { HF_TOKEN: { name: 'hub', key: 'token' } },
    sidecars: [
      {
        name: 'proxy',
        image: 'registry.example.com/proxy:1.2',
        ports: { https: 8443 },
        cpu: 0.25,
        memory: DataSize.mib(256),
        volumeMounts: [{ volume: 'certificates', path: '/certs' }],
      },
    ],
    volumes: [PodVolume.secret('certificates', 'tls')],
    volumeMounts: [{ volume: 'certificates', path: '/certs' }],
    runtimeClassName: 'nvidia',
    tolerations: [{ key: 'team', value: 'search', effect: TaintEffect.NO_SCHEDULE }],
    serviceType: ServiceType.LOAD_BALANCER,
    serviceAnnotations: { 'service.beta.kubernetes.io/aws-load-balancer-internal': 'true' },
    accessibleFrom: ['10.0.0.0/8'],
  };

  test('is in the pods and the service, beside what the library needs', () => {
    const { json } = deploy(additions);
    const template = json.only('kubernetes_deployment_v1').spec.template;
    expect(template.metadata.labels).toMatchObject({ team: 'search', 'app.kubernetes.io/instance': 'chat' });
    expect(template.metadata.annotations).toMatchObject({
      'example.com/scan': 'true',
      'eks.amazonaws.com/skip-containers': 'triton,proxy',
    });
    const { container, volume, toleration, runtime_class_name: runtime } = template.spec;
    expect(runtime).toBe('nvidia');
    expect(toleration).toContainEqual({ key: 'team', operator: 'Equal', value: 'search', effect: 'NoSchedule' });
    expect(volume).toContainEqual({ name: 'certificates', secret: { secret_name: 'tls', default_mode: '0440' } });
    expect(container[0].env).toContainEqual({
      name: 'HF_TOKEN',
      value_from: { secret_key_ref: { name: 'hub', key: 'token' } },
    });
    expect(container[1]).toMatchObject({
      name: 'proxy',
      resources: { requests: { cpu: '250m', memory: '256Mi' }, limits: { cpu: '250m', memory: '256Mi' } },
      security_context: { run_as_non_root: true, read_only_root_filesystem: true },
      volume_mount: [{ name: 'certificates', mount_path: '/certs', read_only: true }],
    });
    const service = json.only('kubernetes_service_v1');
    expect(service.spec.type).toBe('LoadBalancer');
    expect(service.metadata.annotations).toEqual(additions.serviceAnnotations);
    expect(policyOf(json).ingress[0].ports).toContainEqual({ port: '8443', protocol: 'TCP' });
  });

  test('is part of the proof', () => {
    const sidecars = [{ name: 'big', image: 'registry.example.com/big:1', cpu: 3.5, memory: DataSize.gib(1) }];
    expect(refused({ sidecars })).toEqual(['POD_EXCEEDS_NODE resources.cpu']);
    const memory = [{ name: 'big', image: 'registry.example.com/big:1', memory: DataSize.gib(12) }];
    expect(refused({ sidecars: memory })).toEqual(['POD_EXCEEDS_NODE resources.memory']);
  });

  test.each([
    ...['name', 'instance', 'managed-by'].map((name): [DeploymentOverrides, string] => [
      { podLabels: { [`app.kubernetes.io/${name}`]: 'x' } },
      `RESERVED podLabels['app.kubernetes.io/${name}']`,
    ]),
    ...['gpu-inference-constructs/config-checksum', 'eks.amazonaws.com/skip-containers'].map(
      (name): [DeploymentOverrides, string] => [
        { podAnnotations: { [name]: 'x' } },
        `RESERVED podAnnotations['${name}']`,
      ],
    ),
    [{ volumes: [PodVolume.secret('models', 's')] }, 'RESERVED volumes[0].name'],
    [{ volumeMounts: [{ volume: 'x', path: '/x' }] }, 'UNKNOWN_VALUE volumeMounts[0].volume'],
    [{ sidecars: [{ name: 'triton', image: 'a/b:1' }] }, 'DUPLICATE sidecars'],
    [{ sidecars: [{ name: 'a', image: 'a/b' }] }, 'INVALID_FORMAT sidecars[0].image'],
    [
      { environment: { A: '1' }, secretEnvironment: { A: { name: 's', key: 'k' } } },
      "CONFLICTING_PROPERTIES secretEnvironment['A']",
    ],
    [{ secretEnvironment: { A: { name: 's', key: '../k' } } }, "INVALID_NAME secretEnvironment['A'].key"],
    [{ environment: { PROBE_STATE_DIR: '/nowhere' } }, "RESERVED environment['PROBE_STATE_DIR']"],
    [{ environment: { TRITON_HTTP_PORT: '9' } }, "RESERVED environment['TRITON_HTTP_PORT']"],
    [{ environment: { PROBE_SECONDS: '600' } }, "RESERVED environment['PROBE_SECONDS']"],
    [{ secretEnvironment: { PROBE_DIR: { name: 's', key: 'k' } } }, "RESERVED secretEnvironment['PROBE_DIR']"],
    [{ environment: { 'A=B': '1' } }, "INVALID_NAME environment['A=B']"],
    [{ environment: { '': '1' } }, "INVALID_NAME environment['']"],
    ...[
      '/models',
      '/models/',
      '/models/weights',
      '//models',
      '/etc/triton-probes',
      '/etc/triton-probes/x',
      '/tmp',
      '/dev/shm',
      '/etc',
      '/dev',
      '/',
    ].map((mountPath): [DeploymentOverrides, string] => [
      { volumes: [PodVolume.secret('own', 's')], volumeMounts: [{ volume: 'own', path: mountPath }] },
      mountPath === '/' ? 'INVALID_FORMAT volumeMounts[0].path' : 'RESERVED volumeMounts[0].path',
    ]),
    [
      {
        volumes: [PodVolume.secret('own', 's')],
        volumeMounts: [
          { volume: 'own', path: '/own' },
          { volume: 'own', path: '/own/' },
        ],
      },
      'DUPLICATE volumeMounts[1].path',
    ],
  ])('%j is refused', (overrides: DeploymentOverrides, expected) =>
    expect(refused(overrides).map((each) => each.replace(/\[\d\]$/, ''))).toContain(expected),
  );

  test.each(['/tmp/own', '/dev/shm/own', '/etc/own', '/modelsets', '/opt'])('is mounted at %s', (mountPath) => {
    const volumeMounts = [{ volume: 'own', path: mountPath }];
    expect(refused({ volumes: [PodVolume.secret('own', 's')], volumeMounts })).toEqual([]);
  });

  test('is rendered as manifests too', () => {
    let yaml = '';
    withSite(({ scope, cluster, store, pool }) => {
      const nodePool = pool(GpuInstanceType.G5_XLARGE);
      new TritonDeployment(scope, 'Chat', { cluster, nodePool, modelStore: store, models: [llama8b], ...additions });
      yaml = KubernetesManifests.of(scope as never).toYaml();
    });
    for (const text of ['kind: NetworkPolicy', 'runtimeClassName: nvidia', 'secretKeyRef', 'immutable: true'])
      expect(yaml).toContain(text);
  });
});
