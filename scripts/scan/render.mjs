// Loaded before an example's main.ts (`node --import`): writes the Kubernetes objects of each of its stacks as
// `<RENDER_TO>/<stack>.yaml`, once the app is synthesized. Scanners judge the objects that the API server gets in this form only.
import { createRequire } from 'node:module';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { App, TerraformStack } from 'cdktf';

const { KubernetesManifests } = createRequire(import.meta.url)('../../lib/index.ts');
const folder = process.env.RENDER_TO;
const synth = App.prototype.synth;

/** A value for each reference that only an apply could resolve; none of them decides what a scanner judges. */
function rendered(stack, values = {}) {
  try {
    return KubernetesManifests.of(stack, { values, skipHelmReleases: true });
  } catch (error) {
    const missing = (error.faults ?? []).flatMap(({ reason }) =>
      [...reason.matchAll(/'([^']*\.[^']*)'/g)].map(([, at]) => at),
    );
    const found = missing.filter((expression) => !(expression in values));
    if (found.length === 0) throw error;
    const more = Object.fromEntries(
      found.map((expression) => [expression, 'arn:aws:iam::123456789012:role/only-known-when-applied']),
    );
    return rendered(stack, { ...values, ...more });
  }
}

App.prototype.synth = function (...args) {
  const result = synth.apply(this, args);
  mkdirSync(folder, { recursive: true });
  for (const stack of this.node.findAll().filter((child) => TerraformStack.isStack(child))) {
    const manifests = rendered(stack);
    if (manifests.objects.length > 0) writeFileSync(path.join(folder, `${stack.node.id}.yaml`), manifests.toYaml());
  }
  return result;
};
