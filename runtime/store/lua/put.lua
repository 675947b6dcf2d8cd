-- ARGV: key, value, quota, ttl in ms, "" to put, "absent" or "old" to compare, the old value
local key, value = ARGV[1], ARGV[2]
purge(256)
if ARGV[5] ~= '' then
  local was = redis.call('HGET', values, key)
  if expired(key) then was = false end
  if ARGV[5] == 'absent' and was or ARGV[5] == 'old' and was ~= ARGV[6] then
    return redis.error_reply('EEXIST it is another')
  end
end
if not store(key, value, tonumber(ARGV[3]), tonumber(ARGV[4])) then
  return redis.error_reply('E2BIG over the quota')
end
return 1
