-- Enters a new upload, unless its caller has too many open.
-- KEYS: the record, every open upload by expiry, the caller's open uploads by expiry
-- ARGV: upload id, record, expiry in ms, ms it is remembered after that, most open ones (0: any number)
-- Returns 1 when it was entered, else 0.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local forgotten = tonumber(ARGV[3]) + tonumber(ARGV[4])
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', now)
if tonumber(ARGV[5]) > 0 and redis.call('ZCARD', KEYS[3]) >= tonumber(ARGV[5]) then
  return 0
end
redis.call('SET', KEYS[1], ARGV[2], 'PXAT', string.format('%.0f', forgotten))
redis.call('ZADD', KEYS[2], ARGV[3], ARGV[1])
redis.call('ZADD', KEYS[3], ARGV[3], ARGV[1])
redis.call('PEXPIREAT', KEYS[3], string.format('%.0f', forgotten))
return 1
