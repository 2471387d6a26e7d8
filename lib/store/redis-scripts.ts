// The scripts that change a game in Redis, one per mutation. Each reads everything before it writes anything, because Redis does
// not roll a script back; none looks into a state. Keys come in the order of `changeKeys`.
import { createHash } from "node:crypto";
import { gameFields } from "./redis-record.ts";

export interface Script {
  readonly name: string;
  readonly lua: string;
  readonly sha: string;
}

export function script(name: string, lua: string): Script {
  return { name, lua, sha: createHash("sha1").update(lua).digest("hex") };
}

const quoted = gameFields.map((field) => `'${field}'`).join(", ");

const keyNames = `
local game, history, checkpoints, answers, older, all, listed, wake, finished, running, paused, watchers = unpack(KEYS)
`;

/** An answer is found for at least one window after it was given: the set in use moves aside once it is that old. */
const rememberAnswer = `
local function remember(action, answer, since, now, window, ttl)
  if since and now - tonumber(since) > window then
    redis.call('RENAME', answers, older)
    since = false
  end
  if since then
    redis.call('HSET', answers, action, answer)
  else
    redis.call('HSET', answers, action, answer, 'since', string.format('%d', now))
    redis.call('PEXPIRE', answers, ttl)
  end
end
`;

/**
 * Gives 1 (ok), {answer} (duplicate), or the game as it is (conflict): `gameFields`, nothing of a game that is not there.
 * ARGV: 1 id, 2 expected v, 3 new v, 4 hash before, 5 hash, 6 at, 7 what moves of the state, 8 change, 9 action ("" for none), 10 answer,
 * 11 the whole state, for a checkpoint ("" for none), 12 kind, 13 name, 14 status, 15 listed 0/1, 16 seats, 17 seats free (12 to 17 are
 * "" when they are as before), 18 wake at ("" for never), 19 now, 20 answers window ms, 21 time to live ms, 22 most changes kept,
 * 23 publish command, 24 channel, 25 instance, 26 newest outage known (0 for none), 27 what is still of the state ("" when as before).
 */
