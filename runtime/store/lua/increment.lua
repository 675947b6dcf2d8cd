-- ARGV: key, delta, quota. Lua's numbers have 53 bits, so Redis adds.
local key = ARGV[1]
purge(256)
if expired(key) then drop(key) end
local was = redis.call('HGET', values, key)
local sum = redis.pcall('HINCRBY', values, key, ARGV[2])
if type(sum) == 'table' and sum.err then
  return redis.error_reply('EINVAL no number, or beyond 64 bits')
end
sum = redis.call('HGET', values, key)
if was then
  redis.call('HSET', values, key, was)
else
  redis.call('HDEL', values, key)
end
local at = redis.call('ZSCORE', expiries, key)
if not store(key, sum, tonumber(ARGV[3]), 0) then
  return redis.error_reply('E2BIG over the quota')
end
if at then redis.call('ZADD', expiries, at, key) end
return sum
