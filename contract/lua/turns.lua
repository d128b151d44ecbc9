-- Turns in the line: what the scripts that move jobs in and out of it share. Read before accept.lua and change.lua.
-- `line`: names of the keys {shares, clock, own (the share's waiting jobs), work, moves}; `job`: {job_id, share, rank, work}.
local RANK = 1e13 -- far above any time in milliseconds, so that priority counts before age

-- A share that begins to wait starts at the clock: having waited for nothing earns nothing.
local function join(line, job, now)
  if redis.call('ZCARD', line.own) == 0 then
    local clock = tonumber(redis.call('GET', line.clock) or '0')
    local virtual = tonumber(redis.call('ZSCORE', line.shares, job.share) or '0')
    redis.call('ZADD', line.shares, math.max(clock, virtual), job.share)
  end
  redis.call('ZADD', line.own, job.rank * RANK + now, job.job_id)
  redis.call('HSET', line.work, job.job_id, job.work)
  redis.call('INCR', line.moves)
end

-- What an attempt really took is paid instead of what was expected; one handed back in good order is paid back.
local function settle(line, job, now)
  local text = redis.call('HGET', line.work, job.job_id)
  local work = text and cjson.decode(text)
  if work and work.claimed_ms then
    local taken = job.refunds and 0 or math.max(0, now - work.claimed_ms) / 1000
    redis.call('ZINCRBY', line.shares, taken - work.charge, work.share)
  end
  redis.call('HDEL', line.work, job.job_id)
  redis.call('INCR', line.moves)
end

local function leave(line, job)
  redis.call('ZREM', line.own, job.job_id)
end

-- The clock moves to the share's turn, and the share pays what its job is expected to cost.
local function take(line, job)
  local clock = tonumber(redis.call('GET', line.clock) or '0')
  local virtual = tonumber(redis.call('ZSCORE', line.shares, job.share) or clock)
  redis.call('SET', line.clock, string.format('%.17g', math.max(clock, virtual)))
  redis.call('ZADD', line.shares, virtual + job.charge, job.share)
  redis.call('HSET', line.work, job.job_id, job.work)
end
