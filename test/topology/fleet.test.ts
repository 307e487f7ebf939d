import fc from 'fast-check';
import { unparse } from 'papaparse';
import { Duration, PowerBudget, SiteFleet, Weekday } from '../../lib';
import { faultsThrown, idsOf } from '../support/faults';

const TABLE = `site,kind,ring,nodes,gpuWatts,maxUplinkOutage,windowStart,windowDuration,windowDays,timeZone,maxMegabitsPerSecond,revoked,region
till-1,t4,canary,1,65,72h,22:00,6h,monday friday,Europe/Berlin,20,,north
"till-2",l4,rest,,,3d,,,,,,true,"south, by the sea"
`;
const OPTIONS = { kinds: ['t4', 'l4'], rings: ['canary', 'rest'], labels: ['region'] };

describe('a table', () => {
  test('is sites, typed', () => {
    const { sites } = SiteFleet.fromCsv(TABLE, OPTIONS);
    expect(sites).toEqual([
      {
        ...{ site: 'till-1', kind: 't4', ring: 'canary', nodes: 1, revoked: false, maxMegabitsPerSecond: 20 },
        powerBudget: PowerBudget.ofGpus(65),
        maxUplinkOutage: Duration.hours(72),
        windows: [
          {
            ...{ start: '22:00', duration: Duration.hours(6), timeZone: 'Europe/Berlin' },
            days: [Weekday.MONDAY, Weekday.FRIDAY],
          },
        ],
        labels: { region: 'north' },
      },
      {
        ...{ site: 'till-2', kind: 'l4', ring: 'rest', revoked: true, maxUplinkOutage: Duration.hours(72) },
        labels: { region: 'south, by the sea' },
      },
    ]);
  });

  test('has the rings of its sites', () => {
    const fleet = SiteFleet.fromCsv('site;ring\nb;two\na;one\nc;two\n');
    expect(fleet.rings).toEqual(['two', 'one']);
    expect(fleet.inRing('two').map(({ site }) => site)).toEqual(['b', 'c']);
  });

  test.each([
    ['semicolons', 'site;nodes\na;2\n'],
    ['tabs', 'site\tnodes\na\t2\n'],
    ['an editor of Windows', '\ufeffsite,nodes\r\na,2\r\n\r\n'],
    ['spaces', ' site , nodes \n a , 2 \n'],
  ])('may be written with %s', (_, text) => {
    expect(SiteFleet.fromCsv(text).sites).toEqual([expect.objectContaining({ site: 'a', nodes: 2 })]);
  });

  test('may have one column', () => {
    expect(SiteFleet.fromCsv('site\na\nb\n').sites.map(({ site }) => site)).toEqual(['a', 'b']);
  });

  test('is the same as a list in JSON', () => {
    const list = [
      {
        ...{ site: 'till-1', kind: 't4', ring: 'canary', nodes: 1, gpuWatts: 65, maxUplinkOutage: '72h' },
        ...{ windowStart: '22:00', windowDuration: '6h', windowDays: 'monday friday', timeZone: 'Europe/Berlin' },
        ...{ maxMegabitsPerSecond: 20, region: 'north', revoked: null },
      },
      { site: 'till-2', kind: 'l4', ring: 'rest', maxUplinkOutage: '3d', revoked: true, region: 'south, by the sea' },
    ];
    expect(SiteFleet.fromJson(JSON.stringify(list), OPTIONS).sites).toEqual(SiteFleet.fromCsv(TABLE, OPTIONS).sites);
  });

  test('whatever stands in further columns is kept as it is', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => text.trim() === text && text !== ''),
          { minLength: 1 },
        ),
        (texts) => {
          const text = unparse(texts.map((note, i) => ({ site: `s-${i}`, note })));
          expect(SiteFleet.fromCsv(text, { labels: ['note'] }).sites.map(({ labels }) => labels.note)).toEqual(texts);
        },
      ),
    );
  });
});

