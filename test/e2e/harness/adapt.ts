import { newestOnDisk, shortSource } from './provider-installation';
import { ProviderOnDisk } from './tools';

/**
 * Attributes that AWS provider 6 has and 5.100 has not, by resource type, as paths with `.` between levels. They are taken out where
 * 5.100 is what there is; every other attribute that 5.100 does not know fails the plan.
 */
export const ONLY_IN_AWS_6: { readonly [type: string]: readonly string[] } = {};

/**
 * Fits a synthesised stack to the providers on disk: the version constraint of a provider found there is replaced by the newest
 * version found, and attributes newer than that are taken out by name.
 */
export function adaptToProviders(stack: any, providers: readonly ProviderOnDisk[]): any {
  const adapted = structuredClone(stack);
  const required: { [name: string]: { source: string; version?: string } } =
    adapted.terraform?.required_providers ?? {};
  for (const provider of Object.values(required)) {
    const version = newestOnDisk(providers, shortSource(provider.source));
    if (version && !satisfies(version, provider.version)) provider.version = version;
  }
  const aws = Object.values(required).find(({ source }) => shortSource(source) === 'hashicorp/aws');
  if (aws?.version?.startsWith('5.')) withoutAws6(adapted);
  return adapted;
}

function withoutAws6(stack: any): void {
  for (const [type, paths] of Object.entries(ONLY_IN_AWS_6)) {
    for (const resource of Object.values(stack.resource?.[type] ?? {}))
      paths.forEach((path) => remove(resource, path.split('.')));
  }
}

function remove(node: any, [key, ...rest]: string[]): void {
  if (Array.isArray(node)) node.forEach((item) => remove(item, [key, ...rest]));
  else if (rest.length === 0) delete node?.[key];
  else if (node?.[key] !== undefined) remove(node[key], rest);
}

/** Whether a version is the one that a constraint of cdktf's prebuilt providers asks for: an exact version, or `~> x.y`. */
function satisfies(version: string, constraint: string | undefined): boolean {
  if (!constraint) return true;
  const [, operator, wanted] = /^(~>|=)?\s*(\d[\d.]*)$/.exec(constraint.trim()) ?? [];
  if (!wanted) return false;
  if (operator !== '~>') return wanted === version;
  const fixed = wanted.split('.').slice(0, -1).join('.');
  return `${version}.`.startsWith(`${fixed}.`) && version.localeCompare(wanted, 'en', { numeric: true }) >= 0;
}
