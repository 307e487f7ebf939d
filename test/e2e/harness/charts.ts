import { existsSync, readFileSync } from 'node:fs';
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

interface PublishedChart {
  readonly repository: string;
  readonly versions: readonly string[];
}

const PUBLISHED = (
  JSON.parse(readFileSync(path.join(__dirname, '..', 'fixtures', 'chart-repositories.json'), 'utf8')) as {
    charts: { [chart: string]: PublishedChart };
  }
).charts;

/**
 * What is wrong with where a stack says that charts are: an archive on disk has neither, so that a wrong repository or version would
 * pass. One sentence for each release.
 */
export function chartFaults(stack: any): string[] {
  return remoteReleases(stack).flatMap(({ chart, repository, version }) => {
    const known = PUBLISHED[chart as string];
    if (!known)
      return [`where chart ${chart} is published is not recorded in test/e2e/fixtures/chart-repositories.json`];
    return [
      ...(known.repository === repository ? [] : [`chart ${chart} is in ${known.repository}, not in ${repository}`]),
      ...(known.versions.includes(version as string) ? [] : [`chart ${chart} has no version ${version} on record`]),
    ];
  });
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
