-- Plays Envoy for the scripts of a gateway: a clock, files and streams, as far as the scripts ask for them.
-- https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/lua_filter

clock = 1000
files = {}
EnvoyTimestampResolution = { MILLISECOND = 'ms' }

os.time = function() return math.floor(clock) end

io.open = function(path)
  local text = files[path]
  if text == nil then return nil end
  return { read = function() return text:match('^[^\n]*') end, close = function() end }
end

-- Lua 5.1 does not ask a table how it is walked through; Envoy's does.
local plain_pairs = pairs
function pairs(value)
  local meta = getmetatable(value)
  if meta and meta.__pairs then return meta.__pairs() end
  return plain_pairs(value)
end

local function buffer(text, changed)
  return {
    length = function() return #text end,
    getBytes = function(_, from, size) return text:sub(from + 1, from + size) end,
    setBytes = function(_, other) changed(other) end,
  }
end

-- A stream of a caller: headers, body, and the metadata that filters before have left.
function stream_of(given)
  local stream = { metadata = given.metadata or {}, headers_left = given.headers or {} }
  local handle = {}
  local function phase(headers, chunks)
    return setmetatable({
      headers = function()
        return setmetatable({
          get = function(_, name) return headers[name] end,
          remove = function(_, name) headers[name] = nil end,
          replace = function(_, name, value) headers[name] = value end,
        }, { __pairs = function() return plain_pairs(headers) end })
      end,
      body = function()
        return chunks and buffer(table.concat(chunks), function(other) chunks = { other } stream.body_left = other end)
      end,
      bodyChunks = function()
        local index = 0
        return function()
          index = index + 1
          return chunks[index] and buffer(chunks[index])
        end
      end,
    }, { __index = handle })
  end
  function handle.streamInfo()
    return {
      dynamicMetadata = function()
        return {
          get = function(_, filter) return stream.metadata[filter] end,
          set = function(_, filter, key, value)
            stream.metadata[filter] = stream.metadata[filter] or {}
            stream.metadata[filter][key] = value
          end,
        }
      end,
    }
  end
  function handle.clearRouteCache() stream.cleared = true end
  -- What the scenario says that another server answers.
  function handle.httpCall(_, cluster, headers, body)
    stream.called = { cluster = cluster, path = headers[':path'], body = body }
    return { [':status'] = given.called.status }, given.called.body
  end
  function handle.timestampString() return string.format('%d', clock * 1000) end
  -- Nothing of a script runs after it.
  function handle.respond(_, headers, body)
    stream.answer = headers
    stream.answer_body = body
    error(stream, 0)
  end
  function stream.request()
    local ok, problem = pcall(envoy_on_request, phase(stream.headers_left, given.body and { given.body }))
    if not ok and problem ~= stream then error(problem, 0) end
    return stream
  end
  function stream.response(status, chunks, more)
    stream.answered = more or {}
    stream.answered[':status'] = status
    envoy_on_response(phase(stream.answered, chunks))
    return stream
  end
  -- What a caller of a model is told, and how long to wait.
  function stream.told()
    if stream.answer == nil then return 'passed' end
    return stream.answer[':status'] .. ' ' .. (stream.answer['retry-after'] or '')
  end
  return stream
end
