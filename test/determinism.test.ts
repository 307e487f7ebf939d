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

/** Runs an example as its user does, in a process of its own, from a home and a time zone of its own. */
async function synthesize(name: string, home: string, zone: string): Promise<Synthesis> {
  const output = path.join(home, 'out');
  mkdirSync(output, { recursive: true });
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--import', 'tsx', 'main.ts'], {
    cwd: path.join(EXAMPLES, name),
    env: {
      PATH: process.env.PATH,
      HOME: home,
      TZ: zone,
      CDKTF_OUTDIR: output,
      TSX_TSCONFIG_PATH: path.join(ROOT, 'tsconfig.json'),
    },
  });
  const files = readdirSync(output, { recursive: true, encoding: 'utf8' }).filter((f) =>
    statSync(path.join(output, f)).isFile(),
  );
  return {
    files: Object.fromEntries(files.sort().map((file) => [file, readFileSync(path.join(output, file), 'utf8')])),
    printed: stdout + stderr,
  };
}

describe.each(names)('example %s', (name) => {
  const homes = ['here', 'there'].map((place) => mkdtempSync(path.join(tmpdir(), `synth-${place}-`)));
  let first: Synthesis;
  let second: Synthesis;

  beforeAll(async () => {
    first = await synthesize(name, homes[0], 'Pacific/Kiritimati');
    second = await synthesize(name, homes[1], 'America/Los_Angeles');
  }, 240_000);

  afterAll(() => homes.forEach((home) => rmSync(home, { recursive: true, force: true })));

  test('synthesizes the same bytes in another place, home and time zone', () => {
    const stacks = Object.keys(first.files).filter((file) => path.basename(file) === 'cdk.tf.json');
    expect(stacks.length).toBeGreaterThan(0);
    expect(second.files).toEqual(first.files);
  });

  test('has no absolute path of this machine in it', () => {
    // Containers have a /tmp of their own, where Triton unpacks environments of Python, and a cache of models has one in itself.
    const text = JSON.stringify(first.files).replaceAll('/tmp/python_env_*', '').replaceAll('$cache/tmp/', '');
    for (const place of [ROOT, tmpdir(), ...homes]) expect(text).not.toContain(`${place}${path.sep}`);
  });

  test('warns of nothing', () => {
    const manifest = JSON.parse(first.files['manifest.json']) as {
      stacks: { [stack: string]: { annotations: unknown[] } };
    };
    expect(Object.values(manifest.stacks).flatMap((stack) => stack.annotations)).toEqual([]);
    expect(first.printed).toBe('');
  });
});
