import { Fn } from 'cdktf';
import { ImageRegistry } from '../../lib/kubernetes';
import { faultsThrown, idsOf } from '../support/faults';

const mirror = ImageRegistry.mirror('registry.acme.io/mirror/', ['pull']);

test.each([
  ['nvcr.io/nvidia/tritonserver:26.07-py3', 'registry.acme.io/mirror/nvidia/tritonserver:26.07-py3'],
  ['public.ecr.aws/aws-cli/aws-cli:2.38.5', 'registry.acme.io/mirror/aws-cli/aws-cli:2.38.5'],
  ['quay.io/prometheus/prometheus:v3.5.0', 'registry.acme.io/mirror/prometheus/prometheus:v3.5.0'],
  ['grafana/grafana:12.0.0', 'registry.acme.io/mirror/grafana/grafana:12.0.0'],
  ['docker.io/vllm/vllm-openai:v0.24.0', 'registry.acme.io/mirror/vllm/vllm-openai:v0.24.0'],
  // A company's own registries have them already.
  ['registry.acme.io/llm/gateway:1.4.2', 'registry.acme.io/llm/gateway:1.4.2'],
  ['registry.acme.io/mirror/nvidia/tritonserver:26.07-py3', 'registry.acme.io/mirror/nvidia/tritonserver:26.07-py3'],
  ['123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/a:1', '123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/a:1'],
  ['localhost:5000/a:1', 'localhost:5000/a:1'],
])('%s is pulled as %s', (image, pulled) => {
  expect(mirror.resolve(image)).toBe(pulled);
  expect(ImageRegistry.UPSTREAM.resolve(image)).toBe(image);
});

test.each(['localhost:5000', 'registry', '10.0.0.1:5000/a', 'registry.acme.io/a/b-c', Fn.join('.', ['a', 'b'])])(
  '%s is a mirror',
  (host) => {
    expect(ImageRegistry.mirror(host).host).toBe(host);
  },
);

test.each(['https://registry.acme.io/', 'Not a host!!', '', 'registry.acme.io/A', 'registry.acme.io:port', '-a.io'])(
  '%p is no mirror',
  (host) => {
    expect(faultsThrown(() => ImageRegistry.mirror(host))).toContainEqual(
      expect.objectContaining({
        id: 'INVALID_FORMAT',
        property: 'host',
        reason: expect.stringContaining(`got '${host.replace(/\/$/, '')}'`) as string,
      }),
    );
  },
);

test.each<[string, string]>([
  ['registry.acme.io/charts', 'INVALID_FORMAT'],
  ['file:///charts', 'INVALID_FORMAT'],
  ['', 'INVALID_FORMAT'],
  ['https://me:secret@charts.acme.io', 'SECRET_IN_URL'],
])('%p is no repository of charts', (url, id) => {
  const found = faultsThrown(() => ImageRegistry.mirror('registry.acme.io', [], url));
  expect(found.map((each) => [each.id, each.property])).toEqual([[id, 'chartRepository']]);
  expect(ImageRegistry.mirror('registry.acme.io', [], 'https://charts.acme.io/').chartRepository).toBe(
    'https://charts.acme.io',
  );
});

test('secrets alone leave every image where it is', () => {
  const registry = ImageRegistry.withPullSecrets(['team-registry', 'nvcr.io']);
  expect([registry.host, registry.chartRepository]).toEqual([undefined, undefined]);
  expect(registry.pullSecrets).toEqual(['team-registry', 'nvcr.io']);
  expect(registry.resolve('registry.acme.io/llm/gateway:1.4.2')).toBe('registry.acme.io/llm/gateway:1.4.2');
  expect(registry.resolve('nvcr.io/nvidia/tritonserver:26.07-py3')).toBe('nvcr.io/nvidia/tritonserver:26.07-py3');
});

test.each<[string, () => unknown, string[]]>([
  ['no secret', () => ImageRegistry.withPullSecrets([]), ['EMPTY_LIST pullSecrets']],
  [
    'names that no secret has',
    () => ImageRegistry.withPullSecrets(['ok', 'My Secret']),
    ['INVALID_NAME pullSecrets[1]'],
  ],
  ['a reference', () => ImageRegistry.withPullSecrets(['team/pull']), ['INVALID_NAME pullSecrets[0]']],
  ['the same of a mirror', () => ImageRegistry.mirror('registry.acme.io', ['']), ['INVALID_NAME pullSecrets[0]']],
])('refuses %s', (_, make, expected) => {
  expect(idsOf(faultsThrown(make))).toEqual(expected);
});
