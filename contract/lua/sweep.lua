-- Lets one caller in a while sweep, and judges the leases by what the clock and the silence before tell.
-- KEYS: the last sweep, leases.  ARGV, in milliseconds: least time between two sweeps, silence after which nobody is
-- taken for able to beat, time such leases are given, the longest a lease can hold.
-- While nobody swept, nobody could beat either: the server was away, the machine slept, or its clock was set forward. So
-- leases that lapsed in a silence hold a little longer, but not after two sweeps in a row: what is lost is taken back.
-- Answers 1, or nil when somebody swept just now.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local last = redis.call('HMGET', KEYS[1], 'at', 'spared')
local at = last[1] and tonumber(last[1])
if at and at <= now and now - at < tonumber(ARGV[1]) then
  return false
end

local function set(from, to, score)
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], from, to)) do
    redis.call('ZADD', KEYS[2], score, id)
  end
end

local spares = at and now - at > tonumber(ARGV[2]) and last[2] ~= '1'
if spares then
  set('-inf', now + tonumber(ARGV[3]), now + tonumber(ARGV[3]))
end
local longest = now + tonumber(ARGV[4])
set('(' .. string.format('%d', longest), '+inf', longest) -- the clock was set back
redis.call('HSET', KEYS[1], 'at', string.format('%d', now), 'spared', spares and '1' or '0')
return 1
