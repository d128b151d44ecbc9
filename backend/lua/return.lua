-- Gives back one use of a moving window, for a request that made no job.
-- KEYS[1]: the window. ARGV: uses allowed, window in milliseconds.
local arrival = redis.call('GET', KEYS[1])
if arrival then
  redis.call('SET', KEYS[1], string.format('%.3f', tonumber(arrival) - tonumber(ARGV[2]) / tonumber(ARGV[1])), 'KEEPTTL')
end
return 1
