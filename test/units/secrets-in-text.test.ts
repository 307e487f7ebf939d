import { TerraformVariable } from 'cdktf';
import { NodeAgents } from '../../lib/compute';
import { podFaults } from '../../lib/jobs/pod-faults';
import { secretMetadataFaults, secretWordFaults } from '../../lib/units/secrets-in-text';
import { VllmDeployment } from '../../lib/serving';
import { GpuInstanceType } from '../../lib/catalog';
import { faultsThrown, idsOf } from '../support/faults';
import { Site, deploy, withSite } from '../serving/support/fixtures';
import { CHAT, VllmOverrides, deployVllm } from '../serving/support/vllm-fixtures';

const HUB = `hf_${'aB3dE5gH'.repeat(4)}`;
const OPENAI = `sk-proj-${'aB3dE5gH'.repeat(4)}`;
const instead = () => 'use another way';

describe('words of a command', () => {
  test.each<[string[], number]>([
    [[`--token=${HUB}`], 0],
    [[HUB], 0],
    [['serve', '--password', 'hunter2'], 2],
    [['--api-key=hunter2'], 0],
    [['-db.password=hunter2'], 0],
    [['--token=hunter2$(X)'], 0],
    [['sh', '-c', `curl -H "Authorization: Bearer ${OPENAI}" https://api.example.com`], 2],
    [['sh', '-c', 'HF_TOKEN=hunter2 exec serve'], 2],
    [['sh', '-c', 'true; export DB_PASSWORD="hunter2"; serve'], 2],
    [['sh', '-c', 'curl https://me:hunter2@host.example/x'], 2],
    [['--proxy=http://me:hunter2@proxy:3128'], 0],
  ])('%j', (words, at) => {
    const faults = secretWordFaults('args', words, { instead });
    expect(idsOf(faults)).toEqual([`LITERAL_SECRET args[${at}]`]);
    expect(faults[0].reason).not.toMatch(/hunter2|hf_|sk-/);
  });

  test.each<[string[]]>([
    [['--token=$(TOKEN)', '--password', '$(PASSWORD)']],
    [['--token-file=/run/secrets/token', '--key=/etc/tls/tls.key']],
    [['--eos-token=<|im_end|>', '--max-new-token', '5', '--allow-credentials', 'serve']],
    [['sh', '-c', 'HF_TOKEN=$(cat /run/token) exec serve --password="$PASSWORD"']],
    [['python3', '-c', 'print(sorted(rows, key=len)[0], token=tokenizer.eos)']],
    [['curl', 'https://host.example:8443/x?page=1', 'postgres://u:$(PW)@db/x']],
    [['--token', '--verbose']],
  ])('%j have none', (words) => {
    expect(secretWordFaults('args', words, { instead })).toEqual([]);
  });
});

test.each(['a', 'a=', '?a=$(b)', 'A=a;', '$(', '://'])('long words of %j are read in one pass', (part) => {
  const word = part.repeat(100_000 / part.length);
  const before = performance.now();
  secretWordFaults('args', [word, `x://${word}`, `--token=${word}`], { instead });
  expect(performance.now() - before).toBeLessThan(3000);
});

describe('annotations', () => {
  test.each([
    ['token', HUB],
    ['example.com/anything', `x ${HUB}`],
    ['example.com/password', 'hunter2'],
    ['hook', 'https://me:hunter2@host.example/x'],
  ])('%s: %s', (key, value) => {
    const faults = secretMetadataFaults('podAnnotations', { [key]: value });
    expect(idsOf(faults)).toEqual([`LITERAL_SECRET podAnnotations['${key}']`]);
    expect(faults[0].reason).not.toMatch(/hunter2|hf_/);
  });

  test.each([
    ['vault.hashicorp.com/agent-inject-secret-password', 'database/creds/db'],
    ['nginx.ingress.kubernetes.io/auth-secret', 'basic-auth'],
    ['prometheus.io/path', '/metrics'],
    ['example.com/token', '/var/run/token'],
  ])('%s: %s names one at most', (key, value) => {
    expect(secretMetadataFaults('podAnnotations', { [key]: value })).toEqual([]);
  });
});

