import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import {
  EdgeConfidence,
  EdgeFallback,
  EdgeFirstProps,
  EdgeRouting,
  GatewayAuthentication,
  GatewayBackend,
} from '../../../lib/serving';
import { onPath, testWith } from '../../monitoring/support';
import { Block } from '../../support/synth';
import { envoyOf, openDoor } from '../support/gateway-fixtures';

const luajit = onPath('luajit');
const withLua = testWith('luajit');
const ENVOY = readFileSync(path.join(__dirname, 'lua', 'envoy.lua'), 'utf8');
const SERVICE = { name: 'chat', namespace: 'inference', port: 80, models: ['chat', 'private'] };

/** What a scenario prints, line by line, with the script of a filter as the gateway of a site has it. */
function play(filter: string, more: Partial<EdgeFirstProps>, scenario: string): string[] {
  const { json } = openDoor(() => ({
    backends: [GatewayBackend.ofService(SERVICE)],
    authentication: GatewayAuthentication.apiKeys({ shop: { name: 'k', key: 's' }, clinic: { name: 'k', key: 'c' } }),
    edgeRouting: EdgeRouting.edgeFirst({
      cloud: { url: 'https://models.example.com/v1', models: ['chat-65b'], apiKey: { name: 'cloud', key: 'site' } },
      models: { chat: { cloudModel: 'chat-65b' }, report: { cloudModel: 'chat-65b', fallbackModel: 'chat' } },
      fallback: EdgeFallback.SITE_ANSWERS,
      ...more,
    }),
  }));
  const found = (envoyOf(json).static_resources.listeners as Block[])
    .flatMap((listener) => listener.filter_chains[0].filters[0].typed_config.http_filters as Block[])
    .find(({ name }) => name === `envoy.filters.http.lua.${filter}`)!;
  const script = found.typed_config.default_source_code.inline_string as string;
  const output = execFileSync(luajit!, ['-'], { input: `${ENVOY}\n${script}\n${scenario}`, encoding: 'utf8' });
  return output.trimEnd().split('\n');
}

/** What is found of a request, the headers that it is left with, and what is put in. */
const ask = `
  local function ask(given)
    local known = { model = given.model or 'chat', client = given.client or 'shop' }
    for name, value in pairs(given.known or {}) do known[name] = value end
    local headers = given.headers or {}
    headers[':path'] = given.path or '/v1/chat/completions'
    return stream_of({ headers = headers, body = given.body or '{"model":"chat"}', metadata = { gateway = known }, called = given.called }).request()
  end
  local function say(given)
    local stream = ask(given)
    print(stream.metadata.gateway.place, stream.metadata.gateway.reason, stream.cleared)
  end
`;

describe('where a request goes', () => {
  const stays = { mustStayLocal: { callers: ['clinic'], headers: { 'X-Data-Class': ['Personal', 'top secret'] } } };

  withLua.each([
    ['any', '{}', 'first\tsite-first\ttrue'],
    ['of what only the cloud has', "{ model = 'report' }", 'cloud\tcloud-model\ttrue'],
    ['of what is not mapped', "{ model = 'private' }", 'nil\tnil\tnil'],
    ['of a caller who stays', "{ client = 'clinic' }", 'nil\tmust-stay\tnil'],
    ['of the cloud, of a caller who stays', "{ client = 'clinic', model = 'report' }", 'nil\tmust-stay\tnil'],
    ['of nobody', '{ known = { client = 7 } }', 'nil\tmust-stay\tnil'],
    ['with a header that keeps it', "{ headers = { ['x-data-class'] = 'personal' } }", 'nil\tmust-stay\tnil'],
    ['in capitals, among others', "{ headers = { ['x-data-class'] = 'public , TOP SECRET' } }", 'nil\tmust-stay\tnil'],
    ['with another value', "{ headers = { ['x-data-class'] = 'impersonal' } }", 'first\tsite-first\ttrue'],
  ])('%s', (_, given, expected) => {
    expect(play('edge', stays, `${ask} say(${given})`)).toEqual([expected]);
  });

  withLua('is no matter of headers that a caller sends', () => {
    const headers = "{ ['x-envoy-retry-on'] = '5xx', ['x-gateway-place'] = 'cloud', ['x-mine'] = 'kept' }";
    const scenario = `${ask} local left = ask({ headers = ${headers} }).headers_left
      print(left['x-envoy-retry-on'], left['x-gateway-place'], left['x-mine'])`;
    expect(play('edge', {}, scenario)).toEqual(['nil\tnil\tkept']);
  });

  withLua.each([
    ["{ body = string.rep('x', 400) }", 'first'],
    ["{ body = string.rep('x', 401) }", 'cloud'],
    ['{ known = { max_tokens = 200 } }', 'first'],
    ['{ known = { max_tokens = 201 } }', 'cloud'],
    ['{ known = { max_completion_tokens = 201 } }', 'cloud'],
    ['{ known = { max_output_tokens = 201, max_tokens = 1 } }', 'cloud'],
    ["{ known = { max_tokens = '201' } }", 'cloud'],
    ['{ known = { max_tokens = -5 } }', 'first'],
    ["{ body = string.rep('x', 400), known = { max_tokens = 150 } }", 'first'],
    ["{ body = string.rep('x', 400), known = { max_tokens = 151 } }", 'cloud'],
  ])('is a matter of its size: %s', (given, place) => {
    const atMost = { promptTokens: 100, answerTokens: 200, totalTokens: 250 };
    expect(play('edge', { atMost }, `${ask} print(ask(${given}).metadata.gateway.place)`)).toEqual([place]);
  });
});

