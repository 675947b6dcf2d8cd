-- A namespace is
--   KEYS[1] a hash of its values,
--   KEYS[2] a sorted set of its keys, all of score 0 and so in the order of their bytes,
--   KEYS[3] a sorted set of those keys that expire, by the ms of their expiry,
--   KEYS[4] the bytes in use.
-- The four have one hash tag, so they are in one slot of a cluster.
local values, index, expiries, usage = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)

local function cost(key)
  return #key + redis.call('HSTRLEN', values, key) + 64
end

local function drop(key)
  redis.call('DECRBY', usage, cost(key))
  redis.call('HDEL', values, key)
  redis.call('ZREM', index, key)
  redis.call('ZREM', expiries, key)
end

local function purge(most)
  for _, key in ipairs(redis.call('ZRANGEBYSCORE', expiries, '-inf', now, 'LIMIT', 0, most)) do
    drop(key)
  end
end

local function expired(key)
  local at = redis.call('ZSCORE', expiries, key)
  return at and tonumber(at) <= now
end

-- store puts a value unless that grows the namespace over its quota.
local function store(key, value, quota, ttl)
  local function more()
    local n = #key + #value + 64
    if redis.call('HEXISTS', values, key) == 1 then n = n - cost(key) end
    return n
  end
  local function over(n)
    return quota >= 0 and n > 0 and tonumber(redis.call('GET', usage) or '0') + n > quota
  end
  local n = more()
  if over(n) then
    purge(1000000)
    n = more()
    if over(n) then return false end
  end
  redis.call('HSET', values, key, value)
  redis.call('ZADD', index, 0, key)
  if ttl ~= 0 then
    redis.call('ZADD', expiries, string.format('%.0f', now + ttl), key)
  else
    redis.call('ZREM', expiries, key)
  end
  redis.call('INCRBY', usage, n)
  return true
end
