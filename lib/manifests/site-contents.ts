import { TerraformStack } from 'cdktf';
import { IKubernetesCluster } from '../core/kubernetes-cluster';
import { TerraformJson } from '../core/synthesized-json';
import { isCustomResourcesChart } from '../kubernetes/custom-resources-chart';
import { isGeneratedSecretChart } from '../kubernetes/generated-secret';
import { ApiObject } from '../kubernetes/rendering/attribute-rules';
import { Fault, faultsUnder } from '../units/fault';
import { HelmRelease, helmRelease } from './helm-release';
import { ignoredPointers } from './ignored-changes';
import { KINDS } from './kinds';
import { renderResource } from './render-resource';
import { SecretContents, secretContents, secretTexts } from './secret-contents';
import { byKindAndName, byName, customResources, resolverOf, selectedEntries, StackEntry } from './stack-entries';
import { stagesOf } from './stages';

/** An object that is applied as it is. @internal */
export interface SiteObject {
  readonly object: ApiObject;
  /** In which order it is applied, from 1. */
  readonly stage: number;
  /** Whether it is of a kind that a definition makes known. */
  readonly isCustom: boolean;
}

/** Fields that others write. @internal */
export interface IgnoredFields {
  readonly object: ApiObject;
  readonly stage: number;
  /** JSON pointers. */
  readonly pointers: readonly string[];
}

/** All that Terraform would make of a stack in a cluster. @internal */
export interface SiteContents {
  /** Namespaces first, custom resources last. */
  readonly objects: readonly SiteObject[];
  readonly releases: readonly HelmRelease[];
  readonly secrets: readonly SecretContents[];
  readonly ignored: readonly IgnoredFields[];
  /** Texts that are secret, as far as the program has them. */
  readonly secretTexts: readonly string[];
}

/** Where the contents come from. @internal */
export interface ContentsSource {
  readonly stack: TerraformStack;
  readonly cluster?: IKubernetesCluster;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly values?: { [expression: string]: any };
}

/** What a stack is synthesized to. @internal */
export type JsonOf = (stack: TerraformStack) => TerraformJson;

/**
 * What a site gets of a stack. Values of secrets are read only to find them where they must not be.
 *
 * @param source the stack, and what of it
 * @param jsonOf what a stack is synthesized to
 * @param faults what cannot be rendered, by resource and attribute
 *
 * @internal
 */
export function siteContents(source: ContentsSource, jsonOf: JsonOf, faults: Fault[]): SiteContents {
  const { stack, cluster, values = {} } = source;
  const json = jsonOf(stack);
  const resolver = resolverOf(stack, json, values, true, jsonOf);
  const stageOf = stagesOf(json, isForeignChart);
  const objects: SiteObject[] = [];
  const releases: HelmRelease[] = [];
  const secrets: SecretContents[] = [];
  const ignored: IgnoredFields[] = [];
  const read = ({ type, id, block }: StackEntry, own: Fault[]): void => {
    const stage = stageOf(type, id);
    const resolve = (part: TerraformJson) => resolver.resolve(part, '', own) as ApiObject;
    const secret = secretContents(type, block, stage, resolve, own);
    if (own.length > 0) return;
    if (secret) {
      secrets.push(secret);
    } else if (type === 'helm_release') {
      const { lifecycle: _, ...rest } = block;
      const resolved = resolve(rest);
      if (own.length > 0) return;
      if (isForeignChart(block)) {
        const release = helmRelease(resolved, stage, own);
        if (release) releases.push(release);
      } else {
        objects.push(...customResources(resolved).map((object) => ({ object, stage, isCustom: true })));
      }
    } else {
      const { lifecycle: _, ...rest } = block;
      const resolved = resolve(rest);
      if (own.length > 0) return;
      const object = renderResource(type, resolved, own);
      objects.push({ object, stage, isCustom: false });
      const pointers = ignoredPointers(KINDS[type].fields, block, own);
      if (pointers.length > 0) ignored.push({ object, stage, pointers });
    }
  };
  const entries = selectedEntries(stack, json, cluster, faults);
  for (const entry of entries) {
    const own: Fault[] = [];
    read(entry, own);
    faults.push(...faultsUnder(own, `${entry.type}.${entry.id}`, `${entry.type}.${entry.id}`));
  }
  const inOrder = (isCustom: boolean) => objects.filter((one) => one.isCustom === isCustom);
  return {
    objects: [
      ...inOrder(false).sort((a, b) => byKindAndName(a.object, b.object)),
      ...inOrder(true).sort((a, b) => byName(a.object, b.object)),
    ],
    releases: releases.sort((a, b) => (`${a.namespace} ${a.name}` < `${b.namespace} ${b.name}` ? -1 : 1)),
    secrets: secrets.sort((a, b) => (`${a.namespace} ${a.name}` < `${b.namespace} ${b.name}` ? -1 : 1)),
    ignored: ignored.sort((a, b) => byKindAndName(a.object, b.object)),
    secretTexts: secretTexts(entries, json, resolverOf(stack, json, values, false, jsonOf), values),
  };
}

function isForeignChart({ chart }: TerraformJson): boolean {
  return !isCustomResourcesChart(chart) && !isGeneratedSecretChart(chart);
}
