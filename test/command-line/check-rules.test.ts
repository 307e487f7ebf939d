import { runCommandLine } from '../../lib/command-line/command-line';

const RULES = `
groups:
  - name: chat
    interval: 30s
    rules:
      - record: chat_tokens
        expr: sum by (model_name) (rate(vllm:generation_tokens_total[5m]))
      - alert: Waiting
        expr: |
          sum by (model_name) (vllm:num_requests_waiting) > 10
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
const ANY_ORDER = `
x: &common { for: 5m }
groups:
  - name: a
    rules:
      - { alert: A, expr: 'b > 1', <<: *common }
  - name: b
    rules:
      - { record: b, expr: 'c' }
      - { record: c, expr: 'sum(vllm:num_requests_running)' }
`;
const IN_CONFIG_MAP = JSON.stringify({
  kind: 'ConfigMap',
  data: { 'rules.yml': RULES, 'other.txt': 'replicas: 1' },
});
const REFUSED = `
groups:
  - name: a
    interval: 30
    rules:
      - { alret: A, expr: 'up == 0' }
      - { alert: B }
      - { alert: C, expr: 'up == 0', for: 5 minutes }
      - { alert: D, expr: 'up == 0', keep_firing_for: x, annotations: { summary: '{{ $labels.pod ' } }
      - { alert: E, expr: 'up == 0', labels: { severity: '{{ $value | humanise }}' }, annotations: [] }
      - { record: f, expr: 'up', keep_firing_for: 5m, annotations: { summary: a } }
      - { alert: G, expr: 'up == 0', labels: { severity: [page] } }
  - { name: a, rules: {} }
  - { limit: many, query_offset: 5, labels: x, rules: [] }
