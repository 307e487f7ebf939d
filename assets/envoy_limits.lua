-- Limits of each caller by requests and by tokens. What stands before this file: LIMITS, a list of limits, each with
--   model     name of the model that it is for, or nil for all together
--   requests  most requests a minute, or nil
--   tokens    most tokens a minute, prompts and answers, or nil
-- The caller's name is in the dynamic metadata. Callers without one, whose tokens are valid but name nobody, share the limits of a single caller.
--
-- A request is let in while there is anything left, and charged with what it took: a minute's tokens may be exceeded by what runs, and the debt is
-- paid before the next request. Envoy runs with one worker, whose memory this is.

local MINUTE = 60
-- Bytes of a request that are about a token, until the answer says how many they were.
local BYTES = 4
local SWEEP = 600

local buckets, swept_at = {}, 0

local function refilled(bucket, now)
  bucket.level = math.min(bucket.most, bucket.level + (now - bucket.at) * bucket.most / MINUTE)
  bucket.at = now
  return bucket
end

local function sweep(now)
  if now - swept_at < SWEEP then return end
  swept_at = now
  for name, bucket in pairs(buckets) do
    if refilled(bucket, now).level >= bucket.most then buckets[name] = nil end
  end
end

local function bucket_of(kind, index, client, most, now)
  local name = kind .. index .. '\0' .. client
  if buckets[name] == nil then buckets[name] = { level = most, most = most, at = now } end
  return refilled(buckets[name], now)
end

-- What Envoy hands out is of no use after a wait, so that it is asked for anew each time.
local function metadata_of(stream)
  return stream:streamInfo():dynamicMetadata()
end

local function text_at(stream, key)
  local of_gateway = metadata_of(stream):get('gateway')
  local value = of_gateway and of_gateway[key]
  return type(value) == 'string' and value or nil
end

-- No name is like that of those who have none.
local function client_of(stream)
  local name = text_at(stream, 'client')
  return name and 'named ' .. name or 'unnamed'
end

local function seconds(stream)
  return tonumber(stream:timestampString(EnvoyTimestampResolution.MILLISECOND)) / 1000
end

local function refuse(stream, kind, bucket)
  local wait = math.max(1, math.ceil((1 - bucket.level) * MINUTE / bucket.most))
  stream:respond(
    { [':status'] = '429', ['content-type'] = 'application/json', ['retry-after'] = tostring(wait) },
    '{"error":{"message":"the limit of ' .. kind .. ' a minute is reached; try again in ' .. wait .. ' s",'
      .. '"type":"' .. kind .. '","param":null,"code":"rate_limit_exceeded"}}'
  )
end

function envoy_on_request(request)
  local model = text_at(request, 'model')
  -- No route leads on from here.
  if model == nil then return end
  local client = client_of(request)
  local now = seconds(request)
  sweep(now)
  local counted, charged = {}, {}
  for index, limit in ipairs(LIMITS) do
    if limit.model == nil or limit.model == model then
      for _, kind in ipairs({ 'requests', 'tokens' }) do
        local most = limit[kind]
        if most ~= nil then
          local bucket = bucket_of(kind, index, client, most, now)
          if bucket.level < (kind == 'requests' and 1 or 0.001) then return refuse(request, kind, bucket) end
          table.insert(kind == 'requests' and counted or charged, bucket)
        end
      end
    end
  end
  for _, bucket in ipairs(counted) do bucket.level = bucket.level - 1 end
  if #charged == 0 then return end
  local body = request:body()
  local estimate = body and math.ceil(body:length() / BYTES) or 0
  for _, bucket in ipairs(charged) do bucket.level = bucket.level - estimate end
  metadata_of(request):set('gateway', 'charged', estimate)
end

-- Buckets that a caller is charged with; the answer finds them by the names that the request found them by.
local function charge(response, tokens)
  local client = client_of(response)
  local model = text_at(response, 'model')
  for index, limit in ipairs(LIMITS) do
    if limit.tokens ~= nil and (limit.model == nil or limit.model == model) then
      local bucket = buckets['tokens' .. index .. '\0' .. client]
      if bucket ~= nil then bucket.level = math.min(bucket.most, bucket.level - tokens) end
    end
  end
end

local function total_in(text)
  local total
  for digits in text:gmatch('"total_tokens"%s*:%s*(%d+)') do total = tonumber(digits) end
  return total
end

function envoy_on_response(response)
  local of_gateway = metadata_of(response):get('gateway')
  local charged = of_gateway and of_gateway['charged']
  if charged == nil then return end
  if response:headers():get(':status') ~= '200' then
    charge(response, -charged)
    return
  end
  -- Each event of a stream is a token, charged when it passes, so that one that is broken off is paid for.
  local total, tail = nil, ''
  for chunk in response:bodyChunks() do
    local text = tail .. chunk:getBytes(0, chunk:length())
    local events = select(2, text:gsub('data: {', ''))
    -- What of an event's beginning is in the tail was counted with it only if it is whole there.
    events = events - select(2, tail:gsub('data: {', ''))
    if events > 0 then
      charge(response, events)
      charged = charged + events
    end
    total = total_in(text) or total
    tail = text:sub(-64)
  end
  if total ~= nil then
    charge(response, total - charged)
    charged = total
  end
  metadata_of(response):set('gateway', 'tokens', charged)
end
