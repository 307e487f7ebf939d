import { execFileSync } from 'child_process';
import * as path from 'path';
import fc from 'fast-check';

const ASSETS = path.join(__dirname, '..', '..', '..', 'assets');
const NUMBER = 7;
const SOAK = 900;

interface Site {
  /** What it has checked and serves: the release before, this one, or nothing because it is cut off. */
  readonly serves: 'before' | 'release' | 'cut';
  readonly failed?: boolean;
  /** Since when an alert fires there, in seconds before now. @default - none does */
  readonly alertFor?: number;
}

/** What the hub says at a moment, of all sites of all rings; null where it does not answer. */
interface Moment {
  readonly after: number;
  readonly hub: readonly Site[] | null;
  /** Where the pod is killed: `written` is after the store has it and before the state says so. */
  readonly killed?: 'written';
}

interface Run {
  readonly sizes: readonly number[];
  readonly least: number;
  readonly timeout?: number;
  readonly takeBack?: 'none' | 'ring' | 'all';
  readonly moments: readonly Moment[];
}

/** What was written at a moment, and what is known after it. */
interface Seen {
  readonly now: number;
  readonly wrote: string | null;
  readonly released: { readonly [ring: string]: number };
  readonly passed: readonly string[];
  readonly stopped: { readonly reason: string; readonly text: string; readonly take_back: readonly string[] } | null;
}

const PROGRAM = `
import json, sys
sys.path.insert(0, sys.argv[1])
from rollout_state import Alert, Plan, Report, Ring, begun, step

def seen(run):
    names = [[f"s{r}-{i}" for i in range(size)] for r, size in enumerate(run["sizes"])]
    rings = tuple(Ring(f"r{r}", f"stable-r{r}", tuple(sites), ${SOAK}.0) for r, sites in enumerate(names))
    plan = Plan("chat", ${NUMBER}, rings, run["least"], run.get("timeout", 1e9), run.get("takeBack", "none"))
    state, now, out = begun(${NUMBER}, "2"), 1e6, []
    for moment in run["moments"]:
        now += moment["after"]
        report = None
        if moment["hub"] is not None:
            flat = [(ring, site) for ring in rings for site in ring.sites]
            serving, failed, alerts = {}, {}, []
            for (ring, site), told in zip(flat, moment["hub"]):
                if told["serves"] != "cut":
                    serving.setdefault(ring.channel, {})[site] = ${NUMBER} if told["serves"] == "release" else 6
                failed.setdefault(ring.channel, {})[site] = ${NUMBER} if told.get("failed") else 3
                if told.get("alertFor") is not None:
                    alerts.append(Alert("HighLatency", site, "chat", now - told["alertFor"]))
            report = Report(serving, failed, tuple(alerts))
        # As a state goes through the store.
        done = step(json.loads(json.dumps(state)), plan, report, now)
        state, wrote = done.state, None
        if done.publish:
            wrote = f"release {done.publish.name}"
            if moment.get("killed") != "written":
                state = {**state, "released": {**state["released"], done.publish.name: now}}
        elif done.take_back:
            wrote = f"back {done.take_back.name}"
            if moment.get("killed") != "written":
                state = {**state, "back": [*state["back"], done.take_back.name]}
        out.append({"now": now, "wrote": wrote, **{key: state[key] for key in ("released", "passed", "stopped")}})
    return out

print(json.dumps([seen(run) for run in json.load(sys.stdin)]))
`;

function seen(runs: readonly Run[]): Seen[][] {
  const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1' };
  const input = JSON.stringify(runs);
  const output = execFileSync('python3', ['-c', PROGRAM, ASSETS], { input, env, encoding: 'utf8', maxBuffer: 2 ** 27 });
  return JSON.parse(output) as Seen[][];
}

const GOOD: Site = { serves: 'release' };
const BEHIND: Site = { serves: 'before' };
const CUT: Site = { serves: 'cut' };
const at = (after: number, ...hub: Site[]): Moment => ({ after, hub });
const silent = (after: number): Moment => ({ after, hub: null });

