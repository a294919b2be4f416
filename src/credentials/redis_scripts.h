#pragma once

// What Redis does in one step. The layout is that of deployments in the field; keys of ours beside it:
//   trinity:credential:<id>:agents     set: who it is assigned to
//   trinity:agent:<agent>:servers      set: MCP servers that the agent has ties for
//   trinity:index                      the two above are complete
//   trinity_vault                      hash: key id -> mark
namespace trinity::credentials::redis_scripts {

/// id, owner, secret, then fields and values.
inline constexpr const char* put = R"(
local id, owner = ARGV[1], ARGV[2]
local meta = 'credentials:' .. id .. ':metadata'
local before = redis.call('HGET', meta, 'user_id')
if before and before ~= owner then redis.call('SREM', 'user:' .. before .. ':credentials', id) end
redis.call('DEL', meta)
redis.call('HSET', meta, unpack(ARGV, 4))
redis.call('SET', 'credentials:' .. id .. ':secret', ARGV[3])
redis.call('SADD', 'user:' .. owner .. ':credentials', id)
return 1)";

/// ids. For each: the secret (empty: none), then fields and values; an empty list when there is no credential.
inline constexpr const char* read = R"(
local all = {}
for i, id in ipairs(ARGV) do
  local one = {}
  local fields = redis.call('HGETALL', 'credentials:' .. id .. ':metadata')
  if #fields > 0 then
    one[1] = redis.call('GET', 'credentials:' .. id .. ':secret') or ''
    for j, field in ipairs(fields) do one[j + 1] = field end
  end
  all[i] = one
end
return all)";

/// id. 1: there was one.
inline constexpr const char* remove = R"(
local id = ARGV[1]
local meta = 'credentials:' .. id .. ':metadata'
local agents = 'trinity:credential:' .. id .. ':agents'
local owner = redis.call('HGET', meta, 'user_id')
if owner then redis.call('SREM', 'user:' .. owner .. ':credentials', id) end
for _, agent in ipairs(redis.call('SMEMBERS', agents)) do redis.call('SREM', 'agent:' .. agent .. ':credentials', id) end
redis.call('DEL', agents, 'credentials:' .. id .. ':secret')
return redis.call('DEL', meta))";

/// agent, ids.
inline constexpr const char* assign = R"(
local agent = ARGV[1]
for i = 2, #ARGV do
  if redis.call('EXISTS', 'credentials:' .. ARGV[i] .. ':metadata') == 1 then
    redis.call('SADD', 'agent:' .. agent .. ':credentials', ARGV[i])
    redis.call('SADD', 'trinity:credential:' .. ARGV[i] .. ':agents', agent)
  end
end
return 1)";

/// agent, id. 1: it was assigned.
inline constexpr const char* unassign = R"(
redis.call('SREM', 'trinity:credential:' .. ARGV[2] .. ':agents', ARGV[1])
return redis.call('SREM', 'agent:' .. ARGV[1] .. ':credentials', ARGV[2]))";

/// agent.
inline constexpr const char* forget_agent = R"(
local agent = ARGV[1]
local assigned = 'agent:' .. agent .. ':credentials'
local servers = 'trinity:agent:' .. agent .. ':servers'
for _, id in ipairs(redis.call('SMEMBERS', assigned)) do
  redis.call('SREM', 'trinity:credential:' .. id .. ':agents', agent)
end
for _, server in ipairs(redis.call('SMEMBERS', servers)) do
  redis.call('DEL', 'agent:' .. agent .. ':mcp:' .. server .. ':credential_id')
end
redis.call('DEL', assigned, servers)
return 1)";

/// agent, MCP server, id.
inline constexpr const char* tie = R"(
redis.call('SET', 'agent:' .. ARGV[1] .. ':mcp:' .. ARGV[2] .. ':credential_id', ARGV[3])
redis.call('SADD', 'trinity:agent:' .. ARGV[1] .. ':servers', ARGV[2])
return 1)";

/// agent. MCP servers and ids in turn, of credentials that are there.
inline constexpr const char* ties_of = R"(
local ties = {}
for _, server in ipairs(redis.call('SMEMBERS', 'trinity:agent:' .. ARGV[1] .. ':servers')) do
  local id = redis.call('GET', 'agent:' .. ARGV[1] .. ':mcp:' .. server .. ':credential_id')
  if id and redis.call('EXISTS', 'credentials:' .. id .. ':metadata') == 1 then
    ties[#ties + 1] = server
    ties[#ties + 1] = id
  end
end
return ties)";

/// state.
inline constexpr const char* take_state = R"(
local value = redis.call('GET', 'oauth_state:' .. ARGV[1])
redis.call('DEL', 'oauth_state:' .. ARGV[1])
return value)";

/// id, secret as it was, secret as it shall be. 1: nobody has changed it meanwhile.
inline constexpr const char* reseal = R"(
local key = 'credentials:' .. ARGV[1] .. ':secret'
if redis.call('GET', key) ~= ARGV[2] then return 0 end
redis.call('SET', key, ARGV[3])
return 1)";

/// agent: what is assigned to it goes into the index.
inline constexpr const char* index_agent = R"(
for _, id in ipairs(redis.call('SMEMBERS', 'agent:' .. ARGV[1] .. ':credentials')) do
  redis.call('SADD', 'trinity:credential:' .. id .. ':agents', ARGV[1])
end
return 1)";

}  // namespace trinity::credentials::redis_scripts
