// Security and reliability policy: checkov on the AWS resources; checkov, trivy and kube-score on the rendered Kubernetes objects of every
// example. A failed check needs a suppression with a written reason in test/scan/policy.json; a suppression that matches nothing, or
// no longer fails, is a failure too, and so is a kind of object that the scanners did not judge.
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { manifestVerdicts, terraformVerdicts } from './scan/checkov.mjs';
import { scoreVerdicts } from './scan/kube-score.mjs';
import { trivyVerdicts } from './scan/trivy.mjs';
import { Policy } from './scan/policy.mjs';
import { scanners } from './scan/tools.mjs';
import { CACHE, ensureInstalled, exampleNames, expect, ROOT, Suite, synthesize } from './support.mjs';

const FOLDER = path.join(ROOT, 'test', 'scan');
const FAULTY = path.join(FOLDER, 'fixtures');
const OUTPUTS = path.join(CACHE, 'scan');

await ensureInstalled();
const suite = new Suite('scan');
const policy = new Policy(path.join(FOLDER, 'policy.json'));
const { checkov, kubeScore, trivy } = await scanners();

const manifestsJudged = async (folder) => [
  ...(await manifestVerdicts(checkov, folder)),
  ...(await scoreVerdicts(kubeScore, folder)),
  ...(await trivyVerdicts(trivy, folder)),
];

await suite.check('sees an open security group (the check can fail)', async () => {
  const failed = (await terraformVerdicts(checkov, FAULTY)).filter(({ passed }) => !passed);
  expect(
    failed.some(({ check, kind }) => check === 'CKV_AWS_24' && kind === 'aws_security_group'),
    `CKV_AWS_24 did not fail: ${JSON.stringify(failed)}`,
  );
  expect(policy.unsuppressed(failed).length > 0, 'every failure of the fixture is suppressed');
});
// Each fault of the fixture, on the kinds that checkov does not look into on Terraform JSON.
await suite.check('sees faults of each kind of workload (the check can fail)', async () => {
  const failed = (await manifestsJudged(path.join(FAULTY, 'manifests'))).filter(({ passed }) => !passed);
  const required = Object.entries(policy.required).flatMap(([scanner, kinds]) =>
    Object.entries(kinds).flatMap(([kind, checks]) => checks.map((check) => ({ scanner, kind, check }))),
  );
  const unseen = required.filter(
    (wanted) =>
      !failed.some(
        ({ scanner, kind, check }) => scanner === wanted.scanner && kind === wanted.kind && check === wanted.check,
      ),
  );
  expect(
    unseen.length === 0,
    `not failed by the fixture: ${unseen.map((at) => Object.values(at).join(' ')).join(', ')}`,
  );
  const privileged = failed
    .filter(({ scanner, check }) => scanner === 'trivy' && check === 'KSV-0017')
    .map(({ kind }) => kind);
  const kinds = ['daemonset', 'deployment', 'job', 'statefulset'];
  expect(
    privileged.sort().join() === kinds.join(),
    `trivy saw privileged containers of ${privileged}, not of ${kinds}`,
  );
  const suppressed = failed.filter((failure) => policy.unsuppressed([failure]).length === 0);
  expect(suppressed.length === 0, `a failure of the fixture is suppressed: ${JSON.stringify(suppressed[0])}`);
});
for (const example of exampleNames()) {
  await suite.check(example, async () => {
    const manifests = path.join(OUTPUTS, `${example}-manifests`);
    rmSync(manifests, { recursive: true, force: true });
    mkdirSync(manifests, { recursive: true });
    const output = path.join(OUTPUTS, example);
    const render = ['--import', path.join(ROOT, 'scripts', 'scan', 'render.mjs')];
    await synthesize(path.join(ROOT, 'examples', example, 'main.ts'), output, {
      nodeArguments: ['--import', 'tsx', ...render],
      env: { RENDER_TO: manifests },
    });
    policy.judge(example, [...(await terraformVerdicts(checkov, output)), ...(await manifestsJudged(manifests))]);
  });
}
await suite.check('every suppression has a reason and is needed', () => policy.closed());
suite.finish();
