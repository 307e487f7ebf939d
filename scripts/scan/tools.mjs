// The scanners, each made where it is missing. No dependencies: this may run before anything is installed.
//   node scripts/scan/tools.mjs
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from '../support.mjs';
import { checkovProgram } from './checkov.mjs';
import { kubeScoreProgram } from './kube-score.mjs';
import { trivyProgram } from './trivy.mjs';

/** The paths of the programs. */
export async function scanners() {
  return {
    checkov: await checkovProgram(path.join(ROOT, 'test', 'scan', 'requirements.txt')),
    kubeScore: await kubeScoreProgram(),
    trivy: await trivyProgram(),
  };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await scanners();
