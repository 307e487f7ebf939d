import { faultsThrown, idsOf } from '../support/faults';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import * as path from 'path';
import { S3Bucket } from '@cdktf/provider-aws/lib/s3-bucket';
import { HelmProvider } from '@cdktf/provider-helm/lib/provider';
import { Release } from '@cdktf/provider-helm/lib/release';
import { Lazy, Testing, Token } from 'cdktf';
import { Construct } from 'constructs';
import { CustomResources, CustomResourcesProps } from '../../lib/kubernetes/custom-resources';
import { isCustomResourcesChart } from '../../lib/kubernetes/custom-resources-chart';
import { KubernetesAccess } from '../../lib/kubernetes/kubernetes-access';
import { unescapeTemplate } from '../support/template';
import { synthesize, testStack } from '../support/synth';
import { TestCluster, testCluster } from '../support/test-cluster';

const RULE = {
  apiVersion: 'monitoring.coreos.com/v1',
  kind: 'PrometheusRule',
  metadata: { name: 'gpu', labels: { a: 'on' } },
  spec: {
    text: 'a ${b} %{c} {{ $labels.pod }}\n---\n"q" \\ <&>',
    number: 1000000,
    float: 0.5,
    flag: true,
    none: null,
    list: [1, ['x']],
  },
};

function build(props: Partial<CustomResourcesProps> = {}, access = true) {
  return synthesize((stack) => {
    const cluster = access ? testCluster(stack) : new TestCluster(stack, 'Cluster');
    new CustomResources(stack, 'Rules', {
      cluster,
      releaseName: 'rules',
      namespace: 'monitoring',
      resources: [RULE],
      ...props,
    });
  });
}

test('resources become the values of a release of the chart, verbatim', () => {
  const release = build().only('helm_release');
  expect(release).toMatchObject({ name: 'rules', namespace: 'monitoring', provider: 'helm.test' });
  expect(release.chart).toMatch(/^\.\/assets\/CustomResourcesChart\/[0-9A-F]{32}$/);
  expect(isCustomResourcesChart(release.chart)).toBe(true);
  expect(isCustomResourcesChart('./charts/mine')).toBe(false);
  expect(release.values).toHaveLength(1);
  expect(release.values[0]).toContain('$${b} %%{c}');
  expect(JSON.parse(unescapeTemplate(release.values[0]))).toEqual({ resources: [RULE] });
});

test('references are left to Terraform, which encodes them', () => {
  const result = synthesize((stack) => {
    const bucket = new S3Bucket(stack, 'Bucket', {});
    new CustomResources(stack, 'Rules', {
      cluster: testCluster(stack),
      releaseName: 'rules',
      namespace: 'monitoring',
      resources: [
        {
          ...RULE,
          spec: {
            arn: bucket.arn,
            uri: `s3://${bucket.bucket}/"\${x}"`,
            names: Token.asList(bucket.tags),
            undefined,
          },
        },
      ],
    });
  });
  expect(result.only('helm_release').values[0]).toContain(
    '"spec":{"arn":${jsonencode(aws_s3_bucket.Bucket.arn)},"uri":"s3://${aws_s3_bucket.Bucket.bucket}/\\"$${x}\\"",' +
      '"names":${jsonencode(aws_s3_bucket.Bucket.tags)}}',
  );
});

test('the release waits for what defines the kinds', () => {
  const result = synthesize((stack) => {
    const operator = new Release(stack, 'Operator', { name: 'operator', chart: 'operator' });
    const ready = [new S3Bucket(stack, 'Entry', {})];
    const cluster = new TestCluster(stack, 'Cluster', { ready });
    KubernetesAccess.of(stack, cluster);
    new HelmProvider(stack, 'Default', {});
    const made = new CustomResources(stack, 'Rules', {
      cluster,
      releaseName: 'rules',
      namespace: 'monitoring',
      resources: [RULE],
      dependsOn: [operator],
    });
    expect(made.ready).toEqual([made.node.findChild('Resource')]);
  });
  expect(result.byName('helm_release', 'rules').depends_on).toEqual(['aws_s3_bucket.Entry', 'helm_release.Operator']);
});

test('two of them share one copy of the chart, and two syntheses are equal', () => {
  const folders = [0, 1].map(() => mkdtempSync(path.join(tmpdir(), 'custom-resources-')));
  try {
    const texts = folders.map((outdir) => {
      const app = Testing.app({ outdir });
      const stack = testStack(app);
      const cluster = testCluster(stack);
      const scope = new Construct(stack, 'Scope');
      for (const name of ['a', 'b']) {
        new CustomResources(scope, name, { cluster, releaseName: name, namespace: 'monitoring', resources: [RULE] });
      }
      app.synth();
      return readFileSync(path.join(outdir, 'stacks', 'test', 'cdk.tf.json'), 'utf8');
    });
    expect(texts[0]).toBe(texts[1]);
    for (const folder of [...folders, process.cwd(), path.sep + 'work']) expect(texts[0]).not.toContain(folder);
    const releases = Object.values(JSON.parse(texts[0]).resource.helm_release as { [id: string]: { chart: string } });
    expect(new Set(releases.map((release) => release.chart)).size).toBe(1);
    const chart = path.join(folders[0], 'stacks', 'test', releases[0].chart);
    for (const file of ['Chart.yaml', 'values.yaml', 'templates/resources.yaml']) {
      expect(existsSync(path.join(chart, file))).toBe(true);
    }
  } finally {
    folders.forEach((folder) => rmSync(folder, { recursive: true }));
  }
});

describe('fails when', () => {
  const token = Lazy.stringValue({ produce: () => '${aws_x.y.z}' });

  test.each<[string, Partial<CustomResourcesProps>, ...string[]]>([
    ['there are no resources', { resources: [] }, 'EMPTY_LIST resources'],
    ['the kind is missing', { resources: [{ ...RULE, kind: undefined }] }, 'MISSING_PROPERTY resources[0].kind'],
    ['the name is missing', { resources: [{ ...RULE, metadata: {} }] }, 'MISSING_PROPERTY resources[0].metadata.name'],
    [
      'everything is missing',
      { resources: [{}] },
      'MISSING_PROPERTY resources[0].apiVersion',
      'MISSING_PROPERTY resources[0].kind',
      'MISSING_PROPERTY resources[0].metadata.name',
    ],
    [
      'the name is a token',
      { resources: [{ ...RULE, metadata: { name: token } }] },
      'MISSING_PROPERTY resources[0].metadata.name',
    ],
    ['a key is a token', { resources: [{ ...RULE, spec: { [token]: 1 } }] }, 'VALUE_NOT_CONCRETE resources[0]'],
    [
      'one is given twice',
      { resources: [RULE, { ...RULE, metadata: { name: 'gpu', namespace: 'monitoring' } }] },
      'DUPLICATE resources[1]',
    ],
    ['the release name is too long', { releaseName: 'r'.repeat(54) }, 'INVALID_NAME releaseName'],
    ['the namespace is none', { namespace: 'A' }, 'INVALID_NAME namespace'],
  ])('%s', (_, props, ...ids) => {
    expect(idsOf(faultsThrown(() => build(props)))).toEqual(ids);
    expect(() => build(props)).toThrow('test/Rules');
  });

  test('the stack has no Helm provider', () => {
    expect(() => build({}, false)).toThrow("has no helm provider for cluster 'test'");
  });
});
