#!/usr/bin/env node
// Records what the real Kubernetes provider sends to the API server for given resources.
//
//   npx tsx record.mjs <samples.json> <fixture.json>
//   npx tsx record.mjs --stack <cdk.tf.json> <fixture.json>
//
// samples.json: { "<resource type>": { "<id>": { ...arguments } } }; every metadata.name is unique within its type and namespace. The samples
// of the fixture at hand are its own blocks: every argument set, none but the required ones, and chosen at random. Of a synthesized stack
// its Kubernetes resources are recorded, without the blocks: each has the hash of its block instead (block-hash.ts), and texts of more
// than 1,000 characters are their SHA-256.
// Needs terraform on the PATH and the provider of the version below where terraform finds it (a registry, or a mirror named by
// TF_CLI_CONFIG_FILE). No cluster: a server on loopback notes each creation and refuses it, so the apply is expected to fail.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { blockHash, shortened } from './block-hash.ts';

const PROVIDER_VERSION = '2.38.0';

const isStack = process.argv[2] === '--stack';
const [samplesFile, fixtureFile] = process.argv.slice(isStack ? 3 : 2);
const given = JSON.parse(readFileSync(samplesFile, 'utf8'));
const samples = isStack ? kubernetesResources(given.resource) : given;

/** Without their order, in which a refused creation would keep others from being tried, and with the provider of this configuration. */
function kubernetesResources(resources) {
  const own = Object.entries(resources).filter(([type]) => type.startsWith('kubernetes_'));
  return Object.fromEntries(
    own.map(([type, blocks]) => [
      type,
      Object.fromEntries(
        Object.entries(blocks).map(([id, { depends_on: _order, provider: _provider, ...block }]) => [id, block]),
      ),
    ]),
  );
}

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
        ({ kind: sent, metadata: { name, namespace } }) =>
          sent.toLowerCase() === kind &&
          name === block.metadata.name &&
          (namespace ?? 'default') === (block.metadata.namespace ?? 'default'),
      );
      if (found.length !== 1)
        throw new Error(`${type}.${id}: ${found.length} requests\n${output.slice(output.indexOf('Error:') - 200)}`);
      if (isStack) return { type, id, hash: blockHash(block), request: shortened(found[0]) };
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
