-- bucket.lua: takes tokens that were given out already, and says how many there are now
--
-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- KEYS[1]: the bucket. ARGV: now (milliseconds; 0: by Redis's clock), tokens per second, tokens at most, tokens taken.
-- The level may fall below nothing: what instances gave out before they heard of each other is paid back.

local now, rate, burst, taken = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local day = 24 * 3600 * 1000

if now == 0 then
  local time = redis.call('TIME')
  now = time[1] * 1000 + time[2] / 1000
end

local state = redis.call('HMGET', KEYS[1], 'tokens', 'counted')
local tokens, counted = tonumber(state[1]) or burst, tonumber(state[2]) or now

tokens = math.min(burst, tokens + math.max(0, now - counted) * rate / 1000) - taken
redis.call('HSET', KEYS[1], 'tokens', string.format('%.17g', tokens), 'counted', string.format('%.17g', now))
-- A full bucket says nothing that its absence does not.
redis.call('PEXPIRE', KEYS[1], math.ceil(math.min(day, (burst - tokens) / rate * 1000)) + 1000)
return string.format('%.17g', tokens)
