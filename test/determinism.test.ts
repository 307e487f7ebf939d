import { execFile } from 'child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'fs';
import { tmpdir } from 'os';
import * as path from 'path';
import { promisify } from 'util';

const ROOT = path.join(__dirname, '..');
const EXAMPLES = path.join(ROOT, 'examples');
const names = readdirSync(EXAMPLES).filter((name) => existsSync(path.join(EXAMPLES, name, 'main.ts')));

/** Everything one run of an example writes: path below its output folder, to content. */
interface Synthesis {
  readonly files: { [file: string]: string };
  readonly printed: string;
}

/** Runs examples in a process of their own, from a home and a time zone of its own. To load the library takes longer than most of them. */
async function synthesize(ordered: readonly string[], home: string, zone: string): Promise<Map<string, Synthesis>> {
  const output = path.join(home, 'out');
  mkdirSync(output);
  const program = path.join(ROOT, 'test', 'support', 'synthesize-examples.ts');
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', program, output, ...ordered],
    {
      cwd: ROOT,
      env: {
        PATH: process.env.PATH,
        HOME: home,
        TZ: zone,
        TSX_TSCONFIG_PATH: path.join(ROOT, 'tsconfig.json'),
        // Of fleet-100-sites one site of each kind.
        SITES: path.join(ROOT, 'test', 'examples', 'few-sites.csv'),
      },
    },
  );
  const printed = [partsOf(stdout), partsOf(stderr)];
  return new Map(
    ordered.map((name) => [
      name,
      { files: filesBelow(path.join(output, name)), printed: printed.map((parts) => parts.get(name)).join('') },
    ]),
  );
}

function filesBelow(folder: string): { [file: string]: string } {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    statSync(path.join(folder, file)).isFile(),
  );
  return Object.fromEntries(files.sort().map((file) => [file, readFileSync(path.join(folder, file), 'utf8')]));
}

/** What was printed, by the name in the line before it; what came before any name belongs to none, and is '' likewise. */
function partsOf(text: string): Map<string, string> {
  const [before, ...parts] = text.split('\n--- ');
  expect(before).toBe('');
  return new Map(parts.map((part) => [part.slice(0, part.indexOf('\n')), part.slice(part.indexOf('\n') + 1)]));
}

const homes = ['here', 'there'].map((place) => mkdtempSync(path.join(tmpdir(), `synth-${place}-`)));
let here: Map<string, Synthesis>;
let there: Map<string, Synthesis>;

// One after the other, and in opposite order: neither the time nor what was synthesized before may show.
beforeAll(async () => {
  here = await synthesize(names, homes[0], 'Pacific/Kiritimati');
  there = await synthesize([...names].reverse(), homes[1], 'America/Los_Angeles');
}, 480_000);

afterAll(() => homes.forEach((home) => rmSync(home, { recursive: true, force: true })));

describe.each(names)('example %s', (name) => {
  test('synthesizes the same bytes in another place, home, time zone and order', () => {
    const { files } = here.get(name)!;
    const stacks = Object.keys(files).filter((file) => path.basename(file) === 'cdk.tf.json');
    expect(stacks.length).toBeGreaterThan(0);
    expect(there.get(name)!.files).toEqual(files);
  });

  test('has no absolute path of this machine in it', () => {
    // Containers have a /tmp of their own, where Triton unpacks environments of Python, and a cache of models has one in itself.
    const text = JSON.stringify(here.get(name)!.files)
      .replaceAll('/tmp/python_env_*', '')
      .replaceAll('$cache/tmp/', '');
    for (const place of [ROOT, tmpdir(), ...homes]) expect(text).not.toContain(`${place}${path.sep}`);
  });

  test('warns of nothing', () => {
    const { files, printed } = here.get(name)!;
    const manifest = JSON.parse(files['manifest.json']) as { stacks: { [stack: string]: { annotations: unknown[] } } };
    expect(Object.values(manifest.stacks).flatMap((stack) => stack.annotations)).toEqual([]);
    expect(printed).toBe('');
  });
});
