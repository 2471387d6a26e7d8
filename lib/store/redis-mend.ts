// The script that holds one game's indexes and the end of its log against its record and, when asked to, sets the indexes right. It runs
// as one step, so that a server that changes the game meanwhile cannot be misjudged.
import { script } from "./redis-scripts.ts";

/** A day more than any retention may be set to: the sweep by the indexes forgets a game at its own time, this is for what it never finds. */
const longestMs = 3_651 * 86_400_000;

/**
 * Gives {1 when there is such a game, problem, ...}; a problem says so when it is mended. KEYS: those of a change, then the watchers'.
 * ARGV: 1 id, 2 mend 0/1.
 * Answers of a game that never came to be are no left-over: they stand for creates that must not happen any more, and expire.
 */
export const mendScript = script(
  "mend",
  `
local id, mends = ARGV[1], ARGV[2] == '1'
local row = redis.call('HMGET', KEYS[1], 'v', 'at', 'created', 'status', 'listed', 'wake', 'hash', 'state')
local there = redis.call('EXISTS', KEYS[1]) == 1
local found, fixes = {there and 1 or 0}, {}
local function wrong(problem, ...)
  local isMended = mends and select('#', ...) > 0
  if isMended then fixes[#fixes + 1] = {...} end
  found[#found + 1] = isMended and problem .. '; mended' or problem
end
local v, at, created, status, listed, wake = unpack(row, 1, 6)
local whole = v and at and created and status and listed and wake and row[7] and row[8]
if there and not whole then
  wrong('its record is not whole')
  return found
end
local newest = there and redis.call('XREVRANGE', KEYS[2], '+', '-', 'COUNT', 1)[1]
if there and not newest then
  wrong('its log is empty')
elseif newest and newest[1] ~= v .. '-0' then
  wrong('its log ends at version ' .. string.match(newest[1], '%d+') .. ', its state is at ' .. v)
elseif newest and newest[2][6] ~= row[7] then
  wrong('its log does not end where its state does')
end
local function sorted(key, name, score, exact)
  local has = redis.call('ZSCORE', key, id)
  if not score then
    if has then wrong('is in the index ' .. name .. ' and should not be', 'ZREM', key, id) end
  elseif not has then
    wrong('is missing from the index ' .. name, 'ZADD', key, score, id)
  elseif exact and tonumber(has) ~= tonumber(score) then
    wrong('stands at the wrong place in the index ' .. name, 'ZADD', key, score, id)
  end
end
local function plain(key, name, should)
  local has = redis.call('SISMEMBER', key, id) == 1
  if has and not should then wrong('is in the index ' .. name .. ' and should not be', 'SREM', key, id) end
  if should and not has then wrong('is missing from the index ' .. name, 'SADD', key, id) end
end
sorted(KEYS[6], 'all', there and at, false)
sorted(KEYS[7], 'listed', there and listed == '1' and created, true)
sorted(KEYS[8], 'wake', there and wake ~= '' and wake, true)
sorted(KEYS[9], 'finished', there and status == 'finished' and at, false)
plain(KEYS[10], 'running', there and status == 'running')
plain(KEYS[11], 'paused', there and status == 'paused')
for place = 1, 5 do
  local ttl = redis.call('PTTL', KEYS[place])
  if ttl == -1 and there then wrong('has a key that never expires', 'PEXPIRE', KEYS[place], '${longestMs}') end
  if ttl ~= -2 and not there and (place < 4 or ttl == -1) then wrong('is gone and has left a key', 'UNLINK', KEYS[place]) end
end
if not there and redis.call('EXISTS', KEYS[12]) == 1 then wrong('is gone and has left a key', 'UNLINK', KEYS[12]) end
for _, fix in ipairs(fixes) do redis.call(unpack(fix)) end
return found
`,
);
