-- Callers of the gateway by a claim of their tokens, which Envoy has checked. What stands before this file: CLAIM, the name of the claim.
--
-- Noted where keys note their callers, so that logs and limits read one place: a log cannot name a claim with a colon in it. A claim that is no text
-- names nobody.

function envoy_on_request(request)
  local metadata = request:streamInfo():dynamicMetadata()
  local checked = metadata:get('envoy.filters.http.jwt_authn')
  local claims = checked and checked['claims']
  local client = claims and claims[CLAIM]
  if type(client) == 'string' then metadata:set('gateway', 'client', client) end
end
