-- wrk: requests with a bearer token, over the paths of a file, in turn. Both come by the environment: process arguments
-- can be read by everyone on the machine.
local token = os.getenv("TRINITY_BENCH_TOKEN")
local paths = {}
for path in io.lines(os.getenv("TRINITY_BENCH_PATHS")) do paths[#paths + 1] = path end

local requests = {}
local at = 0

function init()
  for i, path in ipairs(paths) do
    requests[i] = wrk.format("GET", path, token and { ["Authorization"] = "Bearer " .. token } or nil)
  end
end

function request()
  at = at % #requests + 1
  return requests[at]
end
