/** Folder that the image's user may write to. */
const HOME = '/home/inference';

/**
 * A Dockerfile in parts, in the order in which layers change seldom to often.
 *
 * @internal
 */
export interface DockerfileParts {
  /** What the first lines say of it. */
  readonly title: string;
  /** Image that it is built from, with a digest if there is one. */
  readonly base: string;
  /** Build arguments beside the image, by name. */
  readonly buildArguments?: { readonly [name: string]: string };
  readonly labels: { readonly [key: string]: string };
  readonly environment?: { readonly [name: string]: string };
  /** Instructions between the labels and the user. */
  readonly instructions: readonly string[];
  readonly user: number;
  /** What it starts. @default - what its base does */
  readonly command?: readonly string[];
}

/**
 * The text of a Dockerfile: the same for the same parts.
 *
 * @internal
 */
export function dockerfileText(parts: DockerfileParts): string {
  const { title, base, buildArguments = {}, environment = {}, user, command } = parts;
  return [
    `# ${title}`,
    '# Written by ServingImage of gpu-inference-constructs: change the program, not this file.',
    '# The image to build from can be that of a mirror: --build-arg BASE_IMAGE=...',
    `ARG BASE_IMAGE=${base}`,
    'FROM ${BASE_IMAGE}',
    ...Object.entries(buildArguments).map(([name, value]) => `ARG ${name}=${value}`),
    '',
    ...pairs('LABEL', parts.labels),
    ...pairs('ENV', environment),
    '# Installing needs root, serving does not.',
    'USER 0',
    'SHELL ["/bin/bash", "-o", "pipefail", "-c"]',
    ...parts.instructions,
    `USER ${user}:${user}`,
    ...(command === undefined ? [] : [`CMD ${JSON.stringify(command)}`]),
    '',
  ].join('\n');
}

function pairs(instruction: string, values: { readonly [key: string]: string }): string[] {
  const entries = Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1));
  if (entries.length === 0) return [];
  const lines = entries.map(([key, value]) => `${key}="${value}"`);
  return [`${instruction} ${lines.join(' \\\n      ')}`];
}

/**
 * Packages of the distribution. Their versions are those of the image's release: Ubuntu removes a version when the next one comes, so that a pinned
 * one could not be built again.
 *
 * @internal
 */
export function aptInstall(packages: readonly string[], held: readonly string[] = []): string[] {
  const hold = held.map((each) => each.replace(/=.*/, ''));
  return [
    '# hadolint ignore=DL3008',
    [
      'RUN apt-get update',
      `apt-get install --yes --no-install-recommends --allow-change-held-packages ${[...packages, ...held].join(' ')}`,
      ...(hold.length > 0 ? [`apt-mark hold ${hold.join(' ')}`] : []),
      'rm -rf /var/lib/apt/lists/*',
    ].join(' \\\n && '),
  ];
}

/** Where the installers read their settings. */
const SETTINGS = { pip: '/etc/pip.conf', uv: '/etc/uv/uv.toml' };

/**
 * A step of pip or uv. An index that needs a password comes as a secret of the build, which no layer keeps:
 * `docker build --secret id=pip,src=pip.conf`.
 *
 * @internal
 */
export function installStep(command: string, packages: readonly string[], settings: 'pip' | 'uv' = 'pip'): string {
  const mount = `--mount=type=secret,id=${settings},target=${SETTINGS[settings]},required=false`;
  return [`RUN ${mount}`, `${command}`, ...packages.map((each) => `  ${each}`)].join(' \\\n    ');
}

/**
 * A user with a name and a folder of its own, unless the base has one of that number: libraries look up both.
 *
 * @internal
 */
export function makeUser(user: number): string {
  return (
    `RUN getent passwd ${user} > /dev/null \\\n` +
    ` || useradd --uid ${user} --user-group --create-home --home-dir ${HOME} --shell /usr/sbin/nologin inference`
  );
}
