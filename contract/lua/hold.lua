-- Promises a job room on disk, if it is there beside what others were promised.
-- KEYS: room, its leases.  ARGV: job id, bytes, bytes that would be left without the others' promises, lease in ms.
-- Answers 1, or nil when there is not enough.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now)) do
  redis.call('HDEL', KEYS[1], id)
  redis.call('ZREM', KEYS[2], id)
end
redis.call('HDEL', KEYS[1], ARGV[1])
local left = tonumber(ARGV[3])
for _, bytes in ipairs(redis.call('HVALS', KEYS[1])) do
  left = left - tonumber(bytes)
end
if left < 0 then
  redis.call('ZREM', KEYS[2], ARGV[1])
  return false
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('ZADD', KEYS[2], now + tonumber(ARGV[4]), ARGV[1])
return 1
