-- ARGV: key
if expired(ARGV[1]) then return nil end
return redis.call('HGET', values, ARGV[1])