export const commitScript = script(
  "commit",
  `${keyNames}${rememberAnswer}
local id, newV, at, action = ARGV[1], ARGV[3], ARGV[6], ARGV[9]
local ttl, most, v = ARGV[21], tonumber(ARGV[22]), tonumber(newV)
local since = false
if action ~= '' then
  local known = redis.call('HMGET', answers, action, 'since')
  local answer = known[1] or redis.call('HGET', older, action)
  if answer then return {answer} end
  since = known[2]
end
local old = redis.call('HMGET', game, 'v', 'hash', 'status', 'listed', 'wake', 'at', 'created', 'outage')
if (old[1] or '0') ~= ARGV[2] or (old[1] and old[2] ~= ARGV[4]) then return redis.call('HMGET', game, ${quoted}) end
local status, isListed, wakeAt = ARGV[14], ARGV[15], ARGV[18]
local keep = false
if ARGV[11] ~= '' then
  keep = redis.call('ZREVRANGEBYSCORE', checkpoints, v - most, '-inf', 'LIMIT', 0, 1)[1]
end

-- The first write, because Redis may refuse it: a log that is left of a game whose record is gone takes no change before its end.
if ARGV[11] ~= '' then
  redis.call('XADD', history, newV .. '-0', 't', at, 'p', ARGV[4], 'n', ARGV[5], 'c', ARGV[8], 'i', action, 's', ARGV[11])
  redis.call('ZADD', checkpoints, newV, newV)
  redis.call('PEXPIRE', checkpoints, ttl)
else
  redis.call('XADD', history, newV .. '-0', 't', at, 'p', ARGV[4], 'n', ARGV[5], 'c', ARGV[8], 'i', action)
end
-- Most changes change only these: the rest is written when it is another, which spares Redis half of the work and of its file.
redis.call('HSET', game, 'v', newV, 'hash', ARGV[5], 'at', at, 'state', ARGV[7], 'wake', wakeAt)
if ARGV[27] ~= '' then redis.call('HSET', game, 'still', ARGV[27]) end
if ARGV[12] == '' then
  status, isListed = old[3], old[4]
else
  redis.call('HSET', game, 'kind', ARGV[12], 'name', ARGV[13], 'status', status, 'listed', isListed, 'seats', ARGV[16], 'free', ARGV[17])
end
local created = old[7] or at
if not old[7] then redis.call('HSET', game, 'created', at) end
if ARGV[26] ~= '0' and tonumber(ARGV[26]) > tonumber(old[8] or '0') then redis.call('HSET', game, 'outage', ARGV[26]) end
if keep then
  redis.call('XTRIM', history, 'MINID', keep .. '-0')
  redis.call('ZREMRANGEBYSCORE', checkpoints, '-inf', '(' .. keep)
end
if action ~= '' then remember(action, ARGV[10], since, tonumber(ARGV[19]), tonumber(ARGV[20]), ttl) end
local ms, msBefore = tonumber(at), tonumber(old[6] or '-1')
if ms - ms % 60000 ~= msBefore - msBefore % 60000 then redis.call('ZADD', all, at, id) end
if isListed ~= (old[4] or '0') then
  if isListed == '1' then redis.call('ZADD', listed, created, id) else redis.call('ZREM', listed, id) end
end
if wakeAt ~= (old[5] or '') then
  if wakeAt == '' then redis.call('ZREM', wake, id) else redis.call('ZADD', wake, wakeAt, id) end
end
if status ~= old[3] then
  if old[3] == 'running' then redis.call('SREM', running, id) end
  if old[3] == 'paused' then redis.call('SREM', paused, id) end
  if old[3] == 'finished' then redis.call('ZREM', finished, id) end
  if status == 'running' then redis.call('SADD', running, id) end
  if status == 'paused' then redis.call('SADD', paused, id) end
end
if status == 'finished' then redis.call('ZADD', finished, at, id) end
if ms - ms % 3600000 ~= msBefore - msBefore % 3600000 or status ~= old[3] then
  for place = 1, 5 do redis.call('PEXPIRE', KEYS[place], ttl) end
end
local head = ARGV[25] .. '\\n' .. newV .. '\\n' .. at .. '\\n' .. ARGV[5] .. '\\n' .. #ARGV[7] .. '\\n' .. #ARGV[27] .. '\\n'
redis.call(ARGV[23], ARGV[24], head .. ARGV[7] .. ARGV[27] .. ARGV[8])
return 1
`,
);

/** Gives the stored answer, or buries the action under `tombstone`. ARGV: 1 action, 2 tombstone, 3 now, 4 answers window ms, 5 time to live ms. */
export const resolveScript = script(
  "resolve",
  `${keyNames}${rememberAnswer}
local known = redis.call('HMGET', answers, ARGV[1], 'since')
local answer = known[1] or redis.call('HGET', older, ARGV[1])
if answer then return answer end
remember(ARGV[1], ARGV[2], known[2], tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5]))
return ARGV[2]
`,
);

/**
 * Forgets a game; the last key is that of its watchers. With ARGV 2 and 3 only when it is finished or unfinished and past them; gives 1 when it is gone.
 * Whoever listens to it hears nothing he could understand, and looks again. ARGV: 1 id, 2 finished before or "", 3 untouched since or "",
 * 4 publish command, 5 channel.
 */
export const removeScript = script(
  "remove",
  `${keyNames}
local id = ARGV[1]
if ARGV[2] ~= '' then
  local old = redis.call('HMGET', game, 'at', 'status')
  local at = tonumber(old[1])
  local before = old[2] == 'finished' and ARGV[2] or ARGV[3]
  if at and at >= tonumber(before) then return 0 end
end
redis.call('UNLINK', game, history, checkpoints, answers, older, KEYS[12])
for place = 6, 9 do redis.call('ZREM', KEYS[place], id) end
redis.call('SREM', running, id)
redis.call('SREM', paused, id)
redis.call(ARGV[4], ARGV[5], '')
return 1
`,
);

/** The newest checkpoint at or below ARGV 1: {v, state}, or nothing. */
export const checkpointScript = script(
  "checkpoint",
  `
local v = redis.call('ZREVRANGEBYSCORE', KEYS[2], ARGV[1], '-inf', 'LIMIT', 0, 1)[1]
if not v then return false end
local row = redis.call('XRANGE', KEYS[1], v .. '-0', v .. '-0')[1]
if not row then return false end
return {v, row[2][12]}
`,
);

