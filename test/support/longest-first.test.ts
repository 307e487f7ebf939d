import { existsSync, readFileSync, statSync } from 'fs';
import * as path from 'path';

interface TestFile {
  readonly path: string;
  readonly context: object;
}
const LongestFirst =
  jest.requireActual<new (options: object) => { sort(tests: TestFile[]): Promise<TestFile[]> }>('./longest-first.js');
const LONGEST = JSON.parse(readFileSync(path.join(__dirname, 'longest-files.json'), 'utf8')) as string[];

const ROOT = path.join(__dirname, '..', '..');
const fileOf = (name: string): TestFile => ({
  path: path.join(ROOT, name),
  context: { config: { cache: false }, hasteFS: { getSize: (file: string) => statSync(file).size } },
});
/** The file with the most text, and files that take longest, the longest last. */
const GIVEN = ['test/inputs/together.test.ts', LONGEST[1], LONGEST[0]];

async function sortedWith(ci: string | undefined): Promise<string[]> {
  const before = process.env.CI;
  if (ci === undefined) delete process.env.CI;
  else process.env.CI = ci;
  try {
    const sorted = await new LongestFirst({}).sort(GIVEN.map(fileOf));
    return sorted.map((test) => path.relative(ROOT, test.path));
  } finally {
    if (before === undefined) delete process.env.CI;
    else process.env.CI = before;
  }
}

test('CI begins with what takes longest', async () => {
  expect(await sortedWith('true')).toEqual([LONGEST[0], LONGEST[1], GIVEN[0]]);
});

test('elsewhere jest decides, by what it knows', async () => {
  expect((await sortedWith(undefined))[0]).toBe(GIVEN[0]);
});

test.each(LONGEST)('%s is there', (name) => {
  expect(existsSync(path.join(ROOT, name))).toBe(true);
});
