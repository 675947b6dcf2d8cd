-- ARGV: key
purge(256)
if redis.call('HEXISTS', values, ARGV[1]) == 0 then return 0 end
local was = expired(ARGV[1])
drop(ARGV[1])
if was then return 0 end
return 1
