// checkov in a virtual environment of its own: Terraform JSON for what AWS gets, rendered manifests for what Kubernetes gets.
// On Terraform JSON checkov has next to no checks for StatefulSets, DaemonSets and Jobs.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { CACHE, expect, mustRun, run, stacksIn } from '../support.mjs';

/** The program, installed anew when the pinned versions change. */
export async function checkovProgram(requirements) {
  const folder = path.join(CACHE, 'checkov-venv');
  const stamp = path.join(folder, 'requirements.txt');
  const wanted = readFileSync(requirements, 'utf8');
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
    rmSync(folder, { recursive: true, force: true });
    await mustRun(['python3', '-m', 'venv', folder]);
    await mustRun([path.join(folder, 'bin', 'pip'), 'install', '--quiet', '-r', requirements], { capture: true });
    writeFileSync(stamp, wanted);
  }
  return path.join(folder, 'bin', 'checkov');
}

async function reports(checkov, framework, folder) {
  const options = ['--framework', framework, '--directory', folder, '--output', 'json', '--compact', '--skip-download'];
  // Manifests in a folder such as .cache would be left out without a word.
  const env = { ...process.env, CKV_IGNORE_HIDDEN_DIRECTORIES: 'false' };
  const { stdout, stderr } = await run([checkov, ...options], { env, capture: true });
  const start = stdout.search(/[[{]/);
  expect(start >= 0, `checkov printed no report:\n${stdout}${stderr}`);
  return [JSON.parse(stdout.slice(start))].flat().map((report) => {
    const unread = report.results?.parsing_errors ?? [];
    expect(!(report.summary?.parsing_errors > 0), `checkov could not parse ${JSON.stringify(unread)}`);
    return report.results ?? {};
  });
}

const verdictsOf = (results, locate) =>
  results.flatMap(({ passed_checks: passed = [], failed_checks: failed = [] }) =>
    [...passed, ...failed].map((verdict) => ({
      scanner: 'checkov',
      check: verdict.check_id,
      name: verdict.check_name,
      passed: passed.includes(verdict),
      ...locate(verdict),
    })),
  );

/** Every verdict on the AWS resources of a synthesis. `kind` is the resource's type, `object` its type and construct path. */
export async function terraformVerdicts(checkov, output) {
  const stacks = stacksIn(output);
  const verdicts = verdictsOf(await reports(checkov, 'terraform_json', output), (verdict) =>
    resourceOf(stacks, verdict),
  );
  return verdicts.filter(({ kind }) => !kind.startsWith('kubernetes_'));
}

/** The resource of a verdict. checkov writes `resource.<id>` for some, so the id and the stack's file find it. */
function resourceOf(stacks, { resource, file_path: file }) {
  const id = resource.split('.').at(-1).replace(/\[.*/, '');
  const { json } = stacks.find((stack) => file.includes(`stacks/${stack.name}/`)) ?? {};
  for (const block of ['resource', 'data', 'provider']) {
    for (const [type, instances] of Object.entries(json?.[block] ?? {})) {
      const found = !Array.isArray(instances) && instances[id];
      if (found) return { kind: type, object: `${type} ${found['//']?.metadata?.path ?? id}` };
    }
  }
  return { kind: resource.split('.')[0], object: resource };
}

/** Every verdict on a folder of manifests. `object` is `Kind.namespace.name`; of a pod template as a graph, `Pod.` and its labels. */
export async function manifestVerdicts(checkov, folder) {
  return verdictsOf(await reports(checkov, 'kubernetes', folder), ({ resource }) => ({
    kind: resource.split('.')[0],
    object: resource,
  }));
}
