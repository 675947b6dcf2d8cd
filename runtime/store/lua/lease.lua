-- KEYS[1] a bucket: a hash of its level, the time in µs when it had that, and for
-- each gateway "kept till out": the tokens for which a place is kept and until
-- when, and those that are out without one, but may come back as long as nothing
-- has flowed into their place. All of them and the level are at most the burst.
-- ARGV: tokens a second, burst, least, want, how many of those are spent at once,
-- those that come back, those still held with a place and without, the µs for which
-- to keep what is granted or 0, this gateway's field
-- Returns the tokens granted, the µs until there are more, 1 if they are kept.
local rate, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local least, want = tonumber(ARGV[3]), tonumber(ARGV[4])
local spent, back, held, loose = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8])
local keep, me = tonumber(ARGV[9]), ARGV[10]
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]

local had, gateways, kept = {}, {}, 0
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  local n, till, out = string.match(all[i + 1], '^(%S+) (%S+) (%S+)$')
  if n then
    gateways[#gateways + 1] = {field = all[i], kept = tonumber(n), till = tonumber(till), out = tonumber(out)}
    kept = kept + tonumber(n)
  else
    had[all[i]] = tonumber(all[i + 1])
  end
end
table.sort(gateways, function(a, b) return a.till < b.till end)

-- A clock that was set back gives nothing and takes nothing.
local level, time = had.level or burst, had.time or now
local function pass(at)
  local room = math.max(0, burst - kept)
  level = math.min(room, level + math.max(0, at - time) * rate / 1000000)
  for _, g in ipairs(gateways) do
    room = room - g.out
  end
  for _, g in ipairs(gateways) do
    local over = math.max(0, math.min(g.out, level - room))
    g.out, room = g.out - over, room + over
  end
  time = math.max(time, at)
end
local mine, last = nil, now
for _, g in ipairs(gateways) do
  if g.kept > 0 and g.till <= now then
    pass(g.till)
    kept, g.kept, g.out = kept - g.kept, 0, g.out + g.kept
  end
  if g.field == me then
    mine = g
  elseif g.kept > 0 then
    last = g.till
  end
end
pass(now)
if not mine then
  mine = {field = me, kept = 0, till = 0, out = 0}
  gateways[#gateways + 1] = mine
end

-- The caller says anew what it has; what it does not have any more it has spent.
held = math.min(held, mine.kept)
back = math.min(back, mine.out + mine.kept - held)
level = level + back
mine.out = math.min(loose, mine.out + mine.kept - held - back)
kept, mine.kept = kept - mine.kept, held

-- 1e-6 of a token: a caller that waited as it was told is not refused for the
-- rounding of a sum.
local granted = math.min(want, math.floor(level + 1e-6))
local wait = 0
if granted < least then
  granted = 0
  wait = math.ceil((least - level) / rate * 1000000)
  if least > burst - kept then
    -- It needs what others keep: nobody keeps more until it could have come.
    wait = math.max(wait, last - now)
    had.whole = now + 2 * wait
    redis.call('HSET', KEYS[1], 'whole', string.format('%.0f', had.whole))
  end
elseif granted < want then
  wait = math.ceil((1 - (level - granted)) / rate * 1000000)
end
level = level - granted
if granted == 0 or had.whole and now < had.whole then keep = 0 end
if keep > 0 then
  mine.kept, mine.till = held + math.max(0, granted - spent), now + keep
else
  mine.out = mine.out + math.max(0, granted - spent)
end
if mine.kept > 0 then last = math.max(last, mine.till) end
for _, g in ipairs(gateways) do
  if g.kept > 0 or g.out > 1e-6 then
    redis.call('HSET', KEYS[1], g.field, string.format('%.0f %.0f %.17g', g.kept, g.till, g.out))
  else
    redis.call('HDEL', KEYS[1], g.field)
  end
end
redis.call('HSET', KEYS[1], 'level', string.format('%.17g', level), 'time', string.format('%.0f', now))
-- A full bucket holds no information.
local rest = (burst - level) / rate * 1000 + (last - now) / 1000
redis.call('PEXPIRE', KEYS[1], string.format('%.0f', math.ceil(rest) + 1))
return {granted, wait, keep > 0 and 1 or 0}
