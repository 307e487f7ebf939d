import { CLOUD_MODEL, LEAST, LIMITS, NAMES, STAYS } from './edge-routing-stack';
import {
  AT_ONCE,
  BIG,
  CLOUD_KEY,
  CLUSTERS,
  EdgeRig,
  KEYS,
  Request,
  Said,
  askAllOf,
  askOf,
  counted,
  isClosed as isClosedOf,
  said,
  textOf,
  times,
  whole,
} from './edge-routing-rig';
import { GatewayRunner } from './harness/gateway-runner';
import { describeWith } from './harness/needs';
import { Answered, Asked, PlayedServer } from './harness/played-server';
import { until } from './harness/process';
import { tools } from './harness/tools';

/** Headers by which somebody might want to get a request out. */
const HOSTILE: readonly { readonly [name: string]: string }[] = [
  { 'x-data-class': 'public' },
  { 'x-gateway-place': 'cloud', 'x-gateway-served-by': 'cloud', 'x-gateway-reason': 'size' },
  { 'x-envoy-retry-on': '5xx,retriable-4xx', 'x-envoy-max-retries': '9' },
  { 'x-envoy-upstream-rq-timeout-ms': '1', 'x-envoy-upstream-rq-per-try-timeout-ms': '1' },
  { 'x-envoy-original-path': '/v1/cloud', 'x-envoy-internal': 'true', 'x-forwarded-for': '10.0.0.1' },
  { 'x-envoy-decorator-operation': 'cloud', 'x-envoy-hedge-on-per-try-timeout': 'true' },
  { 'x-model': CLOUD_MODEL, 'x-http-method-override': 'GET' },
];

