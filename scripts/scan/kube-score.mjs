// kube-score on rendered manifests: reliability beside security (probes, disruption budgets, selectors that match nothing, requests).
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { CACHE, expect, mustRun, run, which } from '../support.mjs';

const VERSION = 'v1.20.0';
const PACKAGE = `github.com/zegl/kube-score/cmd/kube-score@${VERSION}`;
const GOOD = 10;

/** The program, built once from its Go module. */
export async function kubeScoreProgram() {
  const folder = path.join(CACHE, 'kube-score', VERSION);
  const program = path.join(folder, 'kube-score');
  if (existsSync(program)) return program;
  const go = which('go') ?? ['/usr/local/go/bin/go', '/usr/lib/go/bin/go'].find((file) => existsSync(file));
  expect(go, `kube-score is built from its Go module; install Go to run this check`);
  mkdirSync(folder, { recursive: true });
  await mustRun([go, 'install', PACKAGE], {
    env: { ...process.env, GOBIN: folder, GOFLAGS: '-buildvcs=false' },
    capture: true,
  });
  return program;
}

/** Every verdict on a folder of manifests; `object` is `Kind.namespace.name`. */
export async function scoreVerdicts(kubeScore, folder) {
  const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'));
  const paths = files.map((file) => path.join(folder, file));
  const { stdout, stderr } = await run([kubeScore, 'score', '--output-format', 'json', ...paths], { capture: true });
  expect(stdout.startsWith('['), `kube-score printed no report:\n${stdout}${stderr}`);
  return JSON.parse(stdout).flatMap(({ object_name: name, checks }) => {
    const parts = name.split('/');
    const kind = parts[0];
    const object = [kind, ...parts.slice(-2)].join('.');
    return checks
      .filter(({ skipped }) => !skipped)
      .map(({ check, grade, comments }) => ({
        scanner: 'kube-score',
        check: check.id,
        name:
          (comments ?? []).map(({ path: at, summary }) => `${at ? `${at}: ` : ''}${summary}`).join('; ') || check.name,
        passed: grade >= GOOD,
        kind,
        object,
      }));
  });
}
