#!/usr/bin/env node
// Records what the real Kubernetes provider sends to the API server for given resources.
//
//   node record.mjs <samples.json> <fixture.json>
//
// samples.json: { "<resource type>": { "<id>": { ...arguments } } }; every metadata.name is unique within its type. The samples of
// the fixture at hand are its own blocks: every argument set, none but the required ones, and chosen at random.
// Needs terraform on the PATH and the provider of the version below where terraform finds it (a registry, or a mirror named by
// TF_CLI_CONFIG_FILE). No cluster: a server on loopback notes each creation and refuses it, so the apply is expected to fail.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';

const PROVIDER_VERSION = '2.38.0';

const [samplesFile, fixtureFile] = process.argv.slice(2);
const samples = JSON.parse(readFileSync(samplesFile, 'utf8'));

const requests = [];
const server = http.createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    if (request.method === 'POST') requests.push(JSON.parse(Buffer.concat(chunks).toString('utf8')));
    response.writeHead(request.method === 'POST' ? 422 : 404, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify({
        kind: 'Status',
        apiVersion: 'v1',
        status: 'Failure',
        reason: 'Invalid',
        message: 'recorded',
        code: 422,
      }),
    );
  });
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));

const folder = mkdtempSync(path.join(tmpdir(), 'record-'));
try {
  writeFileSync(
    path.join(folder, 'main.tf.json'),
    JSON.stringify({
      terraform: { required_providers: { kubernetes: { source: 'hashicorp/kubernetes', version: PROVIDER_VERSION } } },
      provider: { kubernetes: [{ host: `http://127.0.0.1:${server.address().port}` }] },
      resource: samples,
    }),
  );
  const options = { cwd: folder, encoding: 'utf8' };
  const init = spawnSync('terraform', ['init', '-input=false', '-no-color'], options);
  if (init.status !== 0) throw new Error(init.stderr);
  // Not spawnSync: the server answers from this process.
  const output = await new Promise((resolve) => {
    const apply = spawn(
      'terraform',
      ['apply', '-auto-approve', '-input=false', '-no-color', '-parallelism=20'],
      options,
    );
    let text = '';
    apply.stdout.on('data', (data) => (text += data));
    apply.stderr.on('data', (data) => (text += data));
    apply.on('close', () => resolve(text));
  });
  const recorded = Object.entries(samples).flatMap(([type, blocks]) =>
    Object.entries(blocks).map(([id, block]) => {
      const kind = type.replace(/^kubernetes_|_v\d$/g, '').replaceAll('_', '');
      const found = requests.filter(
        (request) => request.kind.toLowerCase() === kind && request.metadata.name === block.metadata.name,
      );
      if (found.length !== 1)
        throw new Error(`${type}.${id}: ${found.length} requests\n${output.slice(output.indexOf('Error:') - 200)}`);
      return { type, id, block, request: found[0] };
    }),
  );
  const lines = recorded.map((resource) => JSON.stringify(resource)).join(',\n');
  writeFileSync(fixtureFile, `{"provider":"hashicorp/kubernetes ${PROVIDER_VERSION}","resources":[\n${lines}\n]}\n`);
  console.log(`${recorded.length} requests recorded`);
} finally {
  server.close();
  rmSync(folder, { recursive: true });
}