describe('is refused', () => {
  const more = { name: 'proxy', image: 'example.test/proxy:1' };

  test.each<[string, VllmOverrides, string]>([
    ['in a command', { sidecars: [{ ...more, command: ['run', HUB] }] }, 'sidecars[0].command[1]'],
    ['in arguments', { initContainers: [{ ...more, args: [`--token=${HUB}`] }] }, 'initContainers[0].args[0]'],
    ['in an annotation', { podAnnotations: { token: HUB } }, "podAnnotations['token']"],
    ['in a label', { podLabels: { team: HUB } }, "podLabels['team']"],
    ['at the service', { serviceAnnotations: { x: HUB } }, "serviceAnnotations['x']"],
    ['at the account', { serviceAccountAnnotations: { x: HUB } }, "serviceAccountAnnotations['x']"],
  ])('%s', (_, { models: _models, ...given }, property) => {
    expect(idsOf(faultsThrown(() => deployVllm(given)))).toEqual([`LITERAL_SECRET ${property}`]);
    expect(idsOf(faultsThrown(() => deploy(given as object)))).toEqual([`LITERAL_SECRET ${property}`]);
  });

  test('in arguments of the server', () => {
    const extraArguments = [`--hf-token=${HUB}`];
    expect(idsOf(faultsThrown(() => deployVllm({ extraArguments })))).toContain('LITERAL_SECRET extraArguments[0]');
  });

  test('in annotations of agents and imports', () => {
    const podAnnotations = { token: HUB };
    const agents = () => withSite(({ scope, cluster }) => void new NodeAgents(scope, 'A', { cluster, podAnnotations }));
    expect(idsOf(faultsThrown(agents))).toEqual(["LITERAL_SECRET podAnnotations['token']"]);
    expect(idsOf(podFaults({ podAnnotations } as never))).toEqual(["LITERAL_SECRET podAnnotations['token']"]);
  });
});

describe('a variable of Terraform under the name of a secret', () => {
  const serve = ({ scope, cluster, pool, store }: Site, sensitive: boolean, named: (value: string) => object) => {
    const { stringValue } = new TerraformVariable(scope, 'Given', { type: 'string', sensitive });
    const nodePool = pool(GpuInstanceType.G5_XLARGE);
    new VllmDeployment(scope, 'Talk', { cluster, nodePool, modelStore: store, models: [CHAT], ...named(stringValue) });
  };
  const refused = (sensitive: boolean, named: (value: string) => object) =>
    idsOf(faultsThrown(() => withSite((site) => serve(site, sensitive, named))));
  const sidecar = (given: object) => ({ sidecars: [{ name: 'proxy', image: 'example.test/proxy:1', ...given }] });

  test('is refused where it is sensitive', () => {
    const at = ["LITERAL_SECRET environment['HF_TOKEN']"];
    expect(refused(true, (value) => ({ environment: { HF_TOKEN: value } }))).toEqual(at);
    expect(refused(true, (value) => sidecar({ environment: { API_KEY: `Bearer ${value}` } }))).toEqual([
      "LITERAL_SECRET sidecars[0].environment['API_KEY']",
    ]);
    expect(refused(true, (value) => sidecar({ args: [`--token=${value}`] }))).toEqual([
      'LITERAL_SECRET sidecars[0].args[0]',
    ]);
  });

  test('is taken where it is not, and under another name', () => {
    const taken = (sensitive: boolean, named: (value: string) => object) =>
      expect(() => withSite((site) => serve(site, sensitive, named))).not.toThrow();
    taken(false, (value) => ({ environment: { HF_TOKEN: value } }));
    taken(true, (value) => ({ environment: { REGION: value } }));
  });
});
