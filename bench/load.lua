-- wrk: requests with a bearer token, over the paths of a file, in turn. Everything comes by the environment: process
-- arguments can be read by everyone on the machine. The result is one line of JSON.
local token = os.getenv("TRINITY_BENCH_TOKEN")
local tag = os.getenv("TRINITY_BENCH_TAG")
local packed = os.getenv("TRINITY_BENCH_PACKED")
local pause = tonumber(os.getenv("TRINITY_BENCH_PAUSE") or "0")
local paths = {}
for path in io.lines(os.getenv("TRINITY_BENCH_PATHS")) do paths[#paths + 1] = path end

local headers = {}
if token then headers["Authorization"] = "Bearer " .. token end
if tag then headers["If-None-Match"] = tag end
if packed then headers["Accept-Encoding"] = "gzip" end

-- With one path wrk makes the request once, which costs the load's core least.
wrk.path = paths[1]
wrk.headers = headers
if #paths > 1 then
  local requests = {}
  local at = 0
  function init()
    for i, path in ipairs(paths) do requests[i] = wrk.format("GET", path, headers) end
  end
  function request()
    at = at % #requests + 1
    return requests[at]
  end
end

-- Milliseconds that a client lets pass before it asks again; not the same for all, so that they do not fall into step.
if pause > 0 then
  function delay() return math.floor(pause * (0.5 + math.random())) end
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\nRESULT {"requests":%d,"seconds":%f,"bytes":%d,"p50":%f,"p95":%f,"p99":%f,"max":%f,"errors":%d}\n',
    summary.requests, summary.duration / 1e6, summary.bytes,
    latency:percentile(50) / 1e3, latency:percentile(95) / 1e3, latency:percentile(99) / 1e3, latency.max / 1e3,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
