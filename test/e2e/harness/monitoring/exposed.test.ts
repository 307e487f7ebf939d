import { Server, createServer } from 'node:http';
import { AddressInfo } from 'node:net';
import { exposedBy } from './exposed';

const TEXT = [
  '# HELP requests_total Requests {by="how"}',
  '# TYPE requests_total counter',
  'requests_total{engine="0",how="well"} 3.0',
  'requests_total{how="well",engine="1"} 4e0 1700000000000',
  'requests_total{engine="0",how="badly"} 0.0',
  'requests_total_created{engine="0",how="well"} 1.7e+09',
  'requests_total{engine="0",somehow="else"} 9.0',
  'up 1',
].join('\n');

describe('what a server tells of a metric', () => {
  let server: Server;
  let url: string;

  beforeAll(async () => {
    server = createServer((_, answer) => answer.end(TEXT));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`;
  });

  afterAll(() => new Promise((resolve) => server.close(resolve)));

  test('is summed by the values of a label, without metrics and labels of similar names', async () => {
    expect(await exposedBy(url, 'requests_total', 'how')).toEqual({ well: 7, badly: 0, '': 9 });
    expect(await exposedBy(url, 'up', 'how')).toEqual({ '': 1 });
  });

  test('is an error where it is nothing', async () => {
    await expect(exposedBy(url, 'requests', 'how')).rejects.toThrow(`${url} tells nothing of requests`);
  });
});
