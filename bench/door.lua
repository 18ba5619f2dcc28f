-- wrk: sends the requests of a file in turn. Each line: path, tab, body. Prints one line that door.py reads.
local requests, count, at = {}, 0, 0

function init(arguments)
  local headers = { ["Content-Type"] = "application/json", ["Authorization"] = arguments[2] }
  for line in io.lines(arguments[1]) do
    local path, body = line:match("^([^\t]+)\t(.*)$")
    count = count + 1
    requests[count] = wrk.format("POST", path, headers, body)
  end
end

function request()
  at = at % count + 1
  return requests[at]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    "RESULT %d %d %d %d %d %d\n",
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), errors.status,
    errors.connect + errors.read + errors.write + errors.timeout))
end
