import { PathMap } from './pod-volumes';

const MOUNTS = new PathMap([
  ['/models', '/run/a'],
  ['/etc/vllm', '/run/b'],
  ['/etc/vllm-probes', '/run/c'],
  ['/tmp', '/run/tmp/d'],
]);

test.each([
  ['/models/weights/tiny/1', '/run/a/weights/tiny/1'],
  ['--path={"path":"/models/adapters/legal/1"}', '--path={"path":"/run/a/adapters/legal/1"}'],
  ['python3 /etc/vllm-probes/probe_vllm.py; sh /etc/vllm/x', 'python3 /run/c/probe_vllm.py; sh /run/b/x'],
  ['HOME=/tmp', 'HOME=/run/tmp/d'],
  ['s3://weights/models/1 weights/models', 's3://weights/models/1 weights/models'],
  ['/var/tmp /tmpfs s3://models/1', '/var/tmp /tmpfs s3://models/1'],
])('paths of mounts in %s', (text, here) => expect(MOUNTS.applyTo(text)).toBe(here));

test('without mounts nothing is replaced', () => expect(new PathMap([]).applyTo('/tmp a')).toBe('/tmp a'));
