-- KEYS[1] a bucket: a hash of its level and the time in µs when it had that.
-- ARGV: tokens a second, burst, least, want
-- Returns the tokens granted and the µs until least are there.
local rate, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local least, want = tonumber(ARGV[3]), tonumber(ARGV[4])
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
local had = redis.call('HMGET', KEYS[1], 'level', 'time')
local level = burst
if had[1] then
  -- A clock that was set back gives nothing and takes nothing.
  level = math.min(burst, had[1] + math.max(0, now - had[2]) * rate / 1000000)
end
-- 1e-6 of a token: a caller that waited as it was told is not refused for the
-- rounding of a sum.
local granted = math.min(want, math.floor(level + 1e-6))
local wait = 0
if granted < least then
  granted = 0
  wait = math.ceil((least - level) / rate * 1000000)
elseif granted < want then
  wait = math.ceil((1 - (level - granted)) / rate * 1000000)
end
level = level - granted
redis.call('HSET', KEYS[1], 'level', string.format('%.17g', level), 'time', string.format('%.0f', now))
-- A full bucket holds no information.
redis.call('PEXPIRE', KEYS[1], string.format('%.0f', math.ceil((burst - level) / rate * 1000) + 1))
return {granted, wait}
