// A hub on loopback that speaks the part of the API of the Hugging Face hub which imports use: commits, lists of files in pages, gates, and files of its
// large storage elsewhere, to which it redirects with a signature and which drops connections. After huggingface_hub, src/huggingface_hub/hf_api.py and
// file_download.py.
import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';

export const REPOSITORY = 'acme/tiny-chat';
export const COMMIT = '0e9e39f249a16976918f6564b8830bc894c89659';
export const TOKEN = 'hf_of_a_test';
const LARGE = /\.(safetensors|bin|pth)$/;

const sha256 = (content) => createHash('sha256').update(content).digest('hex');
const blobId = (content) => createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex');

/** What is in the repository: weights twice more, and files that nothing reads. */
export function hubFiles() {
  return {
    'config.json': Buffer.from('{"model_type":"llama"}\n'),
    'model-00001-of-00002.safetensors': randomBytes(6 << 20),
    'model-00002-of-00002.safetensors': randomBytes(3 << 20),
    'original/consolidated.00.pth': randomBytes(1 << 20),
    'pytorch_model.bin': randomBytes(1 << 20),
    '.gitattributes': Buffer.from('*.safetensors filter=lfs\n'),
  };
}

const listening = (server) =>
  new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server.address().port)));

/** Starts it: { base, asked, close }. `asked` has each request with its Authorization header. */
export async function startHub(files) {
  const asked = [];
  const cut = new Set();
  const noted = (place, request) => {
    asked.push({ place, url: request.url, range: request.headers.range, authorization: request.headers.authorization });
  };
  const storage = createServer((request, response) => {
    noted('storage', request);
    const url = new URL(request.url, 'http://x');
    const content = files[decodeURIComponent(url.pathname.slice(1))];
    if (content === undefined || url.searchParams.get('X-Signature') !== 'good') return response.writeHead(403).end();
    const etag = `"${sha256(content)}"`;
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    const part = content.subarray(from);
    const headers = { etag, 'accept-ranges': 'bytes', 'content-length': part.length };
    if (from > 0) headers['content-range'] = `bytes ${from}-${content.length - 1}/${content.length}`;
    response.writeHead(from > 0 ? 206 : 200, headers);
    // Each large file breaks off once.
    if (from > 0 || cut.has(url.pathname)) return response.end(part);
    cut.add(url.pathname);
    response.write(part.subarray(0, part.length >> 1), () => response.destroy());
  });
  const storagePort = await listening(storage);
  const entry = ([path, content]) => {
    if (!LARGE.test(path)) return { type: 'file', path, size: content.length, oid: blobId(content) };
    const lfs = { oid: sha256(content), size: content.length, pointerSize: 135 };
    return { type: 'file', path, size: content.length, oid: blobId(Buffer.from('pointer')), lfs };
  };
  const hub = createServer((request, response) => {
    noted('hub', request);
    const url = new URL(request.url, 'http://x');
    const json = (value, headers = {}) =>
      response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value));
    const api = `/api/models/${REPOSITORY}`;
    if (url.pathname === `${api}/revision/main`) {
      return json({ id: REPOSITORY, sha: COMMIT, gated: 'manual', cardData: { license: 'llama3.1' } });
    }
    if (url.pathname === `${api}/tree/${COMMIT}`) {
      const all = Object.entries(files).map(entry);
      if (url.searchParams.has('cursor')) return json(all.slice(2));
      return json(all.slice(0, 2), { link: `<${base}${api}/tree/${COMMIT}?recursive=true&cursor=2>; rel="next"` });
    }
    const file = decodeURIComponent(url.pathname).replace(`/${REPOSITORY}/resolve/${COMMIT}/`, '');
    if (!(file in files)) return response.writeHead(404, { 'x-error-code': 'EntryNotFound' }).end();
    if (request.headers.authorization !== `Bearer ${TOKEN}`) {
      return response.writeHead(request.headers.authorization ? 403 : 401, { 'x-error-code': 'GatedRepo' }).end();
    }
    if (!LARGE.test(file))
      return response
        .writeHead(200, { etag: `"${blobId(files[file])}"`, 'content-length': files[file].length })
        .end(files[file]);
    return response
      .writeHead(302, { location: `http://127.0.0.1:${storagePort}/${encodeURIComponent(file)}?X-Signature=good` })
      .end();
  });
  const base = `http://127.0.0.1:${await listening(hub)}`;
  return { base, asked, close: () => [hub, storage].forEach((server) => server.close()) };
}
