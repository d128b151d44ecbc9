-- Which waiting jobs' messages should be sent (again), marking them as sent now.
-- KEYS: pending, published, the queue's own list.  ARGV: age in milliseconds after which a message may be lost,
-- longer age used while there are as many messages as jobs, most jobs to answer.
-- A message is a permit to take one job, whichever has its turn: what counts is how many there are. While there are
-- fewer than jobs, as many are due as are missing; else a few, lest some mean nothing: never above twice the jobs.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local waiting = redis.call('ZCARD', KEYS[1])
local messages = redis.call('LLEN', KEYS[3])
local missing = waiting - messages
local age = missing > 0 and tonumber(ARGV[1]) or tonumber(ARGV[2])
local room = math.min(tonumber(ARGV[3]), missing > 0 and missing or 2 * waiting + 16 - messages)
if room <= 0 then
  return {}
end
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], string.format('%d', now + 1000), '+inf', 'LIMIT', 0, room)) do
  redis.call('ZADD', KEYS[2], 0, id) -- sent in the future: the clock was set back since
end
local due = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now - age, 'LIMIT', 0, room)
for _, id in ipairs(due) do
  redis.call('ZADD', KEYS[2], now, id)
end
return due
