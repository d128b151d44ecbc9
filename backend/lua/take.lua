-- One use of a moving window (GCRA: the theoretical arrival time of the next use is all that is kept).
-- KEYS[1]: the window. ARGV: uses allowed, window in milliseconds.
-- Gives {1 or 0 (refused), uses left, milliseconds until one more is free}.
local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000)
local limit, window = tonumber(ARGV[1]), tonumber(ARGV[2])
local spacing = window / limit
local arrival = math.max(tonumber(redis.call('GET', KEYS[1]) or now), now)
local early = arrival + spacing - window - now
if early > 0.5 then
  return {0, 0, math.ceil(early)}
end
arrival = arrival + spacing
redis.call('SET', KEYS[1], string.format('%.3f', arrival), 'PX', math.ceil(arrival - now))
local left = math.floor((window - (arrival - now)) / spacing + 0.001)
return {1, left, math.ceil(left > 0 and 0 or arrival + spacing - window - now)}
