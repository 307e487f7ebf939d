// An S3 on loopback for what moves weights.
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import path from 'node:path';
import { prepareEmulator } from '../../test/e2e/setup/emulator.mjs';
import { CACHE } from '../support.mjs';

/** The port that a server listens on. */
export async function listening(server) {
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server.address().port;
}

/** Starts the store; what it keeps is gone when it is stopped. */
export async function startStore(folder) {
  const { python } = await prepareEmulator(path.join(CACHE, 'e2e'));
  const probe = createServer();
  const port = await listening(probe);
  await new Promise((resolve) => probe.close(resolve));
  const command = ['-m', 'hypercorn', 'ministack.app:app', '--bind', `127.0.0.1:${port}`];
  const env = {
    PATH: process.env.PATH,
    HOME: folder,
    TMPDIR: folder,
    GATEWAY_PORT: String(port),
    IOT_MTLS_ENABLED: '0',
  };
  const child = spawn(python, command, { cwd: folder, stdio: 'ignore', env: { ...env, SFTP_ENABLED: '0' } });
  const endpoint = `http://127.0.0.1:${port}`;
  for (let tries = 0; tries < 300; tries += 1) {
    const ready = await fetch(`${endpoint}/_ministack/health`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (ready) return { endpoint, stop: () => child.kill() };
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  child.kill();
  throw new Error('the store did not start');
}
