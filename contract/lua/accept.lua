-- Takes a new job in, unless the line is full.
-- KEYS: record, pending, published, tenant's jobs, tenant's active jobs, workers, statistics, epoch, channel,
-- the line's shares, clock, own, work, moves, and the leases of promised room.
-- ARGV: JSON of {job_id, version, fence, status, created_ms, max_depth, token, share, rank, work}, record text,
-- announcement text.
-- Answers {'accepted'}, {'known'} (asked twice) or {'full', seconds a waiting job may take to be reached}.
local change = cjson.decode(ARGV[1])
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000 -- with its fraction: jobs of one millisecond keep their order

if redis.call('EXISTS', KEYS[1]) == 1 then
  return {'known'}
end

local depth = redis.call('ZCARD', KEYS[2])
if depth >= change.max_depth then
  local service = tonumber(redis.call('HGET', KEYS[7], 'service_ms') or '60000')
  local workers = math.max(1, redis.call('ZCOUNT', KEYS[6], now, '+inf'))
  return {'full', math.ceil(depth * service / workers / 1000)}
end

redis.call('HSET', KEYS[1], 'doc', ARGV[2], 'version', change.version, 'fence', change.fence,
  'status', change.status, 'token', change.token)
redis.call('ZADD', KEYS[2], now, change.job_id)
redis.call('ZADD', KEYS[3], now, change.job_id)
join({shares = KEYS[10], clock = KEYS[11], own = KEYS[12], work = KEYS[13], moves = KEYS[14]}, change, now)
redis.call('ZADD', KEYS[4], change.created_ms, change.job_id)
redis.call('SADD', KEYS[5], change.job_id)
redis.call('ZREM', KEYS[15], change.job_id) -- its room is promised to its end now
redis.call('SET', KEYS[8], string.format('%d:%s', now, change.token), 'NX')
redis.call('PUBLISH', KEYS[9], ARGV[3])
return {'accepted'}
