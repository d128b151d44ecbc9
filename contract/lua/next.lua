-- Whose turn it is: the first waiting job of each share, the share with the least virtual time first.
-- KEYS: shares, clock, pending.  ARGV: a line's name before its share, most jobs to answer, ids to leave out ...
-- Forgets shares that neither wait nor are ahead of the clock, and jobs in a line that wait no more.
local left_out, skipped = {}, #ARGV - 2
for index = 3, #ARGV do
  left_out[ARGV[index]] = true
end
local clock = tonumber(redis.call('GET', KEYS[2]) or '0')
local shares = redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')
local found = {}

local function first(own)
  local stale
  repeat
    stale = false
    for _, id in ipairs(redis.call('ZRANGE', own, 0, skipped)) do
      if not redis.call('ZSCORE', KEYS[3], id) then
        redis.call('ZREM', own, id)
        stale = true
      elseif not left_out[id] then
        return id
      end
    end
  until not stale
end

for index = 1, #shares, 2 do
  local own = ARGV[1] .. shares[index]
  local id = first(own)
  if id then
    found[#found + 1] = id
    if #found == tonumber(ARGV[2]) then
      break
    end
  elseif tonumber(shares[index + 1]) <= clock and redis.call('ZCARD', own) == 0 then
    redis.call('ZREM', KEYS[1], shares[index])
  end
end
return found
