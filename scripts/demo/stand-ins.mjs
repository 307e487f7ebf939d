// The process that holds the demo's stand-ins while the demo itself comes and goes. It writes how they are reached to standing.json, and
// ends when it is told to, or when that file is gone. Its servers end with it, however it ends.
import { randomBytes } from 'node:crypto';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { FOLDER, STANDING } from './session.mjs';

const { StandIns } = createRequire(import.meta.url)('../../test/e2e/harness/stand-ins.ts');

const standIns = await StandIns.start('demo', { keep: true });
const token = randomBytes(24).toString('hex');
let ending = false;

async function end() {
  if (ending) return;
  ending = true;
  rmSync(STANDING, { force: true });
  await standIns.stop();
  process.exit(0);
}

const server = createServer((request, response) => {
  const allowed = request.headers.authorization === `Bearer ${token}`;
  response.writeHead(allowed ? 200 : 403).end();
  if (allowed && request.method === 'POST' && request.url === '/end') {
    server.close();
    void end();
  }
});
server.listen(0, '127.0.0.1', () => {
  const { proxy, controlPlane } = standIns;
  const standing = {
    pid: process.pid,
    control: `http://127.0.0.1:${server.address().port}`,
    token,
    aws: proxy?.endpoint,
    kubernetes: controlPlane?.access,
    kubeconfig: controlPlane?.kubeconfig,
  };
  writeFileSync(STANDING, JSON.stringify(standing, null, 2), { mode: 0o600 });
});
// Somebody removed the cache folder: nobody could stop this process by the file any more.
setInterval(() => {
  if (!existsSync(FOLDER) || !existsSync(STANDING)) void end();
}, 5000);
process.on('SIGTERM', () => void end());
