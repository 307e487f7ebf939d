// trivy on rendered manifests, by the checks compiled into it: nothing is downloaded.
import { expect, run } from '../support.mjs';
import { goTool } from './go-tool.mjs';

/** The program; its sources need an experiment of Go to compile. */
export const trivyProgram = () =>
  goTool({
    name: 'trivy',
    package: 'github.com/aquasecurity/trivy/cmd/trivy',
    version: 'v0.74.0',
    env: { GOEXPERIMENT: 'jsonv2' },
  });

/** Every verdict on a folder of manifests. trivy lists what passed only as a number, so `passed` verdicts are not among them. */
export async function trivyVerdicts(trivy, folder) {
  const options = ['--skip-check-update', '--quiet', '--format', 'json'];
  const { stdout, stderr } = await run([trivy, 'config', ...options, folder], { capture: true });
  expect(stdout.trimStart().startsWith('{'), `trivy printed no report:\n${stdout}${stderr}`);
  const results = JSON.parse(stdout).Results ?? [];
  const judged = results.reduce((sum, { MisconfSummary: summary }) => sum + summary.Successes + summary.Failures, 0);
  expect(judged > 0, `trivy judged nothing in ${folder}`);
  return results.flatMap(({ Target: target, Misconfigurations: found = [] }) =>
    found.map(({ ID: check, Title: title, Message: message }) => {
      const [, kind = ''] =
        /\b(deployment|statefulset|daemonset|job|configmap|role|clusterrole) '?[\w-]+/i.exec(message) ?? [];
      return {
        scanner: 'trivy',
        check,
        name: title,
        passed: false,
        kind: kind.toLowerCase(),
        object: `${target}: ${message}`,
      };
    }),
  );
}