describe('how sure an answer is', () => {
  const opinion = (answer: string, more = '', called = "{ status = '200', body = 'better' }") => `${ask}
    local stream = ask({ called = ${called}, known = { ${more} } })
    stream.response('200', { ${answer} }, { ['x-gateway-served-by'] = 'site', ['x-sure'] = '0.5' })
    print(stream.answered['x-gateway-confidence'], stream.answered['x-gateway-reason'], stream.answered['x-gateway-served-by'], stream.body_left)`;
  const logprobs = (values: readonly number[]) =>
    `'${JSON.stringify({ choices: [{ logprobs: { content: values.map((logprob) => ({ logprob, top_logprobs: [{ logprob: -9 }] })) } }] })}'`;

  withLua.each<[string, EdgeConfidence, string, string]>([
    ['tokens that are likely', EdgeConfidence.logprobs(0.9), logprobs([0, Math.log(0.8)]), '0.9000\tsite-first\tsite'],
    [
      'tokens that are not',
      EdgeConfidence.logprobs(0.91),
      logprobs([0, Math.log(0.8)]),
      '0.9000\tlow-confidence\tcloud',
    ],
    [
      'completions',
      EdgeConfidence.logprobs(0.9),
      `'{"choices":[{"logprobs":{"token_logprobs":[null,-1]}}]}'`,
      '0.3679\tlow-confidence\tcloud',
    ],
    ['no tokens', EdgeConfidence.logprobs(0.9), `'{"choices":[{"logprobs":null}]}'`, 'unknown\tsite-first\tsite'],
    ['no JSON', EdgeConfidence.logprobs(0.9), "'<html>'", 'unknown\tsite-first\tsite'],
    ['a header', EdgeConfidence.header('X-Sure', 0.5), "'x'", '0.5000\tsite-first\tsite'],
    ['a header below', EdgeConfidence.header('X-Sure', 0.51), "'x'", '0.5000\tlow-confidence\tcloud'],
    ['no header', EdgeConfidence.header('X-Other', 0.5), "'x'", 'unknown\tsite-first\tsite'],
    ['a member', EdgeConfidence.member(['a', '1', 'b'], 0.5), `'{"a":[1,{"b":0.4}]}'`, '0.4000\tlow-confidence\tcloud'],
    ['no member', EdgeConfidence.member(['a', 'b'], 0.5), `'{"a":1}'`, 'unknown\tsite-first\tsite'],
  ])('%s', (_, confidence, answer, expected) => {
    const [line] = play('edge', { confidence }, opinion(answer));
    expect(line.split('\t').slice(0, 3).join('\t')).toBe(expected);
    expect(line.endsWith('\tbetter')).toBe(expected.endsWith('cloud'));
  });

  withLua('is kept where the cloud does not take it, and never asked of a stream', () => {
    const confidence = EdgeConfidence.header('X-Sure', 0.9);
    expect(play('edge', { confidence }, opinion("'x'", '', "{ status = '503', body = 'no' }"))).toEqual([
      '0.5000\tcloud-unavailable\tsite\tnil',
    ]);
    expect(play('edge', { confidence }, opinion("'x'", 'stream = true'))).toEqual(['nil\tsite-first\tsite\tnil']);
  });

  withLua.each([
    ['{"model":"chat"}', '/v1/chat/completions', '{"logprobs":true,"model":"chat"}'],
    ['{"model":"chat","logprobs":true}', '/v1/chat/completions', 'nil'],
    [' { "logprobs": false, "model":"chat"}', '/v1/chat/completions', ' { "logprobs": true, "model":"chat"}'],
    ['{"model":"chat","logprobs":null}', '/v1/completions', '{"model":"chat","logprobs":1}'],
    ['{"model":"chat","logprobs":0}', '/v1/completions', 'nil'],
    ['{"model":"chat"}', '/v1/embeddings', 'nil'],
  ])('is asked for: %s to %s', (body, at, expected) => {
    const scenario = `${ask} print(ask({ path = '${at}?a=1', body = [==[${body}]==] }).body_left)`;
    expect(play('edge', { confidence: EdgeConfidence.logprobs(0.5) }, scenario)).toEqual([expected]);
  });
});

