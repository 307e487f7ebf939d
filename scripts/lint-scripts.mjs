// Scripts that pods run, by the tools of their languages: shellcheck for shell, ruff and mypy for Python; and the Dockerfiles of images, by
// hadolint and pip's resolver. The tools are installed into a virtual environment under .cache, made anew when the pinned versions change. Each
// tool must also refuse what has a fault.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expectProgram, expectResolved, lint, writtenImages } from './images/check.mjs';
import { installScriptTools, scriptTool } from './script-tools.mjs';
import { CACHE, ensureInstalled, expect, ROOT, run, Suite } from './support.mjs';

const ASSETS = path.join(ROOT, 'assets');
const tool = (name, ...options) => [scriptTool(name), ...options];

/** Each check with the files it is of, and a script that it must refuse. */
const CHECKS = [
  {
    name: 'shellcheck',
    command: tool('shellcheck', '--shell=sh', '--enable=avoid-nullary-conditions'),
    ending: '.sh',
    faulty: '#!/bin/sh\nrm -rf $1/x\n',
  },
  {
    name: 'shellcheck of bash',
    command: tool('shellcheck', '--shell=bash', '--enable=avoid-nullary-conditions'),
    ending: '.bash',
    faulty: '#!/usr/bin/env bash\nrm -rf $1/x\n',
  },
  { name: 'ruff check', command: tool('ruff', 'check', '--no-cache'), ending: '.py', faulty: 'import os\n' },
  {
    name: 'ruff format',
    command: tool('ruff', 'format', '--no-cache', '--check', '--line-length=140'),
    ending: '.py',
    faulty: 'x   =  1\n',
  },
  {
    name: 'mypy',
    // The packages that the scripts import are in the images of the pods, not here.
    command: tool('mypy', '--strict', '--ignore-missing-imports', `--cache-dir=${path.join(CACHE, 'mypy')}`),
    ending: '.py',
    faulty: 'x: int = "one"\n',
  },
];

await ensureInstalled();
await installScriptTools();
const suite = new Suite('lint-scripts');
const folder = mkdtempSync(path.join(tmpdir(), 'lint-scripts-'));
for (const { name, command, ending, faulty } of CHECKS) {
  const files = readdirSync(ASSETS).filter((file) => file.endsWith(ending));
  await suite.check(`${name} accepts ${files.join(', ')}`, async () => {
    expect(files.length > 0, `there is no *${ending} in assets`);
    const { code, stdout, stderr } = await run([...command, ...files.map((file) => path.join(ASSETS, file))], {
      capture: true,
    });
    expect(code === 0, `${stdout}${stderr}`);
  });
  await suite.check(`${name} refuses a script with a fault`, async () => {
    const file = path.join(folder, `faulty${ending}`);
    writeFileSync(file, faulty);
    const { code } = await run([...command, file], { capture: true });
    expect(code === 1, `it ended with ${code}`);
  });
}
const HADOLINT = scriptTool('hadolint');
const PIP = scriptTool('pip');
const images = await writtenImages();
for (const { name, dockerfile } of images) {
  await suite.check(`hadolint accepts the image ${name}`, () => lint(HADOLINT, dockerfile));
}
await suite.check('hadolint refuses an image with a fault', async () => {
  const error = await lint(HADOLINT, 'FROM ubuntu:latest\nRUN apt-get install foo\n').then(
    () => undefined,
    (reason) => reason,
  );
  expect(`${error}`.includes('DL3007'), `it said ${error}`);
});
for (const image of images.filter(({ name }) => ['current', 'cuda-11.8', 'pipeline-compressor-cuda'].includes(name))) {
  await suite.check(`pip installs the packages of the image ${image.name}, and no others`, () =>
    expectResolved(PIP, image, path.join(folder, 'packages')),
  );
}
for (const image of images.filter(({ name }) => name.startsWith('pipeline-'))) {
  await suite.check(`the program of the image ${image.name} is installed by the step of its Dockerfile`, () =>
    expectProgram(image, path.join(folder, image.name)),
  );
}
await suite.check('pip refuses packages that do not go together', async () => {
  const image = { packages: ['transformers==5.24.0', 'tokenizers==0.21.0'], versions: { python: '3.12' } };
  const error = await expectResolved(PIP, image, path.join(folder, 'packages')).then(
    () => undefined,
    (reason) => reason,
  );
  expect(/conflict|ResolutionImpossible/i.test(`${error}`), `it said ${error}`);
});
rmSync(folder, { recursive: true, force: true });
suite.finish();
