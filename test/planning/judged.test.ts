import * as path from 'path';
import { Kind, judge } from '../../bench/planner/judged';
import { KNOWN_BREAKS } from '../../bench/planner/judged-known';
import {
  broken,
  countsCapacity,
  difference,
  judgedBreaks,
  judgedGroups,
  judgedTable,
} from '../../bench/planner/judged-report';
import { readTable } from '../../bench/planner/points';

const ROWS = judge();
const failures = ROWS.filter(({ started }) => started === false);
const runs = ROWS.filter(({ started }) => started === true);

describe('published starts of engines since August 2025', () => {
  test('rows name a source, a date and what it says', () => {
    expect(new Set(ROWS.map(({ id }) => id)).size).toBe(ROWS.length);
    for (const row of ROWS) {
      expect(row).toMatchObject({
        source: expect.stringMatching(/^(https:|public (repository|log): )/),
        date: expect.stringMatching(/^202[56]/),
      });
      expect(row.quote.length).toBeGreaterThan(10);
      expect(row.capacity ?? row.started).toBeDefined();
    }
  });

  test('both halves have rows, divided by the address of the source', () => {
    const halves = new Map(ROWS.map(({ source, seen }) => [`${source} ${seen}`, source]));
    expect(ROWS.some(({ seen }) => seen)).toBe(true);
    expect(ROWS.some(({ seen }) => !seen)).toBe(true);
    // A source is in both halves only where another test has one of its figures.
    expect(halves.size - new Set(halves.values()).size).toBeLessThanOrEqual(1);
  });

  test('as many as were found: 139 rows of 104 sources, 97 of them with a stated capacity, of hybrids and models that read images at least ten each', () => {
    expect(ROWS.length).toBeGreaterThanOrEqual(139);
    expect(new Set(ROWS.map(({ source }) => source)).size).toBeGreaterThanOrEqual(104);
    expect(ROWS.filter(({ capacity }) => capacity).length).toBeGreaterThanOrEqual(97);
    expect(failures.length).toBeGreaterThanOrEqual(22);
    expect(runs.length).toBeGreaterThanOrEqual(117);
    const of = (kind: Kind) => ROWS.filter(({ kinds }) => kinds.includes(kind)).length;
    expect(Math.min(of('hybrid'), of('vision'))).toBeGreaterThanOrEqual(10);
  });

  test('only the rows that are listed with their reason break a bound', () => {
    const breaks = ROWS.filter((row) => broken(row).length > 0).map(({ id }) => id);
    expect(breaks.filter((id) => !(id in KNOWN_BREAKS))).toEqual([]);
    expect(Object.keys(KNOWN_BREAKS).filter((id) => !ROWS.some((row) => row.id === id))).toEqual([]);
  });

  test('rows that are not listed: never above and at most 12 % below, failures refused, runs accepted', () => {
    const judged = ROWS.filter(({ id }) => !(id in KNOWN_BREAKS));
    for (const row of judged.filter(countsCapacity)) {
      expect(difference(row)).toBeLessThanOrEqual(0);
      expect(difference(row)).toBeGreaterThanOrEqual(-0.12);
    }
    const listed = ({ id }: { id: string }) => id in KNOWN_BREAKS;
    expect(failures.filter((row) => row.plan.fits && !listed(row))).toEqual([]);
    expect(runs.filter((row) => !row.plan.fits && !listed(row))).toEqual([]);
  });

  test('more than nine tenths of the stated capacities are at most 12 % above the plan, and none is below it', () => {
    const stated = ROWS.filter(countsCapacity).map(difference);
    expect(stated.filter((each) => each <= 0 && each >= -0.12).length).toBeGreaterThanOrEqual(0.94 * stated.length);
    expect(stated.filter((each) => each > 0)).toEqual([]);
    expect(failures.filter(({ plan }) => plan.fits)).toEqual([]);
  });

  test('rows of WSL2 are shown and count as starts, not as capacities, whichever side they are on', () => {
    const windows = ROWS.filter(({ onWindows }) => onWindows);
    expect(windows.length).toBe(5);
    const off = { ...windows[0], onWindows: false, capacity: { ...windows[0].capacity!, engine: 1 } };
    expect([broken(off), broken({ ...off, onWindows: true })]).toEqual([['above'], []]);
    for (const { id } of windows) expect(judgedTable(ROWS)).toMatch(new RegExp(`${id}.*WSL2`));
  });

  test('weights as a log has them loaded are planned so, whatever prediction layers the files have', () => {
    const rows = readTable(path.join(__dirname, '../../bench/planner/judged.csv')).map(({ row }) => row);
    const stated = rows.filter(({ loaded_gib }) => loaded_gib);
    expect(stated.length).toBeGreaterThanOrEqual(8);
    for (const { id, loaded_gib, tp } of stated) {
      const judged = ROWS.find((row) => row.id === id)!;
      expect(judged.plan.memoryPerGpu.weights.gib * Number(tp)).toBeCloseTo(Number(loaded_gib), 2);
    }
    // Of the four whose models have prediction layers, the files are planned larger.
    const files = (id: string) => ROWS.find((row) => row.id === id)!.plan.checkpointSize!.gib;
    for (const id of ['l40s-2-qwen3-next-awq', 'l40s-qwen3.5-4b-awq', 'l40s-omnicoder-9b-awq', 'l40s-qwen3.5-9b-awq'])
      expect(files(id)).toBeGreaterThan(1.03 * Number(stated.find((row) => row.id === id)!.loaded_gib));
  });

  test('the measure can fail', () => {
    const [row] = ROWS.filter(countsCapacity);
    const above = { ...row, capacity: { ...row.capacity!, engine: row.capacity!.plan / 2 } };
    expect(broken(above)).toContain('above');
    expect(broken({ ...above, started: !row.plan.fits })).toContain(row.plan.fits ? 'false fit' : 'refusal');
    expect(judgedGroups(ROWS)).toMatch(/unseen/);
    expect(judgedBreaks(ROWS)).not.toMatch(/NOT LISTED/);
    expect(judgedBreaks([{ ...above, id: 'another' }])).toMatch(/NOT LISTED/);
  });
});