describe('rings', () => {
  const rows: [string, Run, (string | null)[], Partial<Seen> & { readonly reason?: string }][] = [
    [
      'one after the other, when each has been good for its soak',
      {
        sizes: [1, 2],
        least: 1,
        moments: [
          at(0, BEHIND, BEHIND, BEHIND),
          at(30, GOOD, BEHIND, BEHIND),
          at(SOAK - 1, GOOD, BEHIND, BEHIND),
          at(1, GOOD, BEHIND, BEHIND),
          at(30, GOOD, BEHIND, BEHIND),
          at(30, GOOD, GOOD, GOOD),
          at(SOAK, GOOD, GOOD, GOOD),
          at(30, GOOD, GOOD, GOOD),
        ],
      },
      ['release r0', null, null, null, 'release r1', null, null, null],
      { passed: ['r0', 'r1'], stopped: null },
    ],
    [
      'a site that can be reached and does not have it keeps the ring, however many do',
      {
        sizes: [3],
        least: 0.3,
        moments: [at(0, BEHIND, BEHIND, BEHIND), at(30, GOOD, GOOD, BEHIND), at(SOAK * 9, GOOD, GOOD, BEHIND)],
      },
      ['release r0', null, null],
      { passed: [], stopped: null },
    ],
    [
      'sites that are cut off do not, up to a share',
      {
        sizes: [10],
        least: 0.9,
        moments: [at(0), at(30, ...Array<Site>(9).fill(GOOD), CUT), at(SOAK, ...Array<Site>(9).fill(GOOD), CUT)],
      },
      ['release r0', null, null],
      { passed: ['r0'] },
    ],
    [
      'and above it they do: they are no success',
      {
        sizes: [10],
        least: 0.9,
        moments: [
          at(0),
          at(30, ...Array<Site>(8).fill(GOOD), CUT, CUT),
          at(SOAK, ...Array<Site>(8).fill(GOOD), CUT, CUT),
        ],
      },
      ['release r0', null, null],
      { passed: [] },
    ],
    [
      'a check that fails stops it, and nothing comes after',
      {
        sizes: [1, 1],
        least: 1,
        moments: [
          at(0, BEHIND, BEHIND),
          at(30, { ...BEHIND, failed: true }, BEHIND),
          at(SOAK * 2, GOOD, BEHIND),
          at(30, GOOD, BEHIND),
        ],
      },
      ['release r0', null, null, null],
      { passed: [], reason: 'check_failed' },
    ],
    [
      'so does a check that fails in a ring that has passed, at a site that was cut off',
      {
        sizes: [2, 1],
        least: 0.5,
        takeBack: 'ring',
        moments: [
          at(0, BEHIND, BEHIND, BEHIND),
          at(30, GOOD, CUT, BEHIND),
          at(SOAK, GOOD, CUT, BEHIND),
          at(30, GOOD, CUT, BEHIND),
          at(30, GOOD, { ...BEHIND, failed: true }, BEHIND),
          at(30, GOOD, BEHIND, GOOD),
          at(30, GOOD, BEHIND, GOOD),
        ],
      },
      ['release r0', null, null, 'release r1', null, 'back r0', null],
      { passed: ['r0'], reason: 'check_failed' },
    ],
    [
      'an alert that began after the release stops it, and all rings that have it are taken back where that is asked',
      {
        sizes: [1, 1, 1],
        least: 1,
        takeBack: 'all',
        moments: [
          at(0, BEHIND, BEHIND, BEHIND),
          at(30, GOOD, BEHIND, BEHIND),
          at(SOAK, GOOD, BEHIND, BEHIND),
          at(30, GOOD, BEHIND, BEHIND),
          at(60, GOOD, { ...GOOD, alertFor: 10 }, BEHIND),
          { ...at(30, GOOD, GOOD, BEHIND), killed: 'written' },
          at(30, GOOD, GOOD, BEHIND),
          at(30, GOOD, GOOD, BEHIND),
          at(30, GOOD, GOOD, BEHIND),
        ],
      },
      ['release r0', null, null, 'release r1', null, 'back r0', 'back r0', 'back r1', null],
      { reason: 'alert' },
    ],
    [
      'an alert from before the release keeps it only',
      {
        sizes: [1],
        least: 1,
        moments: [
          at(0, BEHIND),
          at(30, { ...GOOD, alertFor: 100 }),
          at(SOAK, { ...GOOD, alertFor: 100 + SOAK }),
          at(30, GOOD),
          at(SOAK, GOOD),
        ],
      },
      ['release r0', null, null, null, null],
      { passed: ['r0'], stopped: null },
    ],
    [
      'a ring that does not pass in time stops it, also while the hub is silent',
      {
        sizes: [1, 1],
        least: 1,
        timeout: 5000,
        moments: [at(0, BEHIND, BEHIND), at(30, BEHIND, BEHIND), silent(4000), silent(2000), at(30, GOOD, BEHIND)],
      },
      ['release r0', null, null, null, null],
      { reason: 'timeout' },
    ],
    [
      'nothing is released while the hub is silent, and a soak does not end',
      { sizes: [1], least: 1, moments: [silent(0), silent(30), at(30, BEHIND), at(30, GOOD), silent(SOAK * 2)] },
      [null, null, 'release r0', null, null],
      { passed: [], stopped: null },
    ],
    [
      'a pod that is killed after it wrote writes the same again, and no soak begins anew',
      {
        sizes: [1, 1],
        least: 1,
        moments: [
          { ...at(0, BEHIND, BEHIND), killed: 'written' },
          at(30, GOOD, BEHIND),
          at(30, GOOD, BEHIND),
          at(SOAK, GOOD, BEHIND),
        ],
      },
      ['release r0', 'release r0', null, null],
      { passed: ['r0'] },
    ],
  ];
  let all: Seen[][];
  beforeAll(() => {
    all = seen(rows.map(([, run]) => run));
  });

  test.each(rows.map(([title, , writes, last], index) => [title, writes, last, index] as const))(
    '%s',
    (_, writes, { reason, ...last }, index) => {
      const told = all[index];
      expect(told.map(({ wrote }) => wrote)).toEqual(writes);
      expect(told.at(-1)).toMatchObject(last);
      if (reason) expect(told.at(-1)?.stopped?.reason).toBe(reason);
    },
  );

  test('a stop says where and how many', () => {
    const [told] = seen([
      { sizes: [2], least: 1, moments: [at(0, BEHIND, BEHIND), at(30, GOOD, { ...BEHIND, failed: true })] },
    ]);
    expect(told.at(-1)?.stopped?.text).toBe(
      'ring r0: release 7 failed its check at 1 of 2 sites: 1 updated, 0 behind, 0 cut off, 1 failed (s0-1)',
    );
  });
});

