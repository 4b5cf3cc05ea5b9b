-- presence.lua: who is there; per device, merged per person
--
-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- KEYS[1]: when the next device of each person runs out (a sorted set). KEYS[2…]: people, hashes with a field for each
-- device, "d" and its id, whose value is its status and when it runs out; the field "told" is the merged status as the
-- last caller learned it. ARGV[1]: what to do. ARGV[2]: now (milliseconds; 0: by Redis's clock).

local what, now = ARGV[1], tonumber(ARGV[2])
local most_devices = 64
-- Somebody expires people every few seconds; if nobody does any more, Redis forgets them after that.
local forget = 3600 * 1000
local rank = { online = 3, dnd = 2, away = 1 }

if now == 0 then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end

local function load(key)
  local fields = redis.call('HGETALL', key)
  local person = { key = key, devices = {}, n_devices = 0, told = 'offline' }
  for i = 1, #fields, 2 do
    local field, value = fields[i], fields[i + 1]
    if field == 'told' then
      person.told = value
    else
      local status, expires = string.match(value, '^(%a+) (%d+)$')
      person.devices[field] = { status = status, expires = tonumber(expires) }
      person.n_devices = person.n_devices + 1
    end
  end
  return person
end

local function put(person, field, status, expires)
  if not person.devices[field] then
    person.n_devices = person.n_devices + 1
  end
  person.devices[field] = { status = status, expires = expires }
  redis.call('HSET', person.key, field, string.format('%s %d', status, expires))
end

local function remove(person, field)
  if person.devices[field] then
    person.devices[field] = nil
    person.n_devices = person.n_devices - 1
    redis.call('HDEL', person.key, field)
  end
end

local function forget_expired(person)
  local expired = {}
  for field, device in pairs(person.devices) do
    if device.expires <= now then
      expired[#expired + 1] = field
    end
  end
  for _, field in ipairs(expired) do
    remove(person, field)
  end
end

local function forget_shortest_lived(person)
  local shortest
  for field, device in pairs(person.devices) do
    if not shortest or device.expires < person.devices[shortest].expires then
      shortest = field
    end
  end
  remove(person, shortest)
end

local function merge(person)
  local merged = 'offline'
  for _, device in pairs(person.devices) do
    if device.expires > now then
      if device.status == 'invisible' then
        return 'offline'
      end
      if (rank[device.status] or 0) > (rank[merged] or 0) then
        merged = device.status
      end
    end
  end
  return merged
end

-- After devices came, went or were renewed.
local function note(person, id, told)
  local first, last
  for _, device in pairs(person.devices) do
    first = math.min(first or device.expires, device.expires)
    last = math.max(last or device.expires, device.expires)
  end
  if not first then
    redis.call('DEL', person.key)
    redis.call('ZREM', KEYS[1], id)
    return
  end
  if told ~= person.told then
    redis.call('HSET', person.key, 'told', told)
  end
  redis.call('PEXPIRE', person.key, last - now + forget)
  redis.call('ZADD', KEYS[1], first, id)
  redis.call('PEXPIRE', KEYS[1], 24 * forget)
end

local operations = {}

-- user, device, status, milliseconds → whether the merged status changed, the merged status
function operations.set(id, device, status, lasts)
  local person, field = load(KEYS[2]), 'd' .. device
  forget_expired(person)
  if status == 'offline' then
    remove(person, field)
  else
    if not person.devices[field] and person.n_devices >= most_devices then
      forget_shortest_lived(person)
    end
    put(person, field, status, now + tonumber(lasts))
  end
  local merged = merge(person)
  note(person, id, merged)
  return { merged ~= person.told and 1 or 0, merged }
end

-- user, device, milliseconds, status → the device's status, "" when it is not known.
-- A status is what the device had as its instance knows: then one that Redis lost comes back, and nobody is told, as
-- nobody was told that it went. One that ran out and was not swept yet comes back in any case.
function operations.renew(id, device, lasts, status)
  local person, field = load(KEYS[2]), 'd' .. device
  local known = person.devices[field]
  local told = person.told
  if not known and status == '' then
    return ''
  end
  if known then
    status = known.status
  end
  put(person, field, status, now + tonumber(lasts))
  if not known then
    told = merge(person)
  end
  note(person, id, told)
  return status
end

-- user, device, milliseconds, status: what an instance kept while it could not reach Redis. Whoever knows the device
-- for longer is right.
function operations.restore(id, device, lasts, status)
  local person, field = load(KEYS[2]), 'd' .. device
  local known, expires = person.devices[field], now + tonumber(lasts)
  if not known or known.expires < expires then
    forget_expired(person)
    put(person, field, status, expires)
    note(person, id, merge(person))
  end
  return 1
end

-- → the merged status of each
function operations.get()
  local statuses = {}
  for i = 2, #KEYS do
    statuses[i - 1] = merge(load(KEYS[i]))
  end
  return statuses
end

-- what keys begin with, how many people at most → the ids of those who went, and then how many were looked at
function operations.expire(prefix, limit)
  local ids = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, limit)
  local gone = {}
  for _, id in ipairs(ids) do
    local person = load(prefix .. id)
    forget_expired(person)
    local merged = merge(person)
    if merged == 'offline' and person.told ~= 'offline' then
      gone[#gone + 1] = id
    end
    -- A device less may also lower online to away; that is told with the next set, which compares with told.
    note(person, id, merged == 'offline' and merged or person.told)
  end
  gone[#gone + 1] = #ids
  return gone
end

return operations[what](unpack(ARGV, 3))