describe('an answer', () => {
  withLua.each([
    ['{}', "'503', {}, {}", 'site-first\t5'],
    ['{}', "'429', {}, { ['retry-after'] = '60' }", 'site-first\t60'],
    ['{}', "'200', {}, { ['x-gateway-served-by'] = 'cloud' }", 'site-failed\tnil'],
    ["{ model = 'report' }", "'200', {}, { ['x-gateway-served-by'] = 'site' }", 'cloud-unavailable\tnil'],
  ])('of %s, which is %s', (given, answered, expected) => {
    const scenario = `${ask} local stream = ask(${given}) stream.response(${answered})
      print(stream.answered['x-gateway-reason'], stream.answered['retry-after'])`;
    expect(play('edge', {}, scenario)).toEqual([expected]);
  });
});

describe('what leaves', () => {
  const leave = (body: string, headers = '{}') => `
    local stream = stream_of({ headers = ${headers}, body = [==[${body}]==] }).request()
    print(stream.answer and stream.answer[':status'], stream.metadata.gateway and stream.metadata.gateway.ready, stream.body_left)`;

  withLua.each([
    ['{"model":"chat","x":1}', 'nil\tyes\t{"model":"chat-65b","x":1}'],
    ['{"model":"chat", "model" : "report"}', 'nil\tyes\t{"model":"chat-65b", "model" : "chat-65b"}'],
    ['{"m\\u006fdel":"report","a":{"model":"chat"}}', 'nil\tyes\t{"m\\u006fdel":"chat-65b","a":{"model":"chat"}}'],
    ['{"model":"private"}', '404\tnil\tnil'],
    ['{"model":"chat","model":"private"}', '404\tnil\tnil'],
    ['{"model":{"model":"chat"}}', '404\tnil\tnil'],
    ['{"model":"chat"', '404\tnil\tnil'],
    ['["model","chat"]', '404\tnil\tnil'],
    ['', '404\tnil\tnil'],
  ])('of %s', (body, expected) => {
    expect(play('leave', {}, leave(body))).toEqual([expected]);
  });

  withLua('is no header that says who asked', () => {
    const headers =
      "{ [':path'] = '/v1/x', cookie = 'a', authorization = 'b', ['x-forwarded-for'] = 'c', accept = 'd', ['x-request-id'] = 'e' }";
    const scenario = `local stream = stream_of({ headers = ${headers}, body = '{"model":"chat"}' }).request()
      local names = {} for name in pairs(stream.headers_left) do table.insert(names, name) end table.sort(names) print(table.concat(names, ' '))`;
    expect(play('leave', {}, scenario)).toEqual([':path accept x-request-id']);
  });

  withLua('is what the site calls it, where the site answers for the cloud', () => {
    expect(play('instead', {}, leave('{"model":"report"}'))).toEqual(['nil\tyes\t{"model":"chat"}']);
    expect(play('instead', {}, leave('{"model":"chat"}'))).toEqual(['nil\tyes\tnil']);
  });

  withLua.each(['401', '403', '404'])('and is refused by %s is no fault of a caller', (status) => {
    const scenario = `local stream = stream_of({ body = '{"model":"chat"}' }).request()
      stream.response('${status}', { 'x' }, { ['www-authenticate'] = 'Bearer' })
      print(stream.answered[':status'], stream.answered['www-authenticate'], stream.body_left)`;
    expect(play('leave', {}, scenario)[0]).toMatch(/^502\tnil\t.*"code":"cloud_refuses"/);
  });
});