describe('one error has all faults', () => {
  test.each<[string, string, string[], RegExp]>([
    [
      'names that repeat',
      'site,nodes\na,1\nb,1\na,1\n',
      ['DUPLICATE sites[2].site'],
      /row 3: site 'a' is that of row 1 too/,
    ],
    ['a row without a name', 'site,nodes\n,1\n', ['MISSING_PROPERTY sites[0].site'], /row 1: site is missing/],
    ['a name that is no label', 'site\nTill 1\n', ['INVALID_FORMAT sites[0].site'], /RFC 1123/],
    ['an unknown column', 'site,node\na,1\n', ['UNKNOWN_PROPERTY node'], /did you mean 'nodes'/],
    ['a column that repeats', 'site,nodes,nodes\na,1,2\n', ['DUPLICATE nodes'], /twice/],
    [
      'a kind that nobody knows',
      'site,kind,ring\na,t5,rest\n',
      ['UNKNOWN_VALUE sites[0].kind'],
      /one of 't4', 'l4'; got 't5'/,
    ],
    ['no ring', 'site,kind\na,t4\n', ['MISSING_PROPERTY sites[0].ring'], /one of 'canary', 'rest'/],
    [
      'half a window',
      'site,windowStart\na,22:00\n',
      ['MISSING_PROPERTY sites[0].windowDuration'],
      /windowStart is given/,
    ],
    [
      'a window of more than a week',
      'site,windowStart,windowDuration\na,22:00,8d\n',
      ['NOT_A_WHOLE_NUMBER sites[0].windows[0].duration'],
      /row 1 \('a'\)/,
    ],
    [
      'a row with more cells',
      'site,nodes\na,1,2\n',
      ['INVALID_FORMAT sites[0]'],
      /row 1: it has 3 cells, but there are 2 columns/,
    ],
    ['a quote that does not end', 'site\n"a\n', ['INVALID_FORMAT sites[0]'], /Quoted field unterminated/],
    ['no rows', 'site,nodes\n', ['EMPTY_LIST sites'], /a row for each/],
    ['nothing', '', ['EMPTY_LIST sites'], /a row for each/],
    [
      'everything',
      'site,nodes,gpuWatts,maxUplinkOutage,windowStart,windowDuration,windowDays,timeZone,maxMegabitsPerSecond,revoked\na,0,-1,72,25:00,6,sun,Berlin,0,maybe\n',
      ['nodes', 'gpuWatts', 'maxUplinkOutage', 'windowStart', 'windowDuration', 'windowDays', 'timeZone', 'maxMegabitsPerSecond', 'revoked'].map((column) => `INVALID_FORMAT sites[0].${column}`), // prettier-ignore
      /row 1 \('a'\): nodes must be a whole number, at least 1; got '0'/,
    ],
  ])('%s', (name, text, ids, reason) => {
    const strict = /kind|ring/.test(name) ? { kinds: ['t4', 'l4'], rings: ['canary', 'rest'] } : {};
    const faults = faultsThrown(() => SiteFleet.fromCsv(text, strict));
    expect(idsOf(faults)).toEqual(ids);
    expect(faults[0].reason).toMatch(reason);
  });

  test.each<[string, string, string[]]>([
    ['no JSON', '[', ['INVALID_FORMAT']],
    ['no list', '{}', ['INVALID_FORMAT text']],
    ['rows that are no objects', '[1, []]', ['INVALID_FORMAT sites[0]', 'INVALID_FORMAT sites[1]']],
    ['a member that is no text', '[{"site":"a","nodes":[1]}]', ['INVALID_FORMAT sites[0].nodes']],
    ['part of a machine', '[{"site":"a","nodes":1.5}]', ['INVALID_FORMAT sites[0].nodes']],
  ])('of JSON: %s', (_, text, ids) => {
    expect(idsOf(faultsThrown(() => SiteFleet.fromJson(text)))).toEqual(ids);
  });

  test.each<[string, object, string]>([
    ['a label without a column', { labels: ['contry'] }, 'MISSING_PROPERTY contry'],
    ['no kinds', { kinds: [] }, 'EMPTY_LIST kinds'],
    ['no rings', { rings: [] }, 'EMPTY_LIST rings'],
  ])('of options: %s', (_, options, id) => {
    expect(idsOf(faultsThrown(() => SiteFleet.fromCsv('site\na\n', options)))).toEqual([id]);
  });

  test('a label that is a column by itself', () => {
    expect(idsOf(faultsThrown(() => SiteFleet.fromCsv('site\na\n', { labels: ['nodes'] })))).toEqual([
      'DUPLICATE labels',
    ]);
  });
});
