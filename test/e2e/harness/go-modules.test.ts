import { readFileSync } from 'fs';
import * as path from 'path';

/** Versions of the modules that a folder of tools pins. */
function pinned(folder: string): Map<string, string> {
  const text = readFileSync(path.join(__dirname, '..', 'tools', folder, 'go.mod'), 'utf8');
  return new Map([...text.matchAll(/^\t(\S+) (v\S+)/gm)].map(([, module, version]) => [module, version]));
}

/** Packages of equal modules are compiled once for both: the second program takes seconds, and with other patches of Kubernetes minutes. */
test('the controllers of LeaderWorkerSets and of JobSets are built from the same modules', () => {
  const [one, other] = [pinned('leader-worker-set'), pinned('job-set')];
  const shared = [...one.keys()].filter((module) => other.has(module));
  expect(shared).toContain('k8s.io/client-go');
  expect(shared.filter((module) => one.get(module) !== other.get(module))).toEqual([]);
});
