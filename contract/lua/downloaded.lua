-- A download begins the shorter time an ended job's files are kept.
-- KEYS: record, retention.  ARGV: job id, milliseconds.
-- The record keeps the earlier end beside its text, so that readers see it too.
local time = redis.call('TIME')
local until_ms = time[1] * 1000 + math.floor(time[2] / 1000) + tonumber(ARGV[2])
local due = redis.call('ZSCORE', KEYS[2], ARGV[1])
if due and until_ms < tonumber(due) and redis.call('HEXISTS', KEYS[1], 'gone') == 0 then
  redis.call('ZADD', KEYS[2], until_ms, ARGV[1])
  redis.call('HSET', KEYS[1], 'expires_ms', string.format('%d', until_ms))
end
