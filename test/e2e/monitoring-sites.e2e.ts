import { rmSync } from 'node:fs';
import * as path from 'node:path';
import { Duration } from '../../lib/units';
import { monitor } from '../monitoring/support';
import { localScrapes } from './harness/monitoring/local-scrapes';
import { Prometheus } from './harness/monitoring/prometheus';
import { remoteWrite } from './harness/monitoring/remote-write';
import { describeWith } from './harness/needs';
import { Stoppable, stopAll } from './harness/process';
import { E2E_CACHE, tools } from './harness/tools';

const FOLDER = path.join(E2E_CACHE, 'runs', 'monitoring-sites');
const HOUR = 3600;
const SILENT = { hall: 6, cellar: 2 };
const ARGUMENT = '--web.enable-remote-write-receiver';

describeWith(['monitoring'], 'A site that was cut off', () => {
  const started: Stoppable[] = [];
  beforeAll(() => rmSync(FOLDER, { recursive: true, force: true }));
  afterAll(() => stopAll(started));

  /** A Prometheus as it is made; without the window, as it would be by itself. */
  const start = async (name: string, withWindow: boolean): Promise<Prometheus> => {
    const expectedSites = Object.entries(SILENT).map(([site, hours]) => ({
      name: site,
      silentAfter: Duration.hours(hours),
    }));
    const { monitoring, result } = monitor([], { expectedSites });
    const made = JSON.parse(localScrapes(monitoring.prometheusConfiguration, [])) as { storage?: object };
    const { spec } = result.byName('kubernetes_stateful_set_v1', 'prometheus');
    expect(spec.template.spec.container[0].args).toContain(ARGUMENT);
    const prometheus = await Prometheus.start({
      program: tools().monitoring!.prometheus,
      folder: path.join(FOLDER, name),
      configuration: JSON.stringify({ ...made, alerting: undefined, ...(withWindow ? {} : { storage: undefined }) }),
      rules: monitoring.rules,
      args: [ARGUMENT],
    });
    started.push(prometheus);
    return prometheus;
  };
  const up = (cluster: string) => ({ __name__: 'up', cluster, job: 'chat', instance: '10.0.0.1:8000' });

  test('fills its gap, as old as a site may be silent and an hour, and no further', async () => {
    const [made, plain] = [await start('made', true), await start('plain', false)];
    const now = Math.floor(Date.now() / 1000);
    for (const { url } of [made, plain])
      expect(await remoteWrite(url, { labels: up('cellar'), value: 1, at: now })).toMatchObject({ status: 204 });

    const old = { labels: up('hall'), value: 1, at: now - SILENT.hall * HOUR };
    expect(await remoteWrite(plain.url, old)).toMatchObject({
      status: 400,
      text: expect.stringMatching(/out of bounds/),
    });
    expect(await remoteWrite(made.url, old)).toMatchObject({ status: 204 });
    expect(await made.value('up{cluster="hall"}', old.at + 1)).toBe(1);
    // Also between samples that are there.
    expect(await remoteWrite(made.url, { ...old, labels: up('cellar') })).toMatchObject({ status: 204 });

    const late = { ...old, at: now - (SILENT.hall + 2) * HOUR };
    // With 500 before 2.50, which is why such images are refused: a site would send it for ever.
    const refused = await remoteWrite(made.url, late);
    expect([400, 500]).toContain(refused.status);
    expect(refused.text).toMatch(/too old sample/);
  });

  test('is silent no longer when what it has kept comes', async () => {
    const prometheus = started[0] as Prometheus;
    const now = Math.floor(Date.now() / 1000);
    const silent = 'absent_over_time(up{cluster="hall"}[21600s])';
    expect(await prometheus.value(silent, now + 60)).toBe(1);
    const kept = { labels: up('hall'), value: 1, at: now - (SILENT.hall - 1) * HOUR };
    expect(await remoteWrite(prometheus.url, kept)).toMatchObject({ status: 204 });
    expect(await prometheus.value(silent, now + 60)).toBeUndefined();
  });
});
