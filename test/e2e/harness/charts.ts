import { existsSync } from 'node:fs';
import * as path from 'node:path';

/**
 * Archives of the charts that the examples install, `<name>-<version>.tgz` each, in the folder that E2E_CHARTS names. Terraform gets no
 * further than this machine while it applies, so a release of another chart goes without Helm.
 */
const FOLDER = process.env.E2E_CHARTS;

/** Whether every chart of a stack that comes from a repository is on disk. */
export function chartsOnDisk(stack: any): boolean {
  return remoteReleases(stack).every((release) => existsSync(archiveOf(release)));
}

/** The same stack with the charts on disk in the place of those of their repositories. */
export function withChartsOnDisk(stack: any): any {
  const adapted = structuredClone(stack);
  for (const release of remoteReleases(adapted)) {
    const archive = archiveOf(release);
    if (!existsSync(archive)) continue;
    release.chart = archive;
    delete release.repository;
    delete release.version;
  }
  return adapted;
}

/** Names of the charts of a stack that come from a repository. */
export function chartsOf(stack: any): string[] {
  return remoteReleases(stack).map(({ chart }) => chart as string);
}

function remoteReleases(stack: any): any[] {
  return Object.values<any>(stack.resource?.helm_release ?? {}).filter(({ repository }) => repository !== undefined);
}

function archiveOf({ chart, version }: any): string {
  return FOLDER ? path.resolve(FOLDER, `${chart}-${version}.tgz`) : '';
}
