import { createServer } from 'node:net';

/**
 * Ports for servers lie below those that the kernel gives to outgoing connections (32768 and up on Linux, 49152 elsewhere): such a
 * connection could take a port between the probe and the server's start. Each worker of jest has ports of its own.
 */
const FIRST_PORT = 20_000;
const PORTS_OF_A_WORKER = 2_000;
const firstOfWorker = FIRST_PORT + (Number(process.env.JEST_WORKER_ID ?? 0) % 6) * PORTS_OF_A_WORKER;
let nextPort = Math.floor(Math.random() * PORTS_OF_A_WORKER);

/** A port of the loopback interface that nobody uses, and that this process is not given again soon. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < PORTS_OF_A_WORKER; tries++) {
    const port = firstOfWorker + (nextPort++ % PORTS_OF_A_WORKER);
    if (await isFree(port)) return port;
  }
  throw new Error(`no port from ${firstOfWorker} to ${firstOfWorker + PORTS_OF_A_WORKER - 1} is free`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}
