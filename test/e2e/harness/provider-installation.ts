import { existsSync, mkdirSync, readdirSync, statSync, symlinkSync } from 'node:fs';
import * as path from 'node:path';
import { ProviderOnDisk } from './tools';

/** Host that a source without one is looked up at. */
const HOSTS: { readonly [product: string]: string } = {
  Terraform: 'registry.terraform.io',
  OpenTofu: 'registry.opentofu.org',
};

/**
 * A CLI configuration that takes providers from disk where they are there, and from the registry otherwise.
 *
 * @param providers what is on disk
 * @param product whose configuration it is
 */
export function cliConfiguration(providers: readonly ProviderOnDisk[], product = 'Terraform'): string {
  const mirrors = [...new Set(providers.map(({ mirror }) => mirror))];
  const sources = (mirror?: string) => {
    const found = providers.filter((provider) => !mirror || provider.mirror === mirror).map(({ source }) => source);
    return JSON.stringify([...new Set(found)].map((source) => `${HOSTS[product]}/${source}`));
  };
  const blocks = mirrors.map(
    (mirror) =>
      `  filesystem_mirror {\n    path    = ${JSON.stringify(mirror)}\n    include = ${sources(mirror)}\n  }\n`,
  );
  const direct = providers.length > 0 ? `  direct {\n    exclude = ${sources()}\n  }\n` : '  direct {}\n';
  return `disable_checkpoint = true\nprovider_installation {\n${blocks.join('')}${direct}}\n`;
}

/**
 * The providers as a product finds them: OpenTofu looks below the name of its own registry, so that it gets a mirror of links to the
 * folders of Terraform's.
 *
 * @param providers what is on disk, below the name of Terraform's registry
 * @param product whose mirror it is
 * @param folder where links are made
 */
export function providersFor(
  product: string,
  providers: readonly ProviderOnDisk[],
  folder: string,
): readonly ProviderOnDisk[] {
  if (product !== 'OpenTofu') return providers;
  return providers.map(({ source, version, mirror }) => {
    const [from, to] = [path.join(mirror, HOSTS.Terraform, source), path.join(folder, HOSTS.OpenTofu, source)];
    // It follows links to packages, but not to folders above them.
    const packages = readdirSync(from).flatMap((name) =>
      statSync(path.join(from, name)).isDirectory()
        ? readdirSync(path.join(from, name)).map((platform) => path.join(name, platform))
        : [name],
    );
    for (const name of packages.filter((it) => !existsSync(path.join(to, it)))) {
      mkdirSync(path.dirname(path.join(to, name)), { recursive: true });
      symlinkSync(path.join(from, name), path.join(to, name));
    }
    return { source, version, mirror: folder };
  });
}

/** The version on disk that a constraint of cdktf's prebuilt providers asks for, else the newest there is. */
export function bestOnDisk(
  providers: readonly ProviderOnDisk[],
  source: string,
  constraint?: string,
): string | undefined {
  const versions = providers.filter((provider) => provider.source === source).map(({ version }) => version);
  versions.sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  return versions.filter((version) => satisfies(version, constraint)).pop() ?? versions.pop();
}

/** Whether a version is what an exact constraint, or one of the form `~> x.y`, asks for. */
function satisfies(version: string, constraint: string | undefined): boolean {
  const [, operator, wanted] = /^(~>|=)?\s*(\d[\d.]*)$/.exec(constraint?.trim() ?? '') ?? [];
  if (!wanted) return constraint === undefined;
  if (operator !== '~>') return wanted === version;
  const fixed = wanted.split('.').slice(0, -1).join('.');
  return `${version}.`.startsWith(`${fixed}.`) && version.localeCompare(wanted, 'en', { numeric: true }) >= 0;
}

/** Whether Terraform can install every provider of a stack: each is on disk, or the registry answers. */
export async function installable(stack: any, providers: readonly ProviderOnDisk[]): Promise<boolean> {
  const required = Object.values<{ source: string }>(stack.terraform?.required_providers ?? {});
  const onDisk = ({ source }: { source: string }) => bestOnDisk(providers, shortSource(source)) !== undefined;
  return required.every(onDisk) || registryAnswers();
}

/** A source with its namespace and without the host of the registry, e.g. `hashicorp/aws`. */
export function shortSource(source: string): string {
  const short = source.replace(/^registry\.(terraform\.io|opentofu\.org)\//, '');
  return short.includes('/') ? short : `hashicorp/${short}`;
}

let registry: Promise<boolean> | undefined;

function registryAnswers(): Promise<boolean> {
  const signal = AbortSignal.timeout(5000);
  registry ??= fetch('https://registry.terraform.io/.well-known/terraform.json', { signal }).then(
    ({ ok }) => ok,
    () => false,
  );
  return registry;
}
