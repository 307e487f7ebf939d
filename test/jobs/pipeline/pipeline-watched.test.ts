import { execFileSync } from 'child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import * as path from 'path';
import { Metric } from '../../../lib/catalog/metric';
import { MetricExporter } from '../../../lib/catalog/metric-kind';
import { ModelPipeline } from '../../../lib/jobs';
import { MonitoringStack } from '../../../lib/monitoring';
import { onPath, testWith } from '../../monitoring/support';
import { withSite } from '../../serving/support/fixtures';
import { piped, propsOn } from './support/pipelines';

const promtool = onPath('promtool');
const JOBS = path.join(__dirname, '..', '..', '..', 'jobs');

/** A monitoring stack that watches a pipeline. */
function watched() {
  let found: { monitoring: MonitoringStack; pipeline: ModelPipeline } | undefined;
  const json = withSite((site) => {
    const pipeline = new ModelPipeline(site.scope, 'Quantize', propsOn(site));
    const monitoring = new MonitoringStack(site.scope, 'Monitoring', { cluster: site.cluster, clusterMetrics: false });
    monitoring.watch(pipeline);
    found = { monitoring, pipeline };
  });
  return { json, ...found! };
}

test('the port that is scraped is the one that the program answers on, and no other container declares it', () => {
  const { json, pipeline } = piped();
  const [job] = json.resources('kubernetes_job_v1') as any[];
  const containers: any[] = job.spec.template.spec.container;
  const declaring = containers.filter(({ port }) => port !== undefined);
  const { port } = pipeline.metricsTarget;
  expect(declaring.map(({ name }) => name)).toEqual(['run']);
  expect(declaring[0].port[0].container_port).toBe(port);
  expect(declaring[0].command).toContain(`--metrics-port=${port}`);
  expect(job.spec.template.metadata.labels).toMatchObject(pipeline.metricsTarget.podSelector);
});

test('it is scraped while it runs, and let in by a policy of its own', () => {
  const { json, monitoring } = watched();
  const config = JSON.stringify(json.resources('kubernetes_config_map_v1'));
  expect(config).toContain('model-pipeline-quantize');
  const policies = json.resources('kubernetes_network_policy_v1') as any[];
  const scrape = policies.filter(({ metadata }) => /^scrape-model-pipeline-quantize/.test(metadata.name));
  expect(scrape).toHaveLength(1);
  expect(scrape[0].spec.ingress[0].ports).toEqual([{ port: '9464', protocol: 'TCP' }]);
  expect(scrape[0].spec.pod_selector.match_labels).toMatchObject({ 'app.kubernetes.io/instance': 'quantize' });
  expect(monitoring.rules).toContain('inference_pipeline_size_percent');
  // A Job that fetches, publishes or has ended is no outage.
  expect(monitoring.rules).not.toMatch(/ServerDown|NoServerAnswers|ServersMissing|ServerRestarts/);
});

test('the catalogue has every metric that the program may set, and no other', () => {
  const program = 'from model_pipeline.metrics import METRICS; import json; print(json.dumps(METRICS))';
  const env = { ...process.env, PYTHONPATH: path.join(JOBS, 'src'), PYTHONDONTWRITEBYTECODE: '1' };
  const set = JSON.parse(execFileSync('python3', ['-c', program], { env, encoding: 'utf8' }));
  const known = Metric.ALL.filter(({ exporter }) => exporter === MetricExporter.MODEL_PIPELINE);
  expect(Object.fromEntries(known.map(({ name, type }) => [name, type]))).toEqual(
    Object.fromEntries(Object.entries<[string, string]>(set).map(([name, [, type]]) => [name, type])),
  );
});

testWith('promtool')('what it measured is found after its pod is gone, by the query of the documentation', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'pipeline-watched-'));
  const series = (check: string) =>
    `model_pipeline_check_value{pipeline="quantize",check="${check}",value="share",pod="quantize-x"}`;
  const asked = 'max by (pipeline, check, value) (last_over_time(model_pipeline_check_value[7d]))';
  const text = JSON.stringify({
    evaluation_interval: '1m',
    tests: [
      {
        interval: '1m',
        // Read twice, then the pod ends; a day later nothing of it is left but what was kept.
        input_series: [{ series: series('size'), values: '0.27x1 stale' }],
        promql_expr_test: [
          { expr: 'model_pipeline_check_value', eval_time: '1d', exp_samples: [] },
          {
            expr: asked,
            eval_time: '1d',
            exp_samples: [{ labels: '{pipeline="quantize",check="size",value="share"}', value: 0.27 }],
          },
        ],
      },
    ],
  });
  writeFileSync(path.join(folder, 'test.yml'), text);
  execFileSync(promtool as string, ['test', 'rules', 'test.yml'], { cwd: folder });
  rmSync(folder, { recursive: true });
});
