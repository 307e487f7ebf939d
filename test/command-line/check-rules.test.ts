import { runCommandLine } from '../../lib/command-line/command-line';

const RULES = `
groups:
  - name: chat
    interval: 30s
    rules:
      - record: chat_tokens
        expr: sum by (model) (rate(vllm:generation_tokens_total[5m]))
      - alert: Waiting
        expr: |
          sum by (model) (vllm:num_requests_waiting) > 10
            and chat_tokens > 0
        for: 5m
`;
const OPERATOR = `
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
spec:
  groups:
    - name: chat
      rules:
        - { alert: Preempted, expr: 'rate(vllm:num_preemptions[5m]) > 0' }
        - { alert: Full, expr: 'vllm:gpu_cache_usage > 1' }
        - { expr: 1 }
---
groups: []
`;
const FILES: { [path: string]: string } = {
  'rules.yml': RULES,
  'operator.yml': OPERATOR,
  'rules.json': JSON.stringify({ groups: [{ name: 'g', rules: [{ alert: 'A', expr: 'up == 0' }] }] }),
  'values.yml': 'replicas: 1',
  'broken.yml': 'groups: [',
  'empty.yml': '',
};
const readFile = (path: string): string => {
  if (!Object.hasOwn(FILES, path)) throw new Error(`ENOENT: no such file or directory, open '${path}'`);
  return FILES[path];
};
const run = (line: string) => runCommandLine(`check-rules ${line}`.trim().split(' '), readFile);

describe('gpu-inference check-rules', () => {
  test('says that nothing is wrong', () => {
    expect(run('rules.yml --targets chat=vllm@0.24.0')).toEqual({
      output: 'rules.yml: 2 rules, nothing is wrong',
      status: 0,
    });
    expect(run('--targets chat=vllm@0.24.0 --rules rules.yml rules.json').output).toBe(
      '2 files: 3 rules, nothing is wrong',
    );
  });

  test('lists what is wrong, with its id', () => {
    const { output, status } = run('operator.yml --targets chat=vllm@0.24.0');
    expect(status).toBe(1);
    expect(output).toMatch(
      /^operator.yml: 3 rules, 2 faults\n\n- rule 'Preempted': .*\[METRIC_UNKNOWN\]\n- rule 'Full': /,
    );
    const faults = JSON.parse(run('operator.yml --targets chat=vllm@0.24.0 --json').output) as { id: string }[];
    expect(faults.map(({ id }) => id)).toEqual(['METRIC_UNKNOWN', 'METRIC_UNKNOWN']);
  });

  test('judges by the version and by what is switched on', () => {
    const triton = 'rules.yml --targets chat=triton+triton-vllm@26.02+histogram_latencies';
    expect(run(triton).output).toMatch(
      /vllm:num_requests_waiting' is neither a metric of the exporters \(triton, triton-vllm\)/,
    );
    FILES['late.yml'] = 'groups: [{ name: g, rules: [{ alert: A, expr: "vllm:num_requests_waiting_by_reason > 1" }] }]';
    expect(run('late.yml --targets chat=vllm@0.24.0').status).toBe(0);
    expect(run('late.yml --targets chat=vllm@0.19.0').output).toMatch(/needs version 0.22.1 or later, not 0.19.0/);
    FILES['p99.yml'] =
      'groups: [{ name: g, rules: [{ alert: A, expr: "max(nv_inference_request_summary_us{quantile=\\"0.99\\"}) > 1" }] }]';
    expect(run('p99.yml --targets t=triton@26.02').output).toMatch(/needs 'summary_latencies' to be switched on/);
    expect(run('p99.yml --targets t=triton@26.02+summary_latencies').status).toBe(0);
  });

  test('a longer interval between scrapes needs longer windows', () => {
    const targets = '--targets chat=vllm@0.24.0';
    expect(run(`rules.yml ${targets} --interval 60`).status).toBe(0);
    expect(run(`rules.yml ${targets} --interval 90`).output).toMatch(/must span 4 scrapes; use at least 360 s/);
  });

  test.each([
    ['', [/give files with rules/, /give --targets, what is scraped/]],
    ['none.yml --targets chat=vllm@0.24.0', [/--rules none.yml cannot be read: ENOENT/]],
    [
      'values.yml broken.yml empty.yml --targets chat=vllm@0.24.0',
      [/values.yml: it has no rules/, /broken.yml: it is not YAML/, /empty.yml: it has no rules/],
    ],
    [
      'rules.yml --targets chat=vlm@0.24.0,b=vllm@0.24.0+histogram',
      [/unknown exporter 'vlm'; nearest: 'vllm'/, /unknown feature 'histogram'/],
    ],
    ['rules.yml --targets vllm', [/--targets takes JOB=EXPORTER@VERSION.*got 'vllm'/]],
    ['rules.yml --targets a=vllm@0.24.0,a=triton@26.02', [/names the job 'a' twice/]],
    ['rules.yml --targets a=vllm@0.24.0 --interval 0', [/--interval must be above 0 s/]],
  ])('refuses %s', (line, messages) => {
    const { output, status } = run(line);
    expect(status).toBe(2);
    for (const message of messages) expect(output).toMatch(message);
  });
});
