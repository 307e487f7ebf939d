-- Where a request of a site goes. What stands before this file: envoy_json.lua, and
--   MODELS        models that may leave, each with `only_cloud`, 'yes' or nil
--   CALLERS       names of callers whose requests stay, or nil for none
--   HEADERS       names of headers, each with the values, in small letters, of requests that stay
--   MOST          most tokens of the site: `prompt`, `answer` and `total`, or nil for any
--   CONFIDENCE    what the site must be sure of: `kind`, `path` and `least`, or nil
--   CLOUD         name of Envoy's cluster that leads to the cloud
--   CLOUD_MS      how long an answer of the cloud may take, milliseconds
--   RETRY_AFTER   seconds after which callers may ask again
--
-- A request leaves by a route for `gateway.place` alone, which is set here after everything that keeps it: where this script fails, the request stays. It is
-- in no header, and the names of its headers are no caller's to use.

local BYTES = 4
local WITH_TOKENS = { ['/v1/chat/completions'] = '"logprobs":true,', ['/v1/completions'] = '"logprobs":1,' }
local WITH_CONFIDENCE = { ['/v1/chat/completions'] = true, ['/v1/completions'] = true, ['/v1/responses'] = true }

-- What Envoy hands out is of no use after a wait, so that it is asked for anew each time.
local function metadata_of(stream)
  return stream:streamInfo():dynamicMetadata()
end

local function of_gateway(stream)
  return metadata_of(stream):get('gateway') or {}
end

local function note(stream, key, value)
  metadata_of(stream):set('gateway', key, value)
end

local function names_stay(name, value)
  local values = HEADERS[name]
  if values == nil then return false end
  for word in value:lower():gmatch('[^,]+') do
    if values[word:match('^%s*(.-)%s*$')] ~= nil then return true end
  end
  return false
end

-- Whether a header keeps the request; those by which Envoy could be told otherwise are gone after it.
local function read_headers(headers)
  local stays, others = false, {}
  for name, value in pairs(headers) do
    stays = stays or names_stay(name, value)
    if name:match('^x%-envoy%-') or name:match('^x%-gateway%-') then table.insert(others, name) end
  end
  for _, name in ipairs(others) do headers:remove(name) end
  return stays
end

local function caller_stays(client)
  if CALLERS == nil then return false end
  return type(client) ~= 'string' or CALLERS[client] ~= nil
end

local function above(tokens, most)
  return most ~= nil and tokens > most
end

local function too_large(known, bytes)
  local prompt = math.ceil(bytes / BYTES)
  local answer = 0
  for _, key in ipairs({ 'max_tokens', 'max_completion_tokens', 'max_output_tokens' }) do
    answer = math.max(answer, tonumber(known[key]) or 0)
  end
  return above(prompt, MOST.prompt) or above(answer, MOST.answer) or above(prompt + answer, MOST.total)
end

local function ask_for_tokens(request, path, text)
  local wanted = WITH_TOKENS[path]
  if CONFIDENCE.kind ~= 'logprobs' or wanted == nil then return end
  local ok, members, at = pcall(members_of, text)
  if not ok then return end
  for _, member in ipairs(members) do
    -- 0 tokens beside the one that was chosen still say how probable that was.
    if member.name == 'logprobs' and member.value ~= false and member.value ~= NULL then return end
  end
  for index = #members, 1, -1 do
    local member = members[index]
    if member.name == 'logprobs' then
      text = text:sub(1, member.from - 1) .. wanted:match(':(.+),') .. text:sub(member.to + 1)
      replace_body(request, text)
      return
    end
  end
  replace_body(request, text:sub(1, at) .. wanted .. text:sub(at + 1))
end

