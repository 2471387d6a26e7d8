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
 * ARGV in the order of the names below. "": no `action`; no checkpoint (`whole`, the whole state); `kind` to `free` as before; never
 * (`wakeAt`); `still` as before. `moving` and `still` are the two parts of the state. `now`, `window` (of the answers) and `ttl` in ms,
 * `most` changes are kept at least, `publish` is the command for it, `outage` the start of the newest one known (0 for none).
 */
export const commitScript = script(
  "commit",
  `${keyNames}${rememberAnswer}
local id, expectedV, newV, prevHash, hash, at, moving, change, action, answer, whole, kind, name, status, isListed, seats, free, wakeAt,
  now, window, ttl, most, publish, channel, instance, outage, still = unpack(ARGV)
local since = false
if action ~= '' then
  local known = redis.call('HMGET', answers, action, 'since')
  local given = known[1] or redis.call('HGET', older, action)
  if given then return {given} end
  since = known[2]
end
local oldV, oldHash, oldStatus, wasListed, oldWakeAt, oldAt, created, oldOutage =
  unpack(redis.call('HMGET', game, 'v', 'hash', 'status', 'listed', 'wake', 'at', 'created', 'outage'))
if (oldV or '0') ~= expectedV or (oldV and oldHash ~= prevHash) then return redis.call('HMGET', game, ${quoted}) end
local keep = false
if whole ~= '' then
  keep = redis.call('ZREVRANGEBYSCORE', checkpoints, tonumber(newV) - tonumber(most), '-inf', 'LIMIT', 0, 1)[1]
end

-- The first write, because Redis may refuse it: a log that is left of a game whose record is gone takes no change before its end.
if whole ~= '' then
  redis.call('XADD', history, newV .. '-0', 't', at, 'p', prevHash, 'n', hash, 'c', change, 'i', action, 's', whole)
  redis.call('ZADD', checkpoints, newV, newV)
  redis.call('PEXPIRE', checkpoints, ttl)
else
  redis.call('XADD', history, newV .. '-0', 't', at, 'p', prevHash, 'n', hash, 'c', change, 'i', action)
end
-- Most changes change only these: the rest is written when it is another, which spares Redis half of the work and of its file.
redis.call('HSET', game, 'v', newV, 'hash', hash, 'at', at, 'state', moving, 'wake', wakeAt)
if still ~= '' then redis.call('HSET', game, 'still', still) end
if kind == '' then
  status, isListed = oldStatus, wasListed
else
  redis.call('HSET', game, 'kind', kind, 'name', name, 'status', status, 'listed', isListed, 'seats', seats, 'free', free)
end
if not created then
  created = at
  redis.call('HSET', game, 'created', at)
end
if outage ~= '0' and tonumber(outage) > tonumber(oldOutage or '0') then redis.call('HSET', game, 'outage', outage) end
if keep then
  redis.call('XTRIM', history, 'MINID', keep .. '-0')
  redis.call('ZREMRANGEBYSCORE', checkpoints, '-inf', '(' .. keep)
end
if action ~= '' then remember(action, answer, since, tonumber(now), tonumber(window), ttl) end
local ms, msBefore = tonumber(at), tonumber(oldAt or '-1')
if ms - ms % 60000 ~= msBefore - msBefore % 60000 then redis.call('ZADD', all, at, id) end
if isListed ~= (wasListed or '0') then
  if isListed == '1' then redis.call('ZADD', listed, created, id) else redis.call('ZREM', listed, id) end
end
if wakeAt ~= (oldWakeAt or '') then
  if wakeAt == '' then redis.call('ZREM', wake, id) else redis.call('ZADD', wake, wakeAt, id) end
end
if status ~= oldStatus then
  if oldStatus == 'running' then redis.call('SREM', running, id) end
  if oldStatus == 'paused' then redis.call('SREM', paused, id) end
  if oldStatus == 'finished' then redis.call('ZREM', finished, id) end
  if status == 'running' then redis.call('SADD', running, id) end
  if status == 'paused' then redis.call('SADD', paused, id) end
end
if status == 'finished' then redis.call('ZADD', finished, at, id) end
if ms - ms % 3600000 ~= msBefore - msBefore % 3600000 or status ~= oldStatus then
  for place = 1, 5 do redis.call('PEXPIRE', KEYS[place], ttl) end
end
local head = instance .. '\\n' .. newV .. '\\n' .. at .. '\\n' .. hash .. '\\n' .. #moving .. '\\n' .. #still .. '\\n'
redis.call(publish, channel, head .. moving .. still .. change)
return 1
`,
);

/** Gives the stored answer, or buries the action under `tombstone`. ARGV in the order of the names below; `now`, `window` and `ttl` in ms. */
export const resolveScript = script(
  "resolve",
  `${keyNames}${rememberAnswer}
local action, tombstone, now, window, ttl = unpack(ARGV)
local known = redis.call('HMGET', answers, action, 'since')
local given = known[1] or redis.call('HGET', older, action)
if given then return given end
remember(action, tombstone, known[2], tonumber(now), tonumber(window), ttl)
return tombstone
`,
);

