-- JSON as far as scripts of the gateway read it: values, and where the members of an object are. What is no JSON raises an error.
-- Code points beyond ASCII that are written as escapes are one zero byte each: no name that is compared has one.

local MOST_DEPTH = 200
local ESCAPES = { b = '\b', f = '\f', n = '\n', r = '\r', t = '\t' }
local NULL = {}
local parse

local function after_space(text, at)
  return text:find('[^ \t\r\n]', at) or #text + 1
end

local function parse_string(text, at)
  local parts, from = {}, at + 1
  while true do
    local stop = text:find('["\\]', from)
    if stop == nil then error('a string without an end', 0) end
    table.insert(parts, text:sub(from, stop - 1))
    if text:sub(stop, stop) == '"' then return table.concat(parts), stop + 1 end
    local sign = text:sub(stop + 1, stop + 1)
    if sign == 'u' then
      local code = tonumber(text:sub(stop + 2, stop + 5), 16)
      if code == nil then error('an unknown escape', 0) end
      table.insert(parts, code < 128 and string.char(code) or '\0')
      from = stop + 6
    else
      table.insert(parts, ESCAPES[sign] or sign)
      from = stop + 2
    end
  end
end

-- Calls `seen` with each name and with the places of its beginning, and of its value and the end of that.
local function parse_members(text, at, depth, seen)
  at = after_space(text, at + 1)
  if text:sub(at, at) == '}' then return at + 1 end
  while true do
    if text:sub(at, at) ~= '"' then error('a member without a name', 0) end
    local name, after = parse_string(text, at)
    local colon = after_space(text, after)
    if text:sub(colon, colon) ~= ':' then error('a member without a value', 0) end
    local from = after_space(text, colon + 1)
    local value, next = parse(text, from, depth + 1)
    seen(name, value, from, next - 1)
    at = after_space(text, next)
    local sign = text:sub(at, at)
    if sign == '}' then return at + 1 end
    if sign ~= ',' then error('an object without an end', 0) end
    at = after_space(text, at + 1)
  end
end

local function parse_list(text, at, depth)
  local list = {}
  at = after_space(text, at + 1)
  if text:sub(at, at) == ']' then return list, at + 1 end
  while true do
    local value, next = parse(text, at, depth + 1)
    table.insert(list, value)
    at = after_space(text, next)
    local sign = text:sub(at, at)
    if sign == ']' then return list, at + 1 end
    if sign ~= ',' then error('a list without an end', 0) end
    at = after_space(text, at + 1)
  end
end

local WORDS = { ['true'] = true, ['false'] = false, ['null'] = NULL }

function parse(text, at, depth)
  if depth > MOST_DEPTH then error('too deep', 0) end
  local sign = text:sub(at, at)
  if sign == '"' then return parse_string(text, at) end
  if sign == '{' then
    local members = {}
    local next = parse_members(text, at, depth, function(name, value) members[name] = value end)
    return members, next
  end
  if sign == '[' then return parse_list(text, at, depth) end
  local word = text:match('^%l+', at)
  if word and WORDS[word] ~= nil then return WORDS[word], at + #word end
  local number = text:match('^-?[%d.]+[eE]?[+-]?%d*', at)
  if number == nil or tonumber(number) == nil then error('no value', 0) end
  return tonumber(number), at + #number
end

local function decode(text)
  return (parse(text, after_space(text, 1), 0))
end

-- The members of the object that a text is, each with name, value, and where the value begins and ends.
local function members_of(text)
  local at = after_space(text, 1)
  if text:sub(at, at) ~= '{' then error('no object', 0) end
  local members = {}
  parse_members(text, at, 0, function(name, value, from, to)
    table.insert(members, { name = name, value = value, from = from, to = to })
  end)
  return members, at
end

-- A body takes the place of that of a request or an answer.
local function replace_body(stream, text)
  stream:body():setBytes(text)
  local headers = stream:headers()
  if headers:get('content-length') ~= nil then headers:replace('content-length', tostring(#text)) end
end
