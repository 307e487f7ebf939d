-- Callers of the gateway by their keys. What stands before this file: CLIENTS, names of callers, each with the file of its key.
--
-- A request whose key is nobody's ends here. One that this script does not reach, because it failed, has no caller, and no route but the one that
-- refuses it: a fault in here closes the gateway.

local SECONDS = 10
local keys, read_at = {}, 0

local function first_line(path)
  local file = io.open(path, 'rb')
  if file == nil then return nil end
  local text = file:read('*l')
  file:close()
  return text and text:match('^%s*(%S+)%s*$')
end

-- Secrets change while the pod runs.
local function refresh()
  local now = os.time()
  if now - read_at < SECONDS then return end
  local found = {}
  for client, path in pairs(CLIENTS) do
    local key = first_line(path)
    if key ~= nil then found[key] = client end
  end
  keys, read_at = found, now
end

function envoy_on_request(request)
  refresh()
  local headers = request:headers()
  local given = headers:get('authorization') or ''
  local key = given:match('^%s*[Bb][Ee][Aa][Rr][Ee][Rr]%s+(%S+)%s*$')
  local client = key and keys[key]
  if client == nil then
    -- The body is written by Envoy, as for every 401 of its own.
    request:respond({ [':status'] = '401', ['www-authenticate'] = 'Bearer' }, '')
    return
  end
  -- It is of no use to servers, which have keys of their own.
  headers:remove('authorization')
  request:streamInfo():dynamicMetadata():set('gateway', 'client', client)
end