`;
const FILES: { [path: string]: string } = {
  'rules.yml': RULES,
  'operator.yml': OPERATOR,
  'rules.json': JSON.stringify({ groups: [{ name: 'g', rules: [{ alert: 'A', expr: 'up == 0' }] }] }),
  'values.yml': 'replicas: 1',
  'order.yml': ANY_ORDER,
  'map.json': IN_CONFIG_MAP,
  'refused.yml': REFUSED,
  'template.yml': 'groups: {{ .Values.groups }}',
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
      /^operator.yml: 3 rules, 3 faults\n\n- operator.yml: rule 3 of group 'chat' has neither a record nor an alert; .*\n- rule 'Preempted': .*\[METRIC_UNKNOWN\]\n- rule 'Full': /,
    );
    const faults = JSON.parse(run('operator.yml --targets chat=vllm@0.24.0 --json').output) as { id: string }[];
    expect(faults.map(({ id }) => id)).toEqual(['RULE_INVALID', 'METRIC_UNKNOWN', 'METRIC_UNKNOWN']);
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

  test('groups use what others record, and ConfigMaps hold rules', () => {
    expect(run('order.yml --targets chat=vllm@0.24.0').output).toBe('order.yml: 3 rules, nothing is wrong');
    expect(run('map.json --targets chat=vllm@0.24.0').output).toBe('map.json: 2 rules, nothing is wrong');
  });

  test('says for what Prometheus refuses a file', () => {
    const { output, status } = run('refused.yml --targets chat=vllm@0.24.0');
    expect(status).toBe(1);
    for (const message of [
      /two groups have the name 'a'/,
      /interval of group 'a' must be a duration such as 30s; got 30/,
      /rule 1 of group 'a' has the key 'alret', which Prometheus does not know/,
      /rule 1 of group 'a' has neither a record nor an alert/,
      /rule 2 of group 'a' has no expr/,
      /rules of group 'a' must be a list/,
      /rule 'C': for must be a duration such as 5m or 1h30m, units in the order y w d h m s ms; got '5 minutes'/,
      /rule 'D': keep_firing_for must be a duration such as 5m or 1h30m, units in the order y w d h m s ms; got 'x'/,
      /rule 'D': the template of annotation 'summary': '\{\{ \$labels.pod ' has no '\}\}' behind it/,
      /rule 'E': the template of label 'severity': templates of Prometheus have no function 'humanise'; nearest: humanize/,
      /annotations of rule 5 of group 'a' must be names with texts; got \[\]/,
      /rule 'f': 'keep_firing_for' belongs to alerts/,
      /rule 'f': 'annotations' belong to alerts/,
      /'severity' of labels of rule 7 of group 'a' must be a text/,
      /group 3 has no name; give it one/,
      /limit of group 3 must be a whole number; got 'many'/,
      /query_offset of group 3 must be a duration such as 30s; got 5/,
      /labels of group 3 must be names with texts; got 'x'/,
    ]) {
      expect(output).toMatch(message);
    }
  });

  test('labels of the own scrape are named once', () => {
    const rules = ['x', 'y', 'z'].map((name) => ({ record: name, expr: 'sum by (cluster) (up)' }));
    FILES['labels.json'] = JSON.stringify({ groups: [{ name: 'g', rules }] });
    expect(run('labels.json --targets chat=vllm@0.24.0').output).toMatch(
      /if your scrape adds 'cluster': --labels cluster$/,
    );
    expect(run('labels.json --targets chat=vllm@0.24.0 --labels cluster,endpoint').status).toBe(0);
  });

  test.each([
    ['vllm:num_requests_waiting{model="x"} > 5', 'chat=vllm@0.24.0', 'model'],
    ['sum by (model) (vllm:num_requests_waiting) > 5', 'chat=vllm@0.24.0', 'model'],
    ['max by (gpu_uuid) (DCGM_FI_DEV_GPU_TEMP) > 90', 'gpus=dcgm-exporter@4.5.0', 'gpu_uuid'],
    ['sum by (node) (vllm:num_requests_waiting) > 5', 'chat=vllm@0.24.0', 'node'],
  ])('%s needs a label that only the scrape of a MonitoringStack adds', (expr, target, label) => {
    FILES['own.json'] = JSON.stringify({ groups: [{ name: 'g', rules: [{ alert: 'A', expr }] }] });
    const line = `own.json --targets ${target}`;
    const { output, status } = run(line);
    expect(status).toBe(1);
    expect(output).toMatch(new RegExp(`'${label}'.*the series have .*\\[METRIC_LABEL_UNKNOWN\\]`));
    expect(output).toMatch(
      new RegExp(`if a MonitoringStack scrapes, which adds '${label}': --scraped-by-monitoring-stack$`),
    );
    expect(run(`${line} --scraped-by-monitoring-stack`)).toMatchObject({ status: 0 });
    expect(run(`${line} --labels ${label}`)).toMatchObject({ status: 0 });
  });

  test('labels of exporters need no option', () => {
    const rules = [
      'sum by (model_name) (vllm:num_requests_waiting) > 5',
      'max by (UUID) (DCGM_FI_DEV_GPU_TEMP) > 90',
      'sum by (model) (nv_inference_queue_duration_us) > 5',
      'max by (node) (kube_node_status_condition{condition="Ready",status="true"}) < 1',
    ].map((expr, i) => ({ record: `r${i}`, expr }));
    FILES['exporters.json'] = JSON.stringify({ groups: [{ name: 'g', rules }] });
    const targets = 'a=vllm@0.24.0,b=dcgm-exporter@4.5.0,c=triton@26.02,d=kube-state-metrics@2.17.0';
    expect(run(`exporters.json --targets ${targets}`)).toEqual({
      output: 'exporters.json: 4 rules, nothing is wrong',
      status: 0,
    });
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
      'values.yml broken.yml template.yml empty.yml --targets chat=vllm@0.24.0',
      [
        /values.yml: it has no rules/,
        /broken.yml: it is not YAML/,
        /template.yml: it has templates of Helm; render it first/,
        /empty.yml: it has no rules/,
      ],
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
