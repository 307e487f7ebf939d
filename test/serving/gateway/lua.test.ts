import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { GatewayAuthentication, InferenceGatewayProps } from '../../../lib/serving';
import { onPath, testWith } from '../../monitoring/support';
import { Block } from '../../support/synth';
import { managerOf, openDoor, withMore } from '../support/gateway-fixtures';

const luajit = onPath('luajit');
const withLua = testWith('luajit');

const ENVOY = readFileSync(path.join(__dirname, 'lua', 'envoy.lua'), 'utf8');

/** What a scenario prints, line by line, with the script of a filter as the gateway has it. */
function play(filter: string, more: Partial<InferenceGatewayProps>, scenario: string): string[] {
  const filters = managerOf(openDoor(withMore(more)).json).http_filters as Block[];
  const found = filters.find(({ name }) => name === `envoy.filters.http.lua.${filter}`)!;
  const script = found.typed_config.default_source_code.inline_string as string;
  const output = execFileSync(luajit!, ['-'], { input: `${ENVOY}\n${script}\n${scenario}`, encoding: 'utf8' });
  return output.trimEnd().split('\n');
}

describe('keys', () => {
  const keys = { red: { name: 'teams', key: 'red' }, blue: { name: 'teams', key: 'blue' } };
  const authentication = GatewayAuthentication.apiKeys(keys);
  const ask = `
    local function ask(authorization)
      local stream = stream_of({ headers = { authorization = authorization } }).request()
      local of_gateway = stream.metadata.gateway
      print(stream.told(), of_gateway and of_gateway.client, stream.headers_left.authorization)
    end
    for client, path in pairs(CLIENTS) do files[path] = 'key-of-' .. client .. '\\n' end
  `;

  withLua('name their caller, and go no further', () => {
    const asked = `${ask} ask('Bearer key-of-red') ask('bearer  key-of-blue ')`;
    expect(play('keys', { authentication }, asked)).toEqual(['passed\tred\tnil', 'passed\tblue\tnil']);
  });

  withLua.each([
    ['no header', 'nil'],
    ['another scheme', "'Basic key-of-red'"],
    ['no scheme', "'key-of-red'"],
    ['nothing after it', "'Bearer '"],
    ['part of a key', "'Bearer key-of-re'"],
    ['two keys', "'Bearer key-of-red key-of-blue'"],
    ['the name of a caller', "'Bearer red'"],
  ])('%s is 401, and nobody', (_, header) => {
    const [line] = play('keys', { authentication }, `${ask} ask(${header})`);
    expect(line.split('\t').slice(0, 2)).toEqual(['401 ', 'nil']);
  });

  withLua('that are empty or missing let nobody in', () => {
    const scenario = `${ask} files[CLIENTS.red] = '\\n' files[CLIENTS.blue] = nil ask('Bearer ') ask('Bearer key-of-blue')`;
    expect(play('keys', { authentication }, scenario).map((line) => line.slice(0, 3))).toEqual(['401', '401']);
  });

  withLua('that change count within ten seconds', () => {
    const scenario = `${ask} ask('Bearer key-of-red') files[CLIENTS.red] = 'other' clock = clock + 9 ask('Bearer other')
      clock = clock + 1 ask('Bearer other') ask('Bearer key-of-red')`;
    expect(play('keys', { authentication }, scenario).map((line) => line.split('\t')[1])).toEqual([
      'red',
      'nil',
      'red',
      'nil',
    ]);
  });
});

describe('claims', () => {
  const authentication = GatewayAuthentication.jwt({
    issuer: 'https://id.example.com',
    audiences: ['models'],
    keysUrl: 'https://id.example.com/keys',
    clientClaim: "it's",
  });

  withLua.each([
    ["{ claims = { [\"it's\"] = 'alice' } }", 'alice'],
    ['{ claims = { ["it\'s"] = 7 } }', 'nil'],
    ["{ claims = { sub = 'alice' } }", 'nil'],
    ['{}', 'nil'],
    ['nil', 'nil'],
  ])('%s is %s', (checked, client) => {
    const scenario = `
      local stream = stream_of({ metadata = { ['envoy.filters.http.jwt_authn'] = ${checked} } }).request()
      print(stream.metadata.gateway and stream.metadata.gateway.client)`;
    expect(play('claims', { authentication }, scenario)).toEqual([client]);
  });
});

