-- Hides an ended job's record and takes it out of every index; its files are due for removal after a while,
-- so that what a late worker still writes goes too.
-- KEYS: record, pending, published, leases, retention, records, tenant's jobs, tenant's active jobs, dead letters.
-- ARGV: job id, milliseconds until the files are due, token of this call.  Answers 1, or nil when no ended job is there.
local id = ARGV[1]
local record = redis.call('HMGET', KEYS[1], 'status', 'gone')
if record[2] == ARGV[3] then
  return 1 -- the answer was lost on its way and the question asked again
end
if not record[1] or record[2] or record[1] == 'queued' or record[1] == 'processing' then
  return false
end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('HSET', KEYS[1], 'gone', ARGV[3])
redis.call('ZREM', KEYS[2], id)
redis.call('ZREM', KEYS[3], id)
redis.call('ZREM', KEYS[4], id)
redis.call('ZADD', KEYS[5], now + tonumber(ARGV[2]), id)
redis.call('ZREM', KEYS[6], id)
redis.call('ZREM', KEYS[7], id)
redis.call('SREM', KEYS[8], id)
redis.call('ZREM', KEYS[9], id)
return 1