describeWith(['emulator', 'controlPlane', 'envoy'], 'a site with a cloud', () => {
  const { envoy } = tools() as Required<ReturnType<typeof tools>>;
  let rig: EdgeRig;
  let server: PlayedServer;
  let cloud: PlayedServer;
  let closed: PlayedServer;
  let edge: GatewayRunner;
  let strict: GatewayRunner;

  const ask = (given: Request = {}, door = edge) => askOf(door, given);
  const askAll = (given: readonly Request[], door = edge) => askAllOf(door, given);
  const isClosed = (door = edge) => isClosedOf(door);
  const value = async (metric: string, cluster: string, door = edge) => (await door.metric(metric))[cluster];
  const isOut = async (door: GatewayRunner) =>
    (await value('envoy_cluster_membership_healthy', CLUSTERS.cloud, door)) === 0;

  beforeAll(async () => {
    rig = await EdgeRig.start(envoy.program);
    ({ server, cloud, closed, edge, strict } = rig);
  });
  afterAll(async () => await rig?.stop());
  beforeEach(() => rig.begin());

  test('lists what the site and the cloud have', async () => {
    const answer = await fetch(`http://127.0.0.1:${edge.port}/v1/models`, {
      headers: { authorization: `Bearer ${KEYS.shop}` },
    });
    const { data } = (await answer.json()) as { data: { id: string }[] };
    expect(data.map(({ id }) => id)).toEqual([NAMES.both, NAMES.site, NAMES.cloud].sort());
  });

  test('divides 3000 requests exactly as declared', async () => {
    server.play = (asked) => whole('site', textOf(asked).startsWith('unsure') ? LEAST - 0.1 : LEAST);
    const before = await Promise.all(
      Object.values(CLUSTERS).map((each) => value('envoy_cluster_upstream_rq_total', each)),
    );
    const kinds: readonly (readonly [count: number, request: Request, by: string, reason: string])[] = [
      [1500, {}, 'site', 'site-first'],
      [300, { more: { max_tokens: LIMITS.total - LIMITS.prompt } }, 'site', 'site-first'],
      [150, { model: NAMES.site, ...BIG }, 'site', 'null'],
      [150, { ...BIG, headers: { [STAYS.header]: STAYS.value } }, 'site', 'must-stay'],
      [300, BIG, 'cloud', 'size'],
      [200, { more: { max_completion_tokens: LIMITS.total } }, 'cloud', 'size'],
      [250, { model: NAMES.cloud }, 'cloud', 'cloud-model'],
      [150, { content: 'unsure' }, 'cloud', 'low-confidence'],
    ];
    // One of each after the other, so that all are there at once.
    const left = kinds.map(([count, request]) => times(count, request));
    const mixed: Request[] = [];
    while (left.some(({ length }) => length > 0)) for (const each of left) mixed.push(...each.splice(0, 10));
    const answers = await askAll(mixed);
    expect(counted(answers.map(({ status }) => String(status)))).toEqual({ 200: 3000 });
    const expected: { [kind: string]: number } = {};
    for (const [count, , by, reason] of kinds) expected[`${by} ${reason}`] = (expected[`${by} ${reason}`] ?? 0) + count;
    expect(counted(answers.map(({ by, reason }) => `${by} ${reason}`))).toEqual(expected);
    // Who says that he has answered has.
    expect(answers.every(({ by, json }) => json.id === by)).toBe(true);
    expect([server.asked.length, cloud.asked.length]).toEqual([1500 + 300 + 150 + 150 + 150, 300 + 200 + 250 + 150]);
    const after = await Promise.all(
      Object.values(CLUSTERS).map((each) => value('envoy_cluster_upstream_rq_total', each)),
    );
    expect(after.map((each, i) => each - before[i])).toEqual([server.asked.length, cloud.asked.length]);
    console.log(`of 3000 requests the site answered ${JSON.stringify(counted(answers.map(({ by }) => by)))}`);
    expect(counted(cloud.asked.map((each) => said(each).model))).toEqual({ [CLOUD_MODEL]: 900 });
    expect(counted(cloud.asked.map((each) => each.path))).toEqual({ '/v1/chat/completions': 900 });
    expect(counted(server.asked.map((each) => each.path))).toEqual({ '/openai/v1/chat/completions': 2250 });
  });

  test('sends the cloud its own key, and nothing of who has asked', async () => {
    const headers = {
      cookie: 'who=me',
      'x-user': 'me',
      'user-agent': 'mine',
      'api-key': KEYS.shop,
      'x-forwarded-for': '10.1.2.3',
    };
    await askAll(times(20, { ...BIG, headers }));
    expect(cloud.asked).toHaveLength(20);
    for (const { headers: sent, body } of cloud.asked) {
      expect(Object.keys(sent).sort()).toEqual(
        ['accept', 'authorization', 'connection', 'content-length', 'content-type', 'host', 'x-request-id'].filter(
          (name) => name in sent,
        ),
      );
      expect([sent.authorization, sent.host]).toEqual([`Bearer ${CLOUD_KEY}`, 'models.example.com']);
      expect(JSON.stringify(sent) + body).not.toContain(KEYS.shop);
    }
    await ask();
    expect(server.asked.map((each) => each.headers.authorization)).toEqual([undefined]);
  });

  test('changes the name of the model in a request, and not a byte besides', async () => {
    const text = `{ "messages" : [{"role":"user","content":"say \\"model\\": {\\"model\\":\\"${NAMES.both}\\"} \\u00e9"}],"seed":9007199254740993 , "m\\u006fdel" :"${NAMES.cloud}", "x": {"model":"chat"}}`;
    const answer = await fetch(`http://127.0.0.1:${edge.port}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${KEYS.shop}`, 'content-type': 'application/json' },
      body: text,
    });
    expect([answer.status, cloud.asked.map(({ body }) => body)]).toEqual([
      200,
      [text.replace(`"${NAMES.cloud}"`, `"${CLOUD_MODEL}"`)],
    ]);
  });

  describe('what must stay', () => {
    const staying = (tag: string): Request[] => {
      const rules: Request[] = [
        { headers: { [STAYS.header]: STAYS.value } },
        { headers: { [STAYS.header.toUpperCase()]: ` public, ${STAYS.value.toUpperCase()} ` } },
        { caller: STAYS.caller },
        { model: NAMES.site },
        { model: NAMES.cloud, caller: STAYS.caller },
      ];
      return rules.flatMap((rule) =>
        HOSTILE.flatMap((hostile) =>
          [{}, BIG].map(({ content = '' }: Request) => {
            const own = rule.headers ?? {};
            const both =
              own[STAYS.header] && hostile[STAYS.header]
                ? { [STAYS.header]: `${hostile[STAYS.header]}, ${own[STAYS.header]}` }
                : {};
            return { ...rule, content: `${tag} ${content}`, headers: { ...hostile, ...own, ...both } };
          }),
        ),
      );
    };
    const left = () => cloud.asked.filter((each) => textOf(each).startsWith('stays'));

    test.each<[string, () => Promise<Answered> | Answered]>([
      ['all is well', () => whole('site')],
      ['the site is not sure', () => whole('site', 0)],
      ['the site fails', () => ({ status: 500, body: [{}] })],
      ['the site is busy', () => ({ status: 429, body: [{}] })],
      ['the site is not ready', () => ({ status: 503, body: [{}] })],
    ])('never leaves while %s', async (_, play) => {
      server.play = play;
      const given = staying('stays');
      const answers = await askAll([...given, ...times(20, { content: 'goes', model: NAMES.cloud })]);
      expect(left()).toEqual([]);
      // Others went meanwhile.
      expect(cloud.asked.filter((each) => textOf(each) === 'goes')).toHaveLength(20);
      expect(answers.slice(0, given.length).filter(({ by }) => by === 'cloud')).toEqual([]);
      expect(new Set(answers.slice(0, given.length).map(({ status }) => status)).size).toBe(1);
    });

    test('never leaves while the site is away', async () => {
      await server.stop();
      try {
        const answers = await askAll(staying('stays'));
        expect([left(), counted(answers.map(({ status }) => String(status)))]).toEqual([[], { 503: answers.length }]);
        expect(answers[0].headers.get('retry-after')).toBe('7');
        expect((await ask({ content: 'goes' })).by).toBe('cloud');
      } finally {
        await server.comeBack();
        await until(async () => (await ask({ caller: STAYS.caller })).status === 200, 60, 'the site');
      }
    });

    test('is refused where only the cloud has the model and the site does not answer for it', async () => {
      const { status, json } = await ask({ model: NAMES.cloud, caller: STAYS.caller }, strict);
      expect([status, json.error.code]).toEqual([404, 'must_stay_local']);
      expect(closed.asked).toEqual([]);
      // The other gateway has a model of the site for it.
      expect(await ask({ model: NAMES.cloud, caller: STAYS.caller })).toMatchObject({
        status: 200,
        by: 'site',
        reason: 'must-stay',
      });
      expect(said(server.asked[0]).model).toBe(NAMES.both);
    });
  });

  describe('what the site fails at goes to the cloud', () => {
    const slow = () => new Promise<Answered>((resolve) => setTimeout(() => resolve(whole('site')), 6000));

    test.each<[string, () => Promise<Answered> | Answered]>([
      ['an error', () => ({ status: 500, body: [{}] })],
      ['that it is busy', () => ({ status: 429, body: [{}] })],
      ['that it is not ready', () => ({ status: 503, body: [{}] })],
      ['nothing in time', slow],
    ])('it says %s', async (_, play) => {
      server.play = play;
      const answers = await askAll(times(AT_ONCE, {}));
      expect(counted(answers.map(({ by, reason }) => `${by} ${reason}`))).toEqual({ 'cloud site-failed': AT_ONCE });
      expect([server.asked.length, cloud.asked.length]).toEqual([AT_ONCE, AT_ONCE]);
    });

    test('a refusal of what was asked is an answer', async () => {
      server.play = () => ({ status: 400, body: [{ error: {} }] });
      expect(await ask()).toMatchObject({ status: 400, by: 'site' });
      expect(cloud.asked).toEqual([]);
    });

    test('so does what is more than it may have at once, but not what must stay', async () => {
      let release = () => {};
      const held = new Promise<void>((resolve) => (release = resolve));
      server.play = () => held.then(() => whole('site'));
      const running = times(LIMITS.siteRequests, {}).map((each) => ask(each));
      await until(() => Promise.resolve(server.asked.length === LIMITS.siteRequests), 30, 'a site that is full');
      const more = await askAll(times(40, {}));
      expect(counted(more.map(({ by, reason }) => `${by} ${reason}`))).toEqual({ 'cloud site-failed': 40 });
      const staying = await askAll(times(5, { caller: STAYS.caller }));
      expect(staying.map(({ status, json, headers }) => [status, json.error.code, headers.get('retry-after')])).toEqual(
        times(5, [429, 'site_busy', '7']),
      );
      release();
      expect(counted((await Promise.all(running)).map(({ by }) => by))).toEqual({ site: LIMITS.siteRequests });
      expect([server.asked.length, cloud.asked.length]).toEqual([LIMITS.siteRequests, 40]);
    });
  });

  test('streams pass, from whoever begins them', async () => {
    const events = ['data: {"a":1}\n\n', 'data: {"b":2}\n\n', 'data: [DONE]\n\n'];
    const stream = () => ({ headers: { 'content-type': 'text/event-stream', 'x-confidence': '0' }, body: events });
    [server.play, cloud.play] = [stream, stream];
    expect(await ask({ more: { stream: true } })).toMatchObject({
      by: 'site',
      reason: 'site-first',
      json: events.join(''),
    });
    expect(await ask({ ...BIG, more: { stream: true } })).toMatchObject({
      by: 'cloud',
      reason: 'size',
      json: events.join(''),
    });
    server.play = () => ({ status: 503, body: [{}] });
    expect(await ask({ more: { stream: true } })).toMatchObject({
      by: 'cloud',
      reason: 'site-failed',
      json: events.join(''),
    });
  });

  test('asks for the probabilities of tokens, and the cloud where they are low', async () => {
    const logprobs = (asked: Asked) => {
      const content = [{ logprob: Math.log(textOf(asked) === 'unsure' ? 0.3 : 0.9) }, { logprob: Math.log(0.7) }];
      return { body: [{ id: 'site', choices: [{ logprobs: said(asked).logprobs ? { content } : null }] }] };
    };
    server.play = logprobs;
    const [sure, unsure] = await askAll([{ content: 'sure' }, { content: 'unsure' }], strict);
    expect([sure.by, sure.headers.get('x-gateway-confidence')]).toEqual(['site', '0.8000']);
    expect([unsure.by, unsure.reason, unsure.json.id, unsure.headers.get('x-gateway-confidence')]).toEqual([
      'cloud',
      'low-confidence',
      'cloud',
      '0.5000',
    ]);
    // What the caller said goes to the cloud.
    expect(said(closed.asked[0])).not.toHaveProperty('logprobs');
    server.play = () => whole('site');
    const silent = await ask({}, strict);
    expect([silent.by, silent.headers.get('x-gateway-confidence')]).toEqual(['site', 'unknown']);
    expect(closed.asked.map(({ peer }) => peer)).toEqual(['models.example.com']);
  });

  test('a breaker opens at its failures, stays open, and closes', async () => {
    const enforced = () => value('envoy_cluster_outlier_detection_ejections_enforced_total', CLUSTERS.cloud);
    const before = await enforced();
    cloud.play = () => ({ status: 500, body: [{}] });
    for (let i = 0; i < LIMITS.failures; i++) {
      expect(cloud.asked).toHaveLength(i);
      expect(await ask(BIG)).toMatchObject({ status: 200, by: 'site', reason: 'cloud-unavailable' });
    }
    await until(async () => (await enforced()) === before + 1, 10, 'an open breaker');
    cloud.play = () => whole('cloud');
    const answers = await askAll(times(50, BIG));
    // The gateway itself says that it was open until then.
    expect(await isClosed()).toBe(false);
    expect(counted(answers.map(({ by, reason }) => `${by} ${reason}`))).toEqual({ 'site cloud-unavailable': 50 });
    expect(cloud.asked).toHaveLength(LIMITS.failures);
    await until(() => isClosed(), 60, 'a breaker that closes');
    expect(counted((await askAll(times(50, BIG))).map(({ by }) => by))).toEqual({ cloud: 50 });
    expect([cloud.asked.length, await enforced()]).toEqual([LIMITS.failures + 50, before + 1]);
    cloud.play = () => ({ status: 500, body: [{}] });
    for (let i = 0; i < LIMITS.failures; i++) await ask(BIG);
    await until(async () => (await enforced()) === before + 2, 10, 'a breaker that opens again');
  });

  test('the cloud has no more requests than it may, and callers are told to wait', async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    closed.play = () => held.then(() => whole('cloud'));
    const running = times(LIMITS.cloudRequests, BIG).map((each) => ask(each, strict));
    await until(() => Promise.resolve(closed.asked.length === LIMITS.cloudRequests), 30, 'a cloud that is full');
    // What waits is let in when there is room again: 100 of them.
    const asked = [...running, ...times(140, BIG).map((each) => ask(each, strict))];
    const refused: Said[] = [];
    for (const each of asked) void each.then((answer) => answer.status === 429 && refused.push(answer));
    await until(() => Promise.resolve(refused.length === 40), 30, 'those for whom there is no room');
    expect(closed.asked).toHaveLength(LIMITS.cloudRequests);
    expect(refused.map(({ json, headers }) => [json.error.code, headers.get('retry-after')])).toEqual(
      times(40, ['cloud_busy', '7']),
    );
    release();
    expect(counted((await Promise.all(asked)).map(({ status }) => String(status)))).toEqual({
      200: LIMITS.cloudRequests + 100,
      429: 40,
    });
  });

  test('a cloud that refuses the site is a fault of the site, not of its callers', async () => {
    [cloud.play, closed.play] = times(2, () => ({
      status: 401,
      headers: { 'www-authenticate': 'Bearer' },
      body: [{}],
    }));
    expect(await ask(BIG)).toMatchObject({ status: 200, by: 'site', reason: 'cloud-unavailable' });
    const { status, json, headers } = await ask(BIG, strict);
    expect([status, json.error.code, headers.get('www-authenticate')]).toEqual([502, 'cloud_refuses', null]);
  });

  test('while the link is cut, what is for the cloud gets what is declared; then the cloud answers again', async () => {
    await cloud.stop();
    await closed.stop();
    try {
      const requests = [...times(30, BIG), ...times(30, { model: NAMES.cloud }), ...times(30, {})];
      const fallback = await askAll(requests);
      expect(counted(fallback.map(({ status, by, reason }) => `${status} ${by} ${reason}`))).toEqual({
        '200 site cloud-unavailable': 60,
        '200 site site-first': 30,
      });
      expect(counted(server.asked.map((each) => said(each).model))).toEqual({ [NAMES.both]: 90 });
      // Before this gateway has noticed, so many at once also find no room to wait for a connection: 429.
      await until(() => isOut(strict), 60, 'the second gateway to notice');
      const refusal = await askAll(requests, strict);
      expect(counted(refusal.map(({ status, json }) => `${status} ${json.error?.code}`))).toEqual({
        '200 undefined': 30,
        '503 cloud_unavailable': 60,
      });
      expect(refusal[0].headers.get('retry-after')).toBe('7');
      // What the site is not sure of is kept, and says so.
      server.play = () => whole('site', 0.1);
      const unsure = await ask();
      expect([unsure.by, unsure.reason, unsure.headers.get('x-gateway-confidence')]).toEqual([
        'site',
        'cloud-unavailable',
        '0.1000',
      ]);
      await until(() => isOut(edge), 60, 'the alert’s series');
      server.play = () => ({ status: 503, body: [{}] });
      expect((await ask()).headers.get('retry-after')).toBe('7');
    } finally {
      await cloud.comeBack();
      await closed.comeBack();
    }
    for (const door of [edge, strict]) {
      await until(() => isClosed(door), 120, 'the link');
      expect(counted((await askAll(times(20, BIG), door)).map(({ by }) => by))).toEqual({ cloud: 20 });
    }
  });

  test('the log says who answered and why', async () => {
    await ask(BIG);
    const line = () =>
      [...edge.requests].reverse().find(({ model, reason }) => model === NAMES.both && reason === 'size');
    await until(() => Promise.resolve(line() !== undefined), 30, 'its line');
    expect(line()).toMatchObject({ by: 'cloud', client: 'shop', status: 200 });
    const failures = async (door: GatewayRunner) => {
      const text = await (await fetch(`http://127.0.0.1:${door.metricsPort}/metrics`)).text();
      return [...text.matchAll(/^envoy_http_lua_errors\{.*\} (\d+)$/gm)].map(([, count]) => Number(count));
    };
    for (const door of [edge, strict]) expect([...new Set(await failures(door))]).toEqual([0]);
  });
});
