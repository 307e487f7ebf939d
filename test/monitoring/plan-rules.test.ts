import { execFileSync } from 'child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import * as path from 'path';
import { MetricExporter } from '../../lib/catalog/metric-kind';
import { MetricsTarget, PlannedServing } from '../../lib/core/watchable';
import { MonitoringRule } from '../../lib/monitoring';
import { DataSize } from '../../lib/units/data-size';
import { fixture, monitor, onPath, TARGET, testWith, VLLM_TARGET } from './support';

const promtool = onPath('promtool');
const withPromtool = testWith('promtool');

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

const PLAN: PlannedServing = {
  concurrency: 16,
  kvCapacityTokens: 1_048_576,
  timePerTokenMs: 12.5,
  outputTokensPerSecond: 1200,
  gpuMemory: DataSize.gib(72),
};
const VLLM: MetricsTarget = { ...VLLM_TARGET, plannedLatencyMs: { chat: 163 }, plans: { chat: PLAN } };
const TRITON: MetricsTarget = { ...TARGET, plans: { deepseek: PLAN } };
const TENSORRT: MetricsTarget = {
  ...TARGET,
  exporters: [MetricExporter.TRITON, MetricExporter.TRITON_TENSORRT_LLM],
  plans: { deepseek: PLAN },
};

function rulesOf(target: MetricsTarget): MonitoringRule[] {
  const { rules } = monitor([{ target }]).monitoring;
  return (JSON.parse(rules) as { groups: { rules: MonitoringRule[] }[] }).groups.flatMap((group) => group.rules);
}

interface Tested {
  readonly target: MetricsTarget;
  readonly series: { [series: string]: string };
  /** Values of queries after 10 minutes. */
  readonly values?: { [query: string]: number };
  /** Figures for which `PlanNotHeld` fires after 20 minutes. */
  readonly fires: string[];
}

/** What promtool says of series that run for 30 minutes. */
function tested({ target, series, values = {}, fires }: Tested): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'plan-rules-'));
  folders.push(folder);
  writeFileSync(path.join(folder, 'rules.yml'), monitor([{ target }]).monitoring.rules);
  const firing = (figures: string[]) =>
    figures.map((figure) => ({ labels: `{alertname="PlanNotHeld",figure="${figure}"}`, value: 1 }));
  const alerts = { expr: 'count by (alertname, figure) (ALERTS{alertname="PlanNotHeld",alertstate="firing"})' };
  const file = {
    rule_files: ['rules.yml'],
    evaluation_interval: '15s',
    tests: [
      {
        interval: '15s',
        input_series: Object.entries(series).map(([name, each]) => ({ series: name, values: each })),
        promql_expr_test: [
          ...Object.entries(values).map(([query, value]) => ({
            expr: query,
            eval_time: '10m',
            exp_samples: [{ labels: '{}', value }],
          })),
          { ...alerts, eval_time: '14m', exp_samples: [] },
          { ...alerts, eval_time: '22m', exp_samples: firing(fires) },
        ],
      },
    ],
  };
  writeFileSync(path.join(folder, 'plan.test.yml'), JSON.stringify(file));
  try {
    return execFileSync(promtool as string, ['test', 'rules', 'plan.test.yml'], { cwd: folder, encoding: 'utf8', stdio: 'pipe' }); // prettier-ignore
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    return stdout + stderr;
  }
}

const at = (pod: string, job = 'vllm-talk') =>
  `job="${job}",instance="${pod}:8000",namespace="inference",pod="${pod}",node="a"`;
const vllmSeries = (pod: string, engine = '0') => `model="chat",model_name="chat",engine="${engine}",${at(pod)}`;

/** The line of a real vLLM, with another number of tokens. */
function cacheOf(pod: string, tokens: string, engine = '0'): string {
  const line = fixture('vllm-0.24.0-cpu.prom')
    .split('\n')
    .find((each) => each.startsWith('vllm:cache_config_info{'));
  const [name] = (line as string).split(' ');
  return name
    .replace(/kv_cache_size_tokens="[0-9]+"/, `kv_cache_size_tokens="${tokens}"`)
    .replace(/engine="0"/, `engine="${engine}"`)
    .replace(/\}$/, `,${at(pod)}}`);
}