function envoy_on_request(request)
  local stays = read_headers(request:headers())
  local known = of_gateway(request)
  local rule = type(known.model) == 'string' and MODELS[known.model]
  if not rule then return end
  if stays or caller_stays(known.client) then
    note(request, 'reason', 'must-stay')
    return
  end
  local body = request:body()
  local bytes = body and body:length() or 0
  local place, reason = 'first', 'site-first'
  if rule.only_cloud == 'yes' then
    place, reason = 'cloud', 'cloud-model'
  elseif too_large(known, bytes) then
    place, reason = 'cloud', 'size'
  end
  local path = (request:headers():get(':path') or ''):match('^[^?]*')
  if place == 'first' and CONFIDENCE ~= nil and known.stream ~= true and WITH_CONFIDENCE[path] then
    local text = body and body:getBytes(0, bytes) or ''
    note(request, 'asked', text)
    note(request, 'asked_path', path)
    note(request, 'id', request:headers():get('x-request-id'))
    ask_for_tokens(request, path, text)
    -- What is compressed could not be read.
    request:headers():remove('accept-encoding')
  end
  note(request, 'reason', reason)
  note(request, 'place', place)
  request:clearRouteCache()
end

local function mean(sum, count)
  return count > 0 and sum / count or nil
end

local function probability(answer)
  local sum, count = 0, 0
  local function add(logprob)
    if type(logprob) == 'number' then sum, count = sum + math.exp(logprob), count + 1 end
  end
  for _, choice in ipairs(answer.choices) do
    local logprobs = type(choice.logprobs) == 'table' and choice.logprobs or {}
    for _, token in ipairs(logprobs.content or {}) do add(token.logprob) end
    for _, logprob in ipairs(logprobs.token_logprobs or {}) do add(logprob) end
  end
  return mean(sum, count)
end

local function member_at(answer, path)
  for _, name in ipairs(path) do
    local index = tonumber(name)
    answer = answer[name] == nil and index and answer[index + 1] or answer[name]
  end
  return tonumber(answer)
end

-- nil where the answer does not say.
local function confidence_of(headers, text)
  if CONFIDENCE.kind == 'header' then return tonumber(headers:get(CONFIDENCE.path[1]) or '') end
  local ok, found = pcall(function()
    local answer = decode(text)
    if CONFIDENCE.kind == 'member' then return member_at(answer, CONFIDENCE.path) end
    return probability(answer)
  end)
  return ok and found or nil
end

-- Returns what the answer is given for, other than before, or nil.
local function second_opinion(response, known)
  local body = response:body()
  local text = body and body:getBytes(0, body:length()) or ''
  local sure = confidence_of(response:headers(), text)
  response:headers():replace('x-gateway-confidence', sure and string.format('%.4f', sure) or 'unknown')
  if sure == nil or sure >= CONFIDENCE.least or body == nil then return nil end
  local asked = {
    [':method'] = 'POST',
    [':path'] = known.asked_path,
    [':authority'] = CLOUD,
    ['content-type'] = 'application/json',
    ['x-request-id'] = known.id,
  }
  local headers, answer = response:httpCall(CLOUD, asked, known.asked, CLOUD_MS)
  if headers[':status'] ~= '200' or answer == nil then return 'cloud-unavailable' end
  replace_body(response, answer)
  local own = response:headers()
  own:replace('content-type', headers['content-type'] or 'application/json')
  own:replace('x-gateway-served-by', 'cloud')
  return 'low-confidence'
end

function envoy_on_response(response)
  local known = of_gateway(response)
  local headers = response:headers()
  local status = headers:get(':status')
  if (status == '429' or status == '503') and headers:get('retry-after') == nil then
    headers:replace('retry-after', tostring(RETRY_AFTER))
  end
  local reason, place, by = known.reason, known.place, headers:get('x-gateway-served-by')
  if reason == nil then return end
  if place == 'first' and by == 'cloud' then
    reason = 'site-failed'
  elseif place == 'cloud' and by == 'site' then
    reason = 'cloud-unavailable'
  elseif place == 'first' and known.asked ~= nil and status == '200' then
    reason = second_opinion(response, known) or reason
  end
  response:headers():replace('x-gateway-reason', reason)
  note(response, 'reason', reason)
  note(response, 'asked', '')
end
