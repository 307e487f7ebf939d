// trivy on rendered manifests, by the checks compiled into it: nothing is downloaded.
import path from 'node:path';
import { expect, ROOT, run } from '../support.mjs';
import { ownGoTool } from './go-tool.mjs';

/** The program; its sources need an experiment of Go to compile. */
export const trivyProgram = () =>
  ownGoTool({
    name: 'trivy',
    module: path.join(ROOT, 'test', 'scan', 'trivy'),
    env: { GOEXPERIMENT: 'jsonv2' },
  });

/** Every verdict on a folder of manifests. Of what passed there is only the number, so `passed` verdicts are not among them. */
export async function trivyVerdicts(trivy, folder) {
  const { stdout, stderr } = await run([trivy, folder], { capture: true });
  expect(stdout.startsWith('{'), `trivy printed no report:\n${stdout}${stderr}`);
  const { judged, failed } = JSON.parse(stdout);
  expect(judged > 0, `trivy judged nothing in ${folder}`);
  return failed.map(({ id: check, title: name, message, file }) => {
    const [, kind = ''] =
      /\b(deployment|statefulset|daemonset|job|configmap|role|clusterrole) '?[\w-]+/i.exec(message) ?? [];
    return { scanner: 'trivy', check, name, passed: false, kind: kind.toLowerCase(), object: `${file}: ${message}` };
  });
}