/** A pod of vLLM with requests that run, and a mean time per token. */
function vllmPod(pod: string, tokens: string, running: number, ms: number, engine = '0'): { [series: string]: string } {
  const labels = vllmSeries(pod, engine);
  return {
    [cacheOf(pod, tokens, engine)]: '1x120',
    [`vllm:kv_cache_usage_perc{${labels}}`]: '0.5x120',
    [`vllm:num_requests_running{${labels}}`]: `${running}x120`,
    [`vllm:request_time_per_output_token_seconds_sum{${labels}}`]: `0+${(30 * ms) / 1000}x120`,
    [`vllm:request_time_per_output_token_seconds_count{${labels}}`]: `0+30x120`,
  };
}

const CAPACITY = 'sum without (namespace, job, model) (inference_kv_capacity_tokens)';
const TIME = 'round(sum without (namespace, job, model) (inference_time_per_token_mean_milliseconds), 0.001)';

describe('what a plan says', () => {
  test('is recorded as it is', () => {
    const labels = { job: 'vllm-talk', namespace: 'inference', model: 'chat' };
    const planned = rulesOf(VLLM).filter(({ record }) => record?.startsWith('inference_plan_'));
    expect(planned).toEqual([
      { record: 'inference_plan_kv_capacity_tokens', expr: 'vector(1048576)', labels },
      { record: 'inference_plan_time_per_token_milliseconds', expr: 'vector(12.5)', labels },
      { record: 'inference_plan_latency_p99_milliseconds', expr: 'vector(163)', labels },
      { record: 'inference_plan_gpu_memory_bytes', expr: `vector(${72 * 1024 ** 3})`, labels },
    ]);
  });

  test.each([
    ['of vLLM', VLLM, ['kv-capacity', 'time-per-token']],
    ["of Triton's vLLM, which tells of no cache", TRITON, ['time-per-token', 'gpu-memory']],
    ['of TensorRT-LLM, which tells of no time per token', TENSORRT, ['kv-capacity', 'gpu-memory']],
    ['of nothing without a plan', VLLM_TARGET, []],
    [
      'of steps that give several tokens: none of the time',
      { ...TRITON, plans: { deepseek: { ...PLAN, timePerTokenMs: undefined } } },
      ['gpu-memory'],
    ],
    [
      'of several models on a GPU: none of the memory',
      { ...TRITON, models: ['deepseek', 'other'] },
      ['time-per-token'],
    ],
  ])('is compared with what is measured %s', (_, target, figures) => {
    const alerts = rulesOf(target).filter(({ alert }) => alert === 'PlanNotHeld');
    expect(alerts.map(({ labels }) => labels?.figure)).toEqual(figures);
  });

  test('stands in the alert beside what is measured', () => {
    const [capacity, time] = rulesOf(VLLM).filter(({ alert }) => alert === 'PlanNotHeld');
    expect(capacity.annotations?.summary).toBe(
      'chat has a key-value cache of {{ $value | printf "%.0f" }} tokens, planned 1048576',
    );
    expect(time.annotations?.summary).toBe(
      'chat has {{ $value | printf "%.1f" }} ms for a token, planned 12.5 ms with 16 requests at once on a server',
    );
  });
});

