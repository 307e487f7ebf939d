// The link of a site to the store: what passes is counted, and it can be cut, slow or changed.
import http from 'node:http';

/**
 * A proxy in front of a store.
 *
 * @param {string} upstream address of the store
 */
export async function startLink(upstream) {
  const target = new URL(upstream);
  const link = {
    /** Requests for weights: path, first byte asked for, bytes of the answer that were sent. */
    sent: [],
    /** Whether nothing passes. */
    isCut: false,
    /** Bytes of weights after which nothing more comes, until `restore`; whether that is so now. */
    holdAfter: Infinity,
    isHeld: false,
    /** Bytes of weights after which the link is cut once. */
    cutAfter: Infinity,
  };
  const sockets = new Set();
  const server = http.createServer((request, response) => {
    if (link.isCut) return request.socket.destroy();
    const isWeights = /\.safetensors/.test(request.url);
    const first = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
    const entry = { path: request.url.split('?')[0], first, bytes: 0 };
    if (isWeights) link.sent.push(entry);
    const { method, url, headers } = request;
    const onward = http.request({ host: target.hostname, port: target.port, method, path: url, headers }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.on('data', (chunk) => {
        if (link.isHeld) return;
        const passing = isWeights ? chunk.subarray(0, link.holdAfter) : chunk;
        entry.bytes += passing.length;
        response.write(passing);
        if (!isWeights) return;
        link.isHeld = (link.holdAfter -= passing.length) <= 0;
        if ((link.cutAfter -= passing.length) <= 0) link.cut();
      });
      answer.on('end', () => link.isHeld || response.end());
    });
    onward.on('error', () => response.destroy());
    response.on('close', () => onward.destroy());
    request.pipe(onward);
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(link, {
    endpoint: `http://127.0.0.1:${server.address().port}`,
    cut() {
      link.isCut = true;
      for (const socket of sockets) socket.destroy();
    },
    restore() {
      link.isCut = link.isHeld = false;
      link.cutAfter = link.holdAfter = Infinity;
    },
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  });
}
