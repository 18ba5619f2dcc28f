-- wrk: one POST of the body in a file, again and again. Prints one line that client.py reads.
function init(arguments)
  local file = io.open(arguments[1], "rb")
  wrk.method = "POST"
  wrk.body = file:read("*a")
  wrk.headers["Content-Type"] = "application/json"
  for number = 1, 3 do
    wrk.headers["webhook-header-" .. number] = "0123456789abcdef0123456789abcdef"
  end
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    "RESULT %d %d %d %d %d\n",
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    errors.status + errors.connect + errors.read + errors.write + errors.timeout))
end
