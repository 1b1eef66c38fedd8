"""What must happen in one step on the bus, as Lua."""

from typing import Final

APPEND: Final = """
-- One delta: graph, head and log together, or nothing where the log is not the writer's any more.
-- KEYS head nodes edges top fleet log
-- ARGV epoch base log_length entry, then for each of the four hashes: pairs, id, value, ..., removed, id, ...
local head = redis.call('GET', KEYS[1])
if not head then return 0 end
local epoch, seq = string.match(head, '"epoch":"(%d+)","seq":(%d+)')
if epoch ~= ARGV[1] or seq ~= ARGV[2] then return 0 end
local at = 5
for hash = 2, 5 do
  local pairs_ = tonumber(ARGV[at])
  at = at + 1
  for _ = 1, pairs_ do
    redis.call('HSET', KEYS[hash], ARGV[at], ARGV[at + 1])
    at = at + 2
  end
  local removed = tonumber(ARGV[at])
  at = at + 1
  for _ = 1, removed do
    redis.call('HDEL', KEYS[hash], ARGV[at])
    at = at + 1
  end
end
local nodes = redis.call('HLEN', KEYS[2])
local next_ = string.format('%d', tonumber(seq) + 1)
redis.call('SET', KEYS[1], '{"epoch":"' .. epoch .. '","seq":' .. next_ .. ',"nodes":' .. nodes .. '}')
redis.call('XADD', KEYS[6], 'MAXLEN', '=', ARGV[3], epoch .. '-' .. next_, 'd', ARGV[4])
return 1
"""

PLACE: Final = """
-- The host's place among the hosts: its own, or the lowest free one.
-- KEYS places  ARGV host
local place = redis.call('HGET', KEYS[1], ARGV[1])
if place then return tonumber(place) end
local taken = {}
for _, value in ipairs(redis.call('HVALS', KEYS[1])) do taken[tonumber(value)] = true end
local free = 0
while taken[free] do free = free + 1 end
redis.call('HSET', KEYS[1], ARGV[1], free)
return free
"""

KEPT: Final = """
-- A head and some hashes at one moment.
-- KEYS head hash ...
local answer = {redis.call('GET', KEYS[1])}
for number = 2, #KEYS do answer[number] = redis.call('HGETALL', KEYS[number]) end
return answer
"""
