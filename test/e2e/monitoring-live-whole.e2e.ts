import { rmSync } from 'node:fs';
import * as path from 'node:path';
import { Prometheus } from './harness/monitoring/prometheus';
import { objectsOf } from './harness/monitoring/synthesized';
import { describeWith } from './harness/needs';
import { Stoppable, stopAll, until } from './harness/process';
import { E2E_CACHE, tools } from './harness/tools';
import { JOBS, recordedCluster } from './monitoring-live-replay-stack';

/** Longer than it takes on a machine that does much else. */
const PATIENCE_SECONDS = 240;

/** Whatever Prometheus is on the system may have been built without discovery in Kubernetes, as Debian's is. */
describeWith(['prometheus3'], 'all files of Prometheus, as they are generated', () => {
  const folder = path.join(E2E_CACHE, 'runs', 'monitoring-live-whole');
  const started: Stoppable[] = [];
  const { monitoring } = objectsOf(recordedCluster).stack;
  const jobs = (JSON.parse(monitoring.prometheusConfiguration).scrape_configs as { job_name: string }[]).map(
    ({ job_name: name }) => name,
  );
  const groups = (JSON.parse(monitoring.rules).groups as { name: string; rules: object[] }[]).map(
    (group) => group.name,
  );

  const load = async (name: string, rules: string) => {
    const { prometheus3: program } = tools() as Required<ReturnType<typeof tools>>;
    const configuration = monitoring.prometheusConfiguration;
    const made = await Prometheus.start({ program, folder: path.join(folder, name), configuration, rules });
    started.push(made);
    return made;
  };

  beforeAll(() => rmSync(folder, { recursive: true, force: true }));
  afterAll(() => stopAll(started));

  test('are loaded by Prometheus 3, and every rule is evaluated', async () => {
    expect(jobs).toEqual(expect.arrayContaining([...Object.values(JOBS), 'kube-state-metrics']));
    const prometheus = await load('all', monitoring.rules);
    const loaded = await prometheus.loaded();
    expect(loaded.jobs.sort()).toEqual([...jobs].sort());
    expect(loaded.groups.sort()).toEqual([...groups].sort());
    await until(async () => (await prometheus.evaluatedGroups()) === groups.length, PATIENCE_SECONDS, 'every group');
    expect(await prometheus.brokenRules()).toEqual([]);
    console.log(`Prometheus ${prometheus.version}: ${jobs.length} jobs, ${groups.length} groups of rules`);
  });

  test('one rule that cannot be right is enough for it to refuse them', async () => {
    const wrong = monitoring.rules.replace('"expr":"', '"expr":"rate(');
    await expect(load('wrong', wrong)).rejects.toThrow(/could not parse expression/);
  });
});
