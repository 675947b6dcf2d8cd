-- ARGV: least and greatest of the range as ZRANGEBYLEX takes them, limit
local keys, from = {}, ARGV[1]
local limit = tonumber(ARGV[3])
while #keys < limit do
  local some = redis.call('ZRANGEBYLEX', index, from, ARGV[2], 'LIMIT', 0, limit)
  for _, key in ipairs(some) do
    if #keys < limit and not expired(key) then keys[#keys + 1] = key end
  end
  if #some < limit then break end
  from = '(' .. some[#some]
end
return keys