describe('PlanNotHeld', () => {
  withPromtool('is silent where vLLM has what was planned; the label of the cache is read as a number', () => {
    const series = { ...vllmPod('chat-0', '1048576', 16, 12.5), ...vllmPod('chat-1', '1050000', 4, 12.5) };
    const values = { [CAPACITY]: 1_048_576, [TIME]: 12.5 };
    expect(tested({ target: VLLM, series, values, fires: [] })).toContain('SUCCESS');
  });

  withPromtool.each([
    ['7', 7],
    ['1000', 1000],
    ['302921', 302_921],
    ['9999999999', 9_999_999_999],
  ])('reads %s tokens', (tokens, value) => {
    const fires = value < 943_718 ? ['kv-capacity'] : [];
    const series = vllmPod('chat-0', tokens, 1, 1);
    expect(tested({ target: VLLM, series, values: { [CAPACITY]: value }, fires })).toContain('SUCCESS');
  });

  withPromtool('adds the ranks of a pod, and takes the pod with the least', () => {
    const rank = (pod: string, engine: string) => vllmPod(pod, '500000', 1, 1, engine);
    const series = { ...rank('chat-0', '0'), ...rank('chat-0', '1'), ...vllmPod('chat-1', '1048576', 1, 1) };
    expect(tested({ target: VLLM, series, values: { [CAPACITY]: 1_000_000 }, fires: [] })).toContain('SUCCESS');
  });

  withPromtool('fires where one pod has less of a cache than nine tenths of what was planned', () => {
    const series = (tokens: string) => ({ ...vllmPod('a', '1048576', 1, 1), ...vllmPod('b', tokens, 1, 1) });
    expect(tested({ target: VLLM, series: series('943717'), fires: ['kv-capacity'] })).toContain('SUCCESS');
    expect(tested({ target: VLLM, series: series('943719'), fires: [] })).toContain('SUCCESS');
  });

  withPromtool('fires where a token takes more than twice as long, with no more requests than planned', () => {
    const series = (running: number, ms: number) => vllmPod('chat-0', '1048576', running, ms);
    expect(tested({ target: VLLM, series: series(16, 26), fires: ['time-per-token'] })).toContain('SUCCESS');
    expect(tested({ target: VLLM, series: series(16, 24), fires: [] })).toContain('SUCCESS');
    expect(tested({ target: VLLM, series: series(17, 26), fires: [] })).toContain('SUCCESS');
  });

  withPromtool('is silent at idle, and where a version of vLLM does not tell its capacity', () => {
    const idle = Object.fromEntries(
      Object.entries(vllmPod('chat-0', '1048576', 0, 26)).map(([name, values]) => [
        name,
        name.includes('time_per_output') ? '0x120' : values,
      ]),
    );
    expect(tested({ target: VLLM, series: idle, fires: [] })).toContain('SUCCESS');
    expect(tested({ target: VLLM, series: vllmPod('chat-0', 'None', 1, 1), fires: [] })).toContain('SUCCESS');
  });

  withPromtool("fires for Triton's vLLM by its own count of requests, and for the memory of its GPUs", () => {
    const own = `model="deepseek",version="1",${at('a', 'triton-deepseek')}`;
    const series = (inFlight: number, ms: number, gib: number) => ({
      [`vllm:time_per_output_token_seconds_sum{${own}}`]: `0+${(30 * ms) / 1000}x120`,
      [`vllm:time_per_output_token_seconds_count{${own}}`]: '0+30x120',
      [`vllm:e2e_request_latency_seconds_sum{${own}}`]: `0+${15 * inFlight}x120`,
      [`nv_gpu_memory_used_bytes{gpu_uuid="GPU-1",${at('a', 'triton-deepseek')}}`]: `${gib * 1024 ** 3}x120`,
    });
    const of = (...given: [number, number, number]) => ({ target: TRITON, series: series(...given) });
    expect(tested({ ...of(15, 26, 72), fires: ['time-per-token'] })).toContain('SUCCESS');
    expect(tested({ ...of(17, 26, 72), fires: [] })).toContain('SUCCESS');
    expect(tested({ ...of(15, 24, 77), fires: ['gpu-memory'] })).toContain('SUCCESS');
    expect(tested({ ...of(15, 24, 75), fires: [] })).toContain('SUCCESS');
  });

  withPromtool('fires for the blocks of TensorRT-LLM', () => {
    const own = (type: string) =>
      `nv_trt_llm_kv_cache_block_metrics{kv_cache_block_type="${type}",model="deepseek",version="1",${at('a', 'triton-deepseek')}}`;
    const series = (blocks: number) => ({ [own('max')]: `${blocks}x120`, [own('tokens_per')]: '64x120' });
    const less = { target: TENSORRT, series: series(6239), values: { [CAPACITY]: 399_296 }, fires: ['kv-capacity'] };
    expect(tested(less)).toContain('SUCCESS');
    expect(tested({ target: TENSORRT, series: series(16384), fires: [] })).toContain('SUCCESS');
  });

  withPromtool('these tests see an alert that does not fire', () => {
    const series = vllmPod('chat-0', '1048576', 16, 26);
    expect(tested({ target: VLLM, series, fires: [] })).toContain('FAILED');
  });
});
