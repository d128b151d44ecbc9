-- Renews a lease under its fence.
-- KEYS: record, leases.  ARGV: job id, fence, lease in milliseconds.
-- Answers the record's text, or nil when another attempt holds the job, it ended or is gone.
local record = redis.call('HMGET', KEYS[1], 'status', 'fence', 'doc', 'gone')
if record[1] ~= 'processing' or tonumber(record[2]) ~= tonumber(ARGV[2]) or record[4] then
  return false
end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZADD', KEYS[2], now + tonumber(ARGV[3]), ARGV[1])
return record[3]
