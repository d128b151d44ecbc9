-- Moves a kept figure towards a new one: an exponential average.
-- KEYS: hash.  ARGV: field, figure, share of the new figure (0 to 1).  Answers the new average as text.
local old = redis.call('HGET', KEYS[1], ARGV[1])
local figure, share = tonumber(ARGV[2]), tonumber(ARGV[3])
local average = old and (tonumber(old) * (1 - share) + figure * share) or figure
local text = string.format('%.9g', average)
redis.call('HSET', KEYS[1], ARGV[1], text)
return text
