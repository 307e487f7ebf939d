// kube-score on rendered manifests: reliability beside security (probes, disruption budgets, selectors that match nothing, requests).
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, run } from '../support.mjs';
import { goTool } from './go-tool.mjs';

const GOOD = 10;

/** The program. */
export const kubeScoreProgram = () =>
  goTool({ name: 'kube-score', package: 'github.com/zegl/kube-score/cmd/kube-score', version: 'v1.20.0' });

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