describe('limits', () => {
  const ask = `
    local function ask(client, body, model)
      local known = { client = client, model = model or 'chat' }
      return stream_of({ metadata = { gateway = known }, body = body }).request()
    end
    local function usage(tokens) return '{"usage":{"prompt_tokens":1, "total_tokens": ' .. tokens .. '}}' end
  `;
  const requests = { limits: { requestsPerMinute: 2 }, replicas: 1 };
  const tokens = { limits: { tokensPerMinute: 60 }, replicas: 1 };

  withLua('of requests are each caller’s own, and come back with time', () => {
    const scenario = `${ask} for _ = 1, 3 do print(ask('red').told()) end print(ask('blue').told())
      clock = clock + 29 print(ask('red').told()) clock = clock + 1 print(ask('red').told())`;
    expect(play('limits', requests, scenario)).toEqual(['passed', 'passed', '429 30', 'passed', '429 1', 'passed']);
  });

  withLua('of requests never hold more than a minute’s', () => {
    const scenario = `${ask} print(ask('red').told()) clock = clock + 300 for _ = 1, 3 do print(ask('red').told()) end`;
    expect(play('limits', requests, scenario)).toEqual(['passed', 'passed', 'passed', '429 30']);
  });

  withLua('of those who have no name are shared, also with nobody whose name is like theirs', () => {
    const scenario = `${ask} print(ask(nil).told()) print(ask(7).told()) print(ask(nil).told()) print(ask('unnamed').told())`;
    expect(play('limits', requests, scenario)).toEqual(['passed', 'passed', '429 30', 'passed']);
  });

  withLua('of a model leave others alone, and both kinds are counted', () => {
    const modelLimits = { chat: { requestsPerMinute: 1, tokensPerMinute: 1000 } };
    const scenario = `${ask} for _, model in ipairs({ 'chat', 'chat', 'other', 'other' }) do print(ask('red', '', model).told()) end`;
    expect(play('limits', { modelLimits, replicas: 1 }, scenario)).toEqual(['passed', '429 60', 'passed', 'passed']);
  });

  withLua('of tokens are what the answer says, in place of what was guessed', () => {
    // 80 bytes are 20 tokens; then it says 50, so that 10 are left, and the next one is let in and charged with 100.
    const scenario = `${ask} local body = string.rep('x', 80)
      print(ask('red', body).response('200', { usage(50) }).metadata.gateway.tokens)
      print(ask('red', body).response('200', { usage(100) }).told()) print(ask('red', body).told())
      clock = clock + 90 print(ask('red', body).told()) clock = clock + 1 print(ask('red', body).told())`;
    expect(play('limits', tokens, scenario)).toEqual(['50', 'passed', '429 91', '429 1', 'passed']);
  });

  withLua('of tokens take nothing for an answer that is an error', () => {
    const scenario = `${ask} local body = string.rep('x', 200) ask('red', body).response('500', { usage(999) })
      print(ask('red', body).told())`;
    expect(play('limits', tokens, scenario)).toEqual(['passed']);
  });

  withLua.each([1, 2, 3, 5, 7, 64, 1000])(
    'of tokens count each event of a stream once, in parts of %d bytes',
    (size) => {
      const events = Array.from({ length: 9 }, (_, i) => `data: {"choices":[{"text":"data: ${i}"}]}\n\n`).join('');
      const parts = `local text, parts = [==[${events}data: [DONE]\n\n]==], {}
      for at = 1, #text, ${size} do table.insert(parts, text:sub(at, at + ${size} - 1)) end`;
      const scenario = `${ask} ${parts} print(ask('red', string.rep('x', 8)).response('200', parts).metadata.gateway.tokens)`;
      expect(play('limits', tokens, scenario)).toEqual(['11']);
    },
  );

  withLua('of tokens take the count at the end of a stream, wherever its parts begin', () => {
    const scenario = `${ask} for cut = 1, 40 do
        local last = 'data: ' .. usage(33) .. '\\n\\n'
        local parts = { 'data: {"a":1}\\n\\n' .. last:sub(1, cut), last:sub(cut + 1) .. 'data: [DONE]\\n\\n', string.rep(' ', 80), ' ' }
        local tokens = ask('of ' .. cut, '').response('200', parts).metadata.gateway.tokens
        if tokens ~= 33 then print(cut, tokens) end
      end print('done')`;
    expect(play('limits', tokens, scenario)).toEqual(['done']);
  });

  withLua('forget callers whose buckets are full, and those alone', () => {
    const count = 'local count = 0 for _ in pairs(buckets) do count = count + 1 end print(count)';
    const scenario = `${ask} for each = 1, 100 do ask('caller ' .. each) end clock = clock + 700 ask('red') do ${count} end
      ask('blue').response('200', { usage(100000) }) clock = clock + 700 ask('red') do ${count} end`;
    expect(play('limits', { limits: { requestsPerMinute: 2, tokensPerMinute: 60 }, replicas: 1 }, scenario)).toEqual([
      '2',
      '3',
    ]);
  });
});
