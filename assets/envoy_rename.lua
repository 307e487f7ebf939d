-- What a request is called behind the gateway. What stands before this file: envoy_json.lua, and
--   NAMES     names of models in requests, each with another as JSON has it
--   ALLOWED   names of headers that go on, with any value; nil for all
--   EXACT     'yes' where requests for models that are not in NAMES end here
--
-- Where headers are named, this is the last thing before a request leaves the site: no route leads on unless this script has done all of its work, so that a
-- fault in here sends nothing.

local function keep_allowed(headers)
  local others = {}
  for name in pairs(headers) do
    if name:sub(1, 1) ~= ':' and ALLOWED[name] == nil then table.insert(others, name) end
  end
  for _, name in ipairs(others) do headers:remove(name) end
end

-- Also a name that is there twice: servers read the last, others the first.
local function renamed(text)
  local found = nil
  local places = {}
  for _, member in ipairs(members_of(text)) do
    if member.name == 'model' then
      found = member.value
      table.insert(places, 1, member)
    end
  end
  local name = type(found) == 'string' and NAMES[found]
  if not name then return nil end
  for _, place in ipairs(places) do text = text:sub(1, place.from - 1) .. name .. text:sub(place.to + 1) end
  return text
end

function envoy_on_request(request)
  local body = request:body()
  local text = body and body:getBytes(0, body:length()) or ''
  local ok, changed = pcall(renamed, text)
  if ok and changed then
    replace_body(request, changed)
  elseif EXACT == 'yes' then
    request:respond({ [':status'] = '404', ['content-type'] = 'application/json' }, '{"error":{"message":"the model is not one of the cloud",'
      .. '"type":"invalid_request_error","param":"model","code":"model_not_found"}}')
    return
  end
  if ALLOWED ~= nil then keep_allowed(request:headers()) end
  request:streamInfo():dynamicMetadata():set('gateway', 'ready', 'yes')
  request:clearRouteCache()
end

-- That the key of the site is wrong is nothing that its callers did.
function envoy_on_response(response)
  if EXACT ~= 'yes' then return end
  local status = response:headers():get(':status')
  if status ~= '401' and status ~= '403' and status ~= '404' then return end
  local text = '{"error":{"message":"the cloud refuses this site by HTTP ' .. status .. '","type":"server_error","param":null,"code":"cloud_refuses"}}'
  local body = response:body()
  if body ~= nil then body:setBytes(text) end
  -- What was had before a wait is of no use after it.
  local headers = response:headers()
  headers:replace(':status', '502')
  headers:replace('content-type', 'application/json')
  headers:replace('content-length', tostring(body and #text or 0))
  headers:remove('www-authenticate')
end
