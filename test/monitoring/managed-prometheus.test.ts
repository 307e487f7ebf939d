import { execFileSync } from 'child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import * as path from 'path';
import { MonitoringStack, MonitoringStackProps } from '../../lib/monitoring';
import { faultsThrown } from '../support/faults';
import { synthesize } from '../support/synth';
import { testCluster } from '../support/test-cluster';
import { monitor, onPath, testWith } from './support';

const promtool = onPath('promtool');
const withPromtool = testWith('promtool');

const ID = 'ws-0a11ce00-0000-4000-8000-000000000001';
const arn = (partition = 'aws', region = 'eu-central-1') =>
  `arn:${partition}:aps:${region}:123456789012:workspace/${ID}`;

interface Config {
  readonly remote_write?: object[];
  readonly scrape_configs: object[];
}

const configOf = (props: Partial<MonitoringStackProps>) =>
  JSON.parse(monitor([{}], props).monitoring.prometheusConfiguration) as Config;

test.each([
  ['aws', 'eu-central-1', 'amazonaws.com'],
  ['aws-us-gov', 'us-gov-west-1', 'amazonaws.com'],
  ['aws-cn', 'cn-north-1', 'amazonaws.com.cn'],
])('series are written into the workspace of %s, in its region', (partition, region, domain) => {
  expect(configOf({ managedPrometheusArn: arn(partition, region) }).remote_write).toEqual([
    { url: `https://aps-workspaces.${region}.${domain}/workspaces/${ID}/api/v1/remote_write`, sigv4: { region } },
  ]);
});

test('nothing is written elsewhere by default, and no role is asked for', () => {
  expect(configOf({})).not.toHaveProperty('remote_write');
  expect(monitor().result.resources('aws_iam_role_policy')).toEqual([]);
});

test('the role of Prometheus may write there, and nothing else; its account carries what leads to the role', () => {
  const result = synthesize((stack) => {
    const cluster = testCluster(stack);
    new MonitoringStack(stack, 'Monitoring', { cluster, alertReceivers: [], managedPrometheusArn: arn() });
    expect(cluster.askedRoles).toEqual(['monitoring/prometheus']);
  });
  const { policy } = result.only('aws_iam_role_policy') as { policy: string };
  expect(JSON.parse(policy)).toEqual({
    Version: '2012-10-17',
    Statement: [{ Sid: 'RemoteWrite', Effect: 'Allow', Action: ['aps:RemoteWrite'], Resource: [arn()] }],
  });
  const accounts = result.resources('kubernetes_service_account_v1');
  const annotated = accounts.filter(({ metadata }) => metadata.annotations !== undefined);
  expect(annotated.map(({ metadata }) => metadata.name)).toEqual(['prometheus']);
});

withPromtool('Prometheus takes the configuration', () => {
  const { scrape_configs: jobs, ...config } = configOf({ managedPrometheusArn: arn() });
  expect(jobs).toHaveLength(3);
  const folder = mkdtempSync(path.join(tmpdir(), 'managed-prometheus-'));
  try {
    writeFileSync(path.join(folder, 'rules.yml'), '{}');
    writeFileSync(path.join(folder, 'prometheus.yml'), JSON.stringify(config));
    const run = () =>
      execFileSync(promtool as string, ['check', 'config', 'prometheus.yml'], { cwd: folder, encoding: 'utf8', stdio: 'pipe' }); // prettier-ignore
    expect(run()).toContain('is valid prometheus config file syntax');
    const odd = { ...config, remote_write: [{ ...config.remote_write?.[0], sigv4: { zone: 'a' } }] };
    writeFileSync(path.join(folder, 'prometheus.yml'), JSON.stringify(odd));
    expect(run).toThrow();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test.each([
  'ws-0a11ce00-0000-4000-8000-000000000001',
  'arn:aws:aps:eu-central-1:123456789012:workspace/other',
  'arn:aws:s3:::models',
  '',
])('%p is refused', (managedPrometheusArn) => {
  const faults = faultsThrown(() => monitor([{}], { managedPrometheusArn }));
  expect(faults.map(({ id, property }) => [id, property])).toEqual([['INVALID_FORMAT', 'managedPrometheusArn']]);
});
