// Synthesis of examples/fleet-100-sites with 25 to 200 sites, each a stack of its own, as a table. It asserts nothing: the last column says
// how the time of the processors grows, 1 for a straight line. After `npm run build`: node bench/sites.mjs [repetitions]
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const ROOT = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const EXAMPLE = path.join(ROOT, 'examples', 'fleet-100-sites');
const COUNTS = [25, 50, 100, 200];

/** One synthesis in a process of its own: seconds, those of processors, and the most memory. */
function synthesis(table) {
  const { App } = require('cdktf');
  const outdir = mkdtempSync(path.join(tmpdir(), 'bench-sites-'));
  try {
    const started = process.hrtime.bigint();
    const { FleetOfSites } = require(path.join(process.env.PROGRAM, 'stack.js'));
    const app = new App({ outdir });
    new FleetOfSites(app, readFileSync(table, 'utf8'));
    app.synth();
    const { user, system } = process.cpuUsage();
    const seconds = Number(process.hrtime.bigint() - started) / 1e9;
    return { seconds, busy: (user + system) / 1e6, megabytes: process.resourceUsage().maxRSS / 1024 };
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

/** The table of the example, repeated under other names where more sites are asked for than it has. */
function tableOf(count) {
  const [head, ...rows] = readFileSync(path.join(EXAMPLE, 'sites.csv'), 'utf8').trim().split('\n');
  const all = Array.from({ length: count }, (_, i) => {
    const round = Math.floor(i / rows.length);
    return round === 0 ? rows[i] : rows[i % rows.length].replace(/^[^,]*/, `$&-${round}`);
  });
  return [head, ...all, ''].join('\n');
}

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

function main(repetitions) {
  // Beside the package, which programs below find by its name.
  const folder = path.join(ROOT, '.cache', 'bench-sites');
  mkdirSync(folder, { recursive: true });
  const ts = require('typescript');
  const compilerOptions = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022, esModuleInterop: true };
  const source = readFileSync(path.join(EXAMPLE, 'stack.ts'), 'utf8');
  writeFileSync(path.join(folder, 'stack.js'), ts.transpileModule(source, { compilerOptions }).outputText);
  const env = { ...process.env, PROGRAM: folder };
  const rows = COUNTS.map((count) => {
    const table = path.join(folder, `${count}.csv`);
    writeFileSync(table, tableOf(count));
    const runs = Array.from({ length: repetitions }, () =>
      JSON.parse(
        execFileSync(process.execPath, [fileURLToPath(import.meta.url), 'one', table], { env, encoding: 'utf8' }),
      ),
    );
    const of = (key) => median(runs.map((run) => run[key]));
    return { count, seconds: of('seconds'), busy: of('busy'), megabytes: of('megabytes') };
  });
  console.log('| Sites | s | s of processors | MB at most | exponent |\n| ---: | ---: | ---: | ---: | ---: |');
  rows.forEach(({ count, seconds, busy, megabytes }, i) => {
    const before = rows[i - 1];
    const growth = before ? (Math.log(busy / before.busy) / Math.log(count / before.count)).toFixed(2) : '';
    console.log(`| ${[count, seconds.toFixed(2), busy.toFixed(2), megabytes.toFixed(0), growth].join(' | ')} |`);
  });
}

if (process.argv[2] === 'one') console.log(JSON.stringify(synthesis(process.argv[3])));
else main(Number(process.argv[2] ?? 3));
