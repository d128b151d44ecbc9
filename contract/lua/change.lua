-- Stores a job after one event, moves it between the indexes, and announces it: all or nothing.
-- KEYS: record, pending, published, leases, retention, tenant's active jobs, dead letters, statistics, channel,
-- the line's shares, clock, own, work, moves, and the promised room.
-- ARGV: JSON of the change, record text, announcement text.
-- Answers 'done', 'conflict' (the record moved meanwhile), 'held' (the lease still holds) or 'gone'.
local change = cjson.decode(ARGV[1])
local id = change.job_id
local line = {shares = KEYS[10], clock = KEYS[11], own = KEYS[12], work = KEYS[13], moves = KEYS[14]}
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000 -- with its fraction: jobs of one millisecond keep their order

local record = redis.call('HMGET', KEYS[1], 'version', 'token', 'gone')
if not record[1] or record[3] then
  return 'gone'
end
if record[2] == change.token then
  return 'done' -- the answer was lost on its way and the question asked again
end
if tonumber(record[1]) ~= change.expected then
  return 'conflict'
end
if change.needs_lapsed_lease then
  local lease = redis.call('ZSCORE', KEYS[4], id)
  if lease and tonumber(lease) > now then
    return 'held'
  end
end

redis.call('HSET', KEYS[1], 'doc', ARGV[2], 'version', change.version, 'fence', change.fence,
  'status', change.status, 'token', change.token)
if change.claims or change.status ~= 'processing' then
  leave(line, change)
  settle(line, change, now)
end
if change.status == 'queued' then
  redis.call('ZREM', KEYS[4], id)
  join(line, change, now)
  redis.call('ZADD', KEYS[2], now, id)
  redis.call('ZADD', KEYS[3], 0, id)
elseif change.status == 'processing' then
  redis.call('ZREM', KEYS[2], id)
  redis.call('ZREM', KEYS[3], id)
  if change.claims then
    take(line, change)
  end
  if change.renews_lease then
    redis.call('ZADD', KEYS[4], now + change.lease_ms, id)
  end
else
  redis.call('ZREM', KEYS[2], id)
  redis.call('ZREM', KEYS[3], id)
  redis.call('ZREM', KEYS[4], id)
  redis.call('SREM', KEYS[6], id)
  redis.call('ZADD', KEYS[5], change.expires_ms, id)
  redis.call('HDEL', KEYS[15], id)
  redis.call('HINCRBY', KEYS[8], 'ended:' .. change.status, 1)
  if change.failure then
    redis.call('HINCRBY', KEYS[8], 'failed:' .. change.failure, 1)
  end
  for name, seconds in pairs(change.spent or {}) do
    redis.call('HINCRBYFLOAT', KEYS[8], 'spent:' .. name, seconds)
  end
  if change.given_up then
    redis.call('ZADD', KEYS[7], now, id)
  end
  if change.service_ms then
    local old = tonumber(redis.call('HGET', KEYS[8], 'service_ms') or change.service_ms)
    redis.call('HSET', KEYS[8], 'service_ms', math.floor(old * 0.8 + change.service_ms * 0.2))
  end
end
redis.call('PUBLISH', KEYS[9], ARGV[3])
return 'done'
