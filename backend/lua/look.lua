-- What is left of a moving window, without using any of it.
-- KEYS[1]: the window. ARGV: uses allowed, window in milliseconds. Gives {uses left, milliseconds until one more is free}.
local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000)
local limit, window = tonumber(ARGV[1]), tonumber(ARGV[2])
local spacing = window / limit
local arrival = math.max(tonumber(redis.call('GET', KEYS[1]) or now), now)
local left = math.floor((window - (arrival - now)) / spacing + 0.001)
return {left, math.ceil(left > 0 and 0 or arrival + spacing - window - now)}