describe('whatever sites report, in any order, and whenever the pod is killed', () => {
  const site = fc.record({
    serves: fc.oneof(
      { weight: 8, arbitrary: fc.constant('release' as const) },
      { weight: 1, arbitrary: fc.constantFrom('before' as const, 'cut' as const) },
    ),
    failed: fc.oneof({ weight: 60, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
    alertFor: fc.oneof(
      { weight: 60, arbitrary: fc.constant(undefined) },
      { weight: 1, arbitrary: fc.integer({ min: 1, max: 5000 }) },
    ),
  });
  const run = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 2, maxLength: 4 }).chain((sizes) => {
    const sites = sizes.reduce((sum, size) => sum + size, 0);
    const hub = fc.array(site, { minLength: sites, maxLength: sites });
    return fc.record({
      sizes: fc.constant(sizes),
      least: fc.constantFrom(0.3, 0.5, 0.9, 1),
      timeout: fc.constantFrom(3000, 1e9),
      takeBack: fc.constantFrom('none' as const, 'ring' as const, 'all' as const),
      moments: fc.array(
        fc.record({
          after: fc.integer({ min: 1, max: SOAK }),
          hub: fc.oneof({ weight: 12, arbitrary: hub }, { weight: 1, arbitrary: fc.constant(null) }),
          killed: fc.constantFrom(undefined, undefined, 'written' as const),
        }),
        { minLength: 5, maxLength: 30 },
      ),
    });
  });
  const runs = fc.sample(run, 400);
  let all: Seen[][];
  beforeAll(() => {
    all = seen(runs);
  });

  /** The sites of a ring at a moment. */
  const sitesOf = ({ sizes }: Run, ring: number, hub: readonly Site[]) => {
    const from = sizes.slice(0, ring).reduce((sum, size) => sum + size, 0);
    return hub.slice(from, from + sizes[ring]);
  };

  /** What contradicts the promises; written apart from the program that is tested. */
  function broken(given: Run, told: readonly Seen[]): string[] {
    const wrong: string[] = [];
    told.forEach(({ now, wrote, passed, stopped }, index) => {
      const none: Seen = { now: 0, wrote: null, passed: [], stopped: null, released: {} };
      const before = index > 0 ? told[index - 1] : none;
      const [word, name] = wrote?.split(' ') ?? [];
      const ring = Number(name?.slice(1));
      if (word === 'release' && before.stopped) wrong.push(`${index}: released after a stop`);
      if (word === 'release' && before.passed.length < ring) wrong.push(`${index}: ${name} before those before it`);
      if (word === 'back' && !before.stopped?.take_back.includes(name)) wrong.push(`${index}: ${name} taken back`);
      if (before.stopped && JSON.stringify(before.stopped) !== JSON.stringify(stopped))
        wrong.push(`${index}: stop undone`);
      const { hub } = given.moments[index];
      if (passed.length > before.passed.length) {
        const of = hub === null ? [] : sitesOf(given, before.passed.length, hub);
        const good = of.filter((each) => each.serves === 'release' && !each.failed).length;
        if (good < given.least * of.length || good === 0) wrong.push(`${index}: passed with ${good} of ${of.length}`);
        if (of.some((each) => each.failed || each.serves === 'before' || each.alertFor)) wrong.push(`${index}: passed`);
        if (now - before.released[`r${before.passed.length}`] < SOAK) wrong.push(`${index}: no soak`);
      }
      if (hub === null || before.stopped) return;
      for (const [released, since] of Object.entries(before.released)) {
        const bad = (each: Site) => each.failed || (each.alertFor && now - each.alertFor >= since);
        if (sitesOf(given, Number(released.slice(1)), hub).some(bad) && !stopped) wrong.push(`${index}: goes on`);
      }
    });
    return wrong;
  }

  test('no ring comes before those before it have passed, and nothing is released after a stop', () => {
    expect(runs.flatMap((given, index) => broken(given, all[index]).map((each) => `run ${index}: ${each}`))).toEqual(
      [],
    );
  });

  test('of these runs some pass, some stop for each reason, some are taken back', () => {
    const last = all.map((told) => told.at(-1)!);
    const stops = new Set(last.flatMap(({ stopped }) => stopped?.reason ?? []));
    expect([...stops].sort()).toEqual(['alert', 'check_failed', 'timeout']);
    expect(last.filter(({ stopped, passed }) => !stopped && passed.length >= 2).length).toBeGreaterThan(10);
    expect(all.flat().filter(({ wrote }) => wrote?.startsWith('back')).length).toBeGreaterThan(10);
  });

  test('the check sees a ring that comes too early, and a release after a stop', () => {
    const given = { ...runs[0], sizes: [1, 1], moments: [silent(0), silent(1)] };
    const early = { now: 0, wrote: 'release r1', released: {}, passed: [], stopped: null };
    expect(broken(given, [early])).toEqual(['0: r1 before those before it']);
    const stopped = { reason: 'alert', text: '', take_back: [] };
    expect(
      broken(given, [
        { ...early, wrote: null, stopped },
        { ...early, wrote: 'release r0', stopped },
      ]),
    ).toEqual(['1: released after a stop']);
  });
});