/**
 * So many watch a game at one instance. Publishes, after an empty line, all instances and their counts, each on a line. KEYS: watchers.
 * ARGV: 1 instance, 2 count, 3 time to live ms, 4 publish command, 5 channel.
 */
export const watchersScript = script(
  "watchers",
  `
local counts = redis.call('HGETALL', KEYS[1])
local lines = ARGV[2] == '0' and {} or {ARGV[1], ARGV[2]}
for place = 1, #counts, 2 do
  if counts[place] ~= ARGV[1] then
    lines[#lines + 1] = counts[place]
    lines[#lines + 1] = counts[place + 1]
  end
end
if ARGV[2] == '0' then
  redis.call('HDEL', KEYS[1], ARGV[1])
else
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
end
redis.call(ARGV[4], ARGV[5], '\\n' .. table.concat(lines, '\\n'))
return 1
`,
);

/**
 * Keeps a word of feedback; gives 0 when it is kept already. KEYS: feedback, and, of one with an action id, where it is noted that it was
 * said. ARGV: 1 at, 2 game id ("" for none), 3 text, 4 most words kept, 5 how long it is noted, ms.
 */
export const feedbackScript = script(
  "feedback",
  `
if KEYS[2] and redis.call('EXISTS', KEYS[2]) == 1 then return 0 end
redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[4], '*', 'at', ARGV[1], 'game', ARGV[2], 'text', ARGV[3])
if KEYS[2] then redis.call('SET', KEYS[2], '1', 'PX', ARGV[5]) end
return 1
`,
);

/** Forgets old words, of the oldest ones; gives how many. KEYS: feedback. ARGV: 1 said before, 2 most words looked at. */
export const expireFeedbackScript = script(
  "expire-feedback",
  `
local gone = 0
for _, row in ipairs(redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', ARGV[2])) do
  if tonumber(row[2][2]) < tonumber(ARGV[1]) then gone = gone + redis.call('XDEL', KEYS[1], row[1]) end
end
return gone
`,
);

const redisNow = `
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
`;

/** Who beat when, by the clock of the node that keeps it: {Redis time, {instance, beat, ...}}. KEYS: beats. */
export const lookScript = script("look", `${redisNow}\nreturn {now, redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')}\n`);

/**
 * An instance begins to live. When nobody beat since the look that ARGV 3.. (instance, beat) remembers, nobody lives: an outage is
 * noted from the last moment somebody did until now. KEYS: beats, last, outages. ARGV: 1 instance, 2 server time, 3.. what was seen.
 */
export const arriveScript = script(
  "arrive",
  `${redisNow}
local seen = {}
for place = 3, #ARGV, 2 do seen[ARGV[place]] = ARGV[place + 1] end
local others = redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')
local last = tonumber(redis.call('GET', KEYS[2]) or '')
local at = tonumber(ARGV[2])
local lives = false
for place = 1, #others, 2 do
  if seen[others[place]] ~= others[place + 1] then lives = true end
end
redis.call('ZADD', KEYS[1], now, ARGV[1])
if not lives and last and last < at then
  redis.call('ZADD', KEYS[3], at, string.format('%d', last))
  redis.call('ZREMRANGEBYRANK', KEYS[3], 0, -1001)
end
if not last or last < at then redis.call('SET', KEYS[2], string.format('%d', at)) end
return lives and 1 or 0
`,
);

/**
 * An instance lives. Gives {1 when it was thought dead and nobody is clearing up after it any more, Redis time, {instance, beat, ...}, start
 * of the newest outage noted or nothing}. KEYS: beats, last, taken for dead, reaper, outages. ARGV: 1 instance, 2 server time.
 */
export const beatScript = script(
  "beat",
  `${redisNow}
local last = tonumber(redis.call('GET', KEYS[2]) or '')
local wasDead = redis.call('EXISTS', KEYS[3]) == 1 and redis.call('EXISTS', KEYS[4]) == 0
local all = redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')
redis.call('ZADD', KEYS[1], now, ARGV[1])
if not last or last < tonumber(ARGV[2]) then redis.call('SET', KEYS[2], ARGV[2]) end
return {wasDead and 1 or 0, now, all, redis.call('ZREVRANGE', KEYS[5], 0, 0)[1]}
`,
);
