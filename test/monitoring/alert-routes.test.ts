import { execFileSync } from 'child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import * as path from 'path';
import { Fn } from 'cdktf';
import { MetricExporter } from '../../lib/catalog/metric-kind';
import { Duration } from '../../lib/units/duration';
import { AlertReceiver, AlertRoute, AlertSeverity, MuteTime, WeeklyTime } from '../../lib/monitoring';
import { Weekday } from '../../lib/units/weekday';
import { faultsThrown, idsOf, warningsOf } from '../support/faults';
import { Block } from '../support/synth';
import { monitor, onPath, testWith } from './support';

const amtool = onPath('amtool');
const withAmtool = testWith('amtool');

const folder = mkdtempSync(path.join(tmpdir(), 'alert-routes-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const hook = (name: string) => AlertReceiver.webhook(name, { url: `https://${name}.example.com` });
const [team, pager, night] = [hook('team'), hook('pager'), hook('night')];
const configuration = (alertRoutes: AlertRoute[], heartbeatReceiver?: AlertReceiver) =>
  // Nothing is watched: a route may name what will be.
  monitor([], { alertReceivers: [team, pager, night], alertRoutes, heartbeatReceiver }).monitoring
    .alertmanagerConfiguration;
const refused = (route: Partial<AlertRoute>) =>
  faultsThrown(() => monitor([{}], { alertReceivers: [team], alertRoutes: [{ receiver: team, ...route }] }));
const weekly = (time: Partial<WeeklyTime>) => MuteTime.weekly({ timeZone: 'Europe/Berlin', ...time });

const hours = (from: string, until: string) => weekly({ from, until });

/** Who is told of an alert, as amtool says, without the receiver that drops. */
function told(text: string, labels: { readonly [label: string]: string }): string[] {
  const file = path.join(folder, 'alertmanager.yml');
  writeFileSync(file, text);
  const run = (...args: string[]) => execFileSync(amtool as string, args, { encoding: 'utf8', stdio: 'pipe' });
  expect(run('check-config', file)).toContain('SUCCESS');
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  const receivers = run('config', 'routes', 'test', `--config.file=${file}`, ...pairs);
  return receivers
    .trim()
    .split(',')
    .filter((name) => name !== 'null');
}

describe('routes, as amtool reads them', () => {
  const { CRITICAL, WARNING } = AlertSeverity;
  const text = () =>
    configuration(
      [
        { receiver: pager, severities: [CRITICAL], namespaces: ['inference', 'a.b'], models: ['say "hi"\\', 'chat'] },
        { receiver: pager, alerts: ['NoTokens'], labels: { node: 'gpu-1' }, repeatInterval: Duration.hours(12) },
        { receiver: pager, alerts: ['NoTokens'], labels: { node: 'gpu-1' }, groupBy: [] },
        { receiver: night, severities: [CRITICAL, WARNING], groupBy: ['node'], muteTimes: [weekly({})] },
      ],
      hook('heartbeat'),
    );
  const alert = { alertname: 'HighLatency', severity: 'critical', namespace: 'inference', model: 'chat' };

  withAmtool.each<[string, { readonly [label: string]: string }, string[]]>([
    ['by all that a route names', alert, ['team', 'pager', 'night']],
    ['by a model with quotes', { ...alert, model: 'say "hi"\\' }, ['team', 'pager', 'night']],
    ['not by a dot of a name for any letter', { ...alert, namespace: 'acb' }, ['team', 'night']],
    ['not of another severity', { ...alert, severity: 'warning' }, ['team', 'night']],
    ['not of part of a name', { ...alert, model: 'chat-2' }, ['team', 'night']],
    ['by another label', { alertname: 'NoTokens', severity: 'critical', node: 'gpu-1' }, ['team', 'pager', 'night']],
    ['not of another node', { alertname: 'NoTokens', severity: 'critical', node: 'gpu-2' }, ['team', 'night']],
    ['to nobody with a route for the heartbeat', { alertname: 'Watchdog', severity: 'none' }, ['heartbeat']],
  ])('%s', (_, labels, names) => expect(told(text(), labels)).toEqual(names));

  test('have their groups, their intervals and their mute times', () => {
    const { route, time_intervals: intervals } = JSON.parse(text()) as Block;
    const [first, second, third] = route.routes[2].routes;
    expect(first).not.toHaveProperty('group_by');
    expect(second.repeat_interval).toBe('43200s');
    // An empty list would be the grouping of the parent: test/e2e/alert-routing.e2e.ts.
    expect(third.group_by).toEqual(['__all_in_one__']);
    expect(route.routes[3].routes).toEqual([
      expect.objectContaining({ group_by: ['node'], mute_time_intervals: ['daily 00:00-24:00 Europe/Berlin'] }),
    ]);
    expect(intervals.map(({ name }: Block) => name)).toEqual(['daily 00:00-24:00 Europe/Berlin']);
    expect(configuration([])).not.toContain('time_intervals');
  });
});

describe('a route for a model, as amtool reads it', () => {
  const watched = [
    { target: { jobName: 'one', models: ['chat'] } },
    { target: { jobName: 'many', models: ['chat', 'code'], replicas: 2 } },
    { target: { jobName: 'other', models: ['talk'] } },
    { target: { jobName: 'dcgm', models: [], exporters: [MetricExporter.DCGM] } },
  ];
  const routed = [{ receiver: pager, models: ['chat'], severities: [AlertSeverity.CRITICAL, AlertSeverity.WARNING] }];
  const stack = () => monitor(watched, { alertReceivers: [team, pager, night], alertRoutes: routed }).monitoring;
  const ofRules = (job: string): { [label: string]: string }[] => {
    const { groups } = JSON.parse(stack().rules) as { groups: { rules: Block[] }[] };
    return groups
      .flatMap(({ rules }) => rules)
      .filter(({ alert, labels }) => alert && labels.job === job)
      .map(({ alert, labels }) => ({ alertname: alert, ...labels }));
  };
  const OF_PODS = ['NoServerAnswers', 'ServerDown', 'ServersMissing', 'ServerRestarts'];
  const ofPods = (job: string) => ofRules(job).filter(({ alertname }) => OF_PODS.includes(alertname));

  test('has the model where its job serves no other', () => {
    expect(ofPods('one').map(({ model }) => model)).toEqual(['chat', 'chat', 'chat']);
    expect(ofPods('other').map(({ model }) => model)).toEqual(['talk', 'talk', 'talk']);
    expect(ofPods('many').map(({ model }) => model)).toEqual([undefined, undefined, undefined, undefined]);
    expect(ofPods('dcgm').map(({ model }) => model)).toEqual([undefined, undefined, undefined]);
  });

  withAmtool('gets what is about the pods that serve it, and not what is about those that do not', () => {
    const text = stack().alertmanagerConfiguration;
    for (const job of ['one', 'many'])
      for (const labels of ofPods(job))
        expect([labels, told(text, labels)]).toEqual([labels, ['team', 'pager', 'night']]);
    for (const job of ['other', 'dcgm'])
      for (const labels of ofPods(job)) expect([labels, told(text, labels)]).toEqual([labels, ['team', 'night']]);
  });

  withAmtool('would miss jobs of several models by their labels alone', () => {
    const config = JSON.parse(stack().alertmanagerConfiguration) as Block;
    config.route.routes[1].routes.pop();
    const [alert] = ofPods('many');
    expect(told(JSON.stringify(config), alert)).toEqual(['team', 'night']);
  });

  withAmtool('does not get what is about another model of the same job, nor of another severity', () => {
    const text = stack().alertmanagerConfiguration;
    const alert = { alertname: 'RequestsFail', severity: 'critical', job: 'many', namespace: 'inference' };
    expect(told(text, { ...alert, model: 'code' })).toEqual(['team', 'night']);
    expect(told(text, { ...alert, model: 'chat' })).toEqual(['team', 'pager', 'night']);
    expect(told(text, { ...alert, severity: 'none' })).toEqual(['team', 'night']);
  });
});

describe('a mute time', () => {
  const rendered = (...muteTimes: MuteTime[]) => {
    const text = configuration([{ receiver: team, muteTimes }]);
    if (amtool) expect(told(text, { alertname: 'HighLatency' })).toEqual(['team', 'pager', 'night']);
    return (JSON.parse(text) as Block).time_intervals as Block[];
  };
  const range = (weekdays: string[], start: string, end: string) => ({
    weekdays,
    times: [{ start_time: start, end_time: end }],
    location: 'Europe/Berlin',
  });

  test('is whole days without hours', () => {
    const weekend = weekly({ days: [Weekday.SUNDAY, Weekday.SATURDAY] });
    expect(rendered(weekend)).toEqual([
      {
        name: 'saturday,sunday 00:00-24:00 Europe/Berlin',
        time_intervals: [range(['saturday', 'sunday'], '00:00', '24:00')],
      },
    ]);
  });

  test('goes on over midnight, and over the end of the week', () => {
    expect(rendered(weekly({ days: [Weekday.SUNDAY, Weekday.FRIDAY], from: '22:00', until: '06:30' }))).toEqual([
      expect.objectContaining({
        time_intervals: [
          range(['friday', 'sunday'], '22:00', '24:00'),
          range(['monday', 'saturday'], '00:00', '06:30'),
        ],
      }),
    ]);
  });

  test('ends at midnight by either name of it', () => {
    const one = rendered(weekly({ from: '22:00', until: '00:00' }));
    expect(one).toEqual(rendered(weekly({ from: '22:00', until: '24:00' })));
    expect(one[0].time_intervals.length).toBe(1);
  });

  test('is there once for all routes', () => {
    const text = configuration([team, pager].map((receiver) => ({ receiver, muteTimes: [weekly({})] })));
    expect((JSON.parse(text) as Block).time_intervals.length).toBe(1);
  });

  test('is not changed by the list that it was made of', () => {
    const days = [Weekday.MONDAY];
    const time = weekly({ days });
    days.push(Weekday.TUESDAY);
    expect(String(time)).toBe('monday 00:00-24:00 Europe/Berlin');
  });

  test.each<[Partial<WeeklyTime>, string[]]>([
    [{ from: '8:00' }, ['INVALID_FORMAT from']],
    [{ until: '24:01' }, ['INVALID_FORMAT until']],
    [{ from: '08:00', until: '08:00' }, ['OUT_OF_RANGE until']],
    [{ from: '24:00', until: '06:00' }, ['OUT_OF_RANGE until']],
    [{ days: [] }, ['EMPTY_LIST days']],
    [{ days: [Weekday.MONDAY, Weekday.MONDAY] }, ['DUPLICATE days']],
    [{ timeZone: 'Europe/Berlyn' }, ['INVALID_FORMAT timeZone']],
    [{ timeZone: 'europe/berlin' }, ['INVALID_FORMAT timeZone']],
    [{ timeZone: '+01:00' }, ['INVALID_FORMAT timeZone']],
    [{ timeZone: 'Local' }, ['INVALID_FORMAT timeZone']],
    [{ timeZone: Fn.join('', ['${var.zone}']) }, ['VALUE_NOT_CONCRETE timeZone']],
  ])('%j is refused', (time, ids) => {
    expect(idsOf(refused({ muteTimes: [weekly(time)] }))).toEqual(
      ids.map((id) => id.replace(' ', ' alertRoutes[0].muteTimes[0].')),
    );
  });

  test.each(['UTC', 'Asia/Kolkata', 'Asia/Calcutta', 'America/Argentina/Buenos_Aires', 'Etc/GMT+1'])(
    'may be in %s',
    (timeZone) => expect(rendered(weekly({ timeZone }))[0].time_intervals[0].location).toBe(timeZone),
  );
});

test.each<[string, Partial<AlertRoute>, string]>([
  ['to a receiver that is not in the list', { receiver: pager }, 'UNKNOWN_VALUE receiver'],
  ['to another receiver of the same name', { receiver: hook('team') }, 'UNKNOWN_VALUE receiver'],
  ['for no severity', { severities: [] }, 'EMPTY_LIST severities'],
  ['for no namespace', { namespaces: [] }, 'EMPTY_LIST namespaces'],
  ['for one model twice', { models: ['a', 'a'] }, 'DUPLICATE models'],
  ['for an alert without a name', { alerts: [''] }, 'INVALID_NAME alerts[0]'],
  ['for a model that only Terraform knows', { models: [Fn.join('', ['${var.m}'])] }, 'VALUE_NOT_CONCRETE models[0]'],
  ['by a label of a wrong name', { labels: { 'a-b': 'c' } }, "INVALID_NAME labels['a-b']"],
  ['by a label without a value', { labels: { team: '' } }, "INVALID_NAME labels['team']"],
  ['in groups by a label of a wrong name', { groupBy: ['a b'] }, 'INVALID_NAME groupBy[0]'],
  ['in groups by one label twice', { groupBy: ['job', 'job'] }, 'DUPLICATE groupBy'],
  ['told again too often', { repeatInterval: Duration.seconds(299) }, 'OUT_OF_RANGE repeatInterval'],
  ['told again too late', { repeatInterval: Duration.hours(121) }, 'OUT_OF_RANGE repeatInterval'],
  ['mute at one time twice', { muteTimes: [weekly({}), weekly({ from: '00:00' })] }, 'DUPLICATE muteTimes'],
])('a route %s is refused', (_, route, id) => {
  expect(idsOf(refused(route))).toEqual([id.replace(' ', ' alertRoutes[0].')]);
});

describe('a route for an alert that nothing raises', () => {
  const raisedBy = (alerts: string[], watched: object[] = [{}]) =>
    monitor(watched, { alertReceivers: [team], alertRoutes: [{ receiver: team, alerts }] });
  const reasons = (alerts: string[]) => {
    try {
      return String(raisedBy(alerts) && '');
    } catch (error) {
      return (error as Error).message;
    }
  };

  test('is refused, with the nearest that is raised', () => {
    const text = reasons(['HighLatency', 'HihgLatency', 'GpuLost', 'Watchdog']);
    expect(text).toMatch(/alertRoutes\[0\]\.alerts\[1\] must be an alert .* got 'HihgLatency'; nearest: HighLatency,/);
    expect(text).toMatch(/alerts\[2\] .* got 'GpuLost'; nearest: (NoTokens|RulesFail),/);
    expect(text).toMatch(/alerts\[3\] .* got 'Watchdog', which goes to heartbeatReceiver alone;/);
    expect(text).not.toContain('alerts[0]');
  });

  test('may name those of other Prometheus by their label, and waits for what will be watched', () => {
    expect(
      monitor([{}], { alertReceivers: [team], alertRoutes: [{ receiver: team, labels: { alertname: 'Other' } }] }),
    ).toBeDefined();
    expect(raisedBy(['GpuLost'], [])).toBeDefined();
  });
});

test('a route for a model that nothing serves is refused, with the nearest', () => {
  const of = (models: string[], watched: object[] = [{}]) =>
    monitor(watched, { alertReceivers: [team], alertRoutes: [{ receiver: team, models }] });
  expect(() => of(['deepseek', 'deepsek'])).toThrow(
    /alertRoutes\[0\]\.models\[1\] must be a model .* got 'deepsek'; nearest: deepseek; served here: deepseek; .* labels: \{ model: '...' \}/,
  );
  expect(of(['deepseek'])).toBeDefined();
  expect(of(['deepsek'], [])).toBeDefined();
});

test('a route after one for all of the same receiver is refused', () => {
  const of = (alertRoutes: AlertRoute[]) => monitor([{}], { alertReceivers: [team, pager], alertRoutes });
  const [all, critical] = [{ receiver: team }, { receiver: team, severities: [AlertSeverity.CRITICAL] }];
  const faults = faultsThrown(() => of([all, { receiver: pager, alerts: ['HighLatency'] }, critical]));
  expect(idsOf(faults)).toEqual(['ROUTE_NEVER_REACHED alertRoutes[2]']);
  expect(of([critical, all, { receiver: pager }])).toBeDefined();
});

test.each<[string, AlertRoute[], boolean]>([
  ['no receiver gets all critical alerts', [{ receiver: team, models: ['deepseek'] }], true],
  ['only warnings are told', [{ receiver: team, severities: [AlertSeverity.WARNING] }], true],
  ['a route is for all critical ones', [{ receiver: team, severities: [AlertSeverity.CRITICAL] }], false],
  ['there are no routes', [], false],
  ['the only route is always mute', [{ receiver: team, muteTimes: [weekly({})] }], true],
  ['it is so by two times', [{ receiver: team, muteTimes: [hours('00:00', '12:00'), hours('12:00', '24:00')] }], true],
  ['it is so over midnight', [{ receiver: team, muteTimes: [hours('22:00', '07:00'), hours('07:00', '22:00')] }], true],
  ['it is told for a minute', [{ receiver: team, muteTimes: [hours('00:01', '24:00')] }], false],
  ['it is told on a day', [{ receiver: team, muteTimes: [weekly({ days: Object.values(Weekday).slice(1) })] }], false],
])('where %s, a warning says so or does not', (_, alertRoutes, warned) => {
  const { monitoring } = monitor([{}], { alertReceivers: [team], alertRoutes });
  const warnings = warningsOf(monitoring).filter(({ id }) => id === 'ALERTS_ROUTED_NOWHERE');
  expect(warnings.length).toBe(warned ? 1 : 0);
});