/**
 * Forgets a game; the last key is that of its watchers. Unless `finishedBefore` and `untouchedSince` are "", only when it is finished or
 * unfinished and past them; gives 1 when it is gone. Whoever listens to it hears nothing he could understand, and looks again. ARGV in
 * the order of the names below.
 */
export const removeScript = script(
  "remove",
  `${keyNames}
local id, finishedBefore, untouchedSince, publish, channel = unpack(ARGV)
if finishedBefore ~= '' then
  local old = redis.call('HMGET', game, 'at', 'status')
  local at = tonumber(old[1])
  local before = old[2] == 'finished' and finishedBefore or untouchedSince
  if at and at >= tonumber(before) then return 0 end
end
redis.call('UNLINK', game, history, checkpoints, answers, older, watchers)
for place = 6, 9 do redis.call('ZREM', KEYS[place], id) end
redis.call('SREM', running, id)
redis.call('SREM', paused, id)
redis.call(publish, channel, '')
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
 * ARGV in the order of the names below; `ttl` in ms.
 */
export const watchersScript = script(
  "watchers",
  `
local instance, count, ttl, publish, channel = unpack(ARGV)
local counts = redis.call('HGETALL', KEYS[1])
local lines = count == '0' and {} or {instance, count}
for place = 1, #counts, 2 do
  if counts[place] ~= instance then
    lines[#lines + 1] = counts[place]
    lines[#lines + 1] = counts[place + 1]
  end
end
if count == '0' then
  redis.call('HDEL', KEYS[1], instance)
else
  redis.call('HSET', KEYS[1], instance, count)
  redis.call('PEXPIRE', KEYS[1], ttl)
end
redis.call(publish, channel, '\\n' .. table.concat(lines, '\\n'))
return 1
`,
);

/**
 * Keeps a word of feedback; gives 0 when it is kept already. KEYS: feedback, and, of one with an action id, where it is noted for `saidMs`
 * that it was said. ARGV in the order of the names below: `gameId` is "" for none, `most` words are kept.
 */
export const feedbackScript = script(
  "feedback",
  `
local feedback, said = KEYS[1], KEYS[2]
local at, gameId, text, most, saidMs = unpack(ARGV)
if said and redis.call('EXISTS', said) == 1 then return 0 end
redis.call('XADD', feedback, 'MAXLEN', '~', most, '*', 'at', at, 'game', gameId, 'text', text)
if said then redis.call('SET', said, '1', 'PX', saidMs) end
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
 * An instance begins to live. When nobody beat since the look that `seen` (instance, beat) remembers, nobody lives: an outage is
 * noted from the last moment somebody did (`aliveAt`) until now. ARGV: instance, server time, what was seen.
 */
export const arriveScript = script(
  "arrive",
  `${redisNow}
local beats, aliveAt, outages = KEYS[1], KEYS[2], KEYS[3]
local instance, at = ARGV[1], tonumber(ARGV[2])
local seen = {}
for place = 3, #ARGV, 2 do seen[ARGV[place]] = ARGV[place + 1] end
local others = redis.call('ZRANGE', beats, 0, -1, 'WITHSCORES')
local last = tonumber(redis.call('GET', aliveAt) or '')
local lives = false
for place = 1, #others, 2 do
  if seen[others[place]] ~= others[place + 1] then lives = true end
end
redis.call('ZADD', beats, now, instance)
if not lives and last and last < at then
  redis.call('ZADD', outages, at, string.format('%d', last))
  redis.call('ZREMRANGEBYRANK', outages, 0, -1001)
end
if not last or last < at then redis.call('SET', aliveAt, string.format('%d', at)) end
return lives and 1 or 0
`,
);

/**
 * An instance lives. Gives {1 when it was thought dead and nobody is clearing up after it any more, Redis time, {instance, beat, ...}, start
 * of the newest outage noted or nothing}. KEYS and ARGV in the order of the names below; `at` is server time.
 */
export const beatScript = script(
  "beat",
  `${redisNow}
local beats, aliveAt, takenForDead, reaper, outages = unpack(KEYS)
local instance, at = unpack(ARGV)
local last = tonumber(redis.call('GET', aliveAt) or '')
local wasDead = redis.call('EXISTS', takenForDead) == 1 and redis.call('EXISTS', reaper) == 0
local all = redis.call('ZRANGE', beats, 0, -1, 'WITHSCORES')
redis.call('ZADD', beats, now, instance)
if not last or last < tonumber(at) then redis.call('SET', aliveAt, at) end
return {wasDead and 1 or 0, now, all, redis.call('ZREVRANGE', outages, 0, 0)[1]}
`,
);
