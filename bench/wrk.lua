-- For wrk: asks the requests of a file in turn, one a line: media type, tab, path and query string.
-- Arguments: the file, and a word that makes every request a text of its own (`-` to send them as they are): it and a
-- number stand in a comment at the end of the query. With a third, `many`, each request says that it comes from another
-- client, of the addresses that are for benchmarks (RFC 2544).

local threads = 0

function setup(thread)
  threads = threads + 1
  thread:set("thread_number", threads)
end

function init(arguments)
  local host = "\r\nHost: " .. wrk.host .. ":" .. wrk.port .. "\r\nAccept: "
  local unique = arguments[2] ~= "-"
  many = arguments[3] == "many"
  local mark = "%0A%23" .. arguments[2] .. "-" .. thread_number .. "-"
  heads, tails, sent, cold = {}, {}, 0, unique
  for line in io.lines(arguments[1]) do
    local accept, target = line:match("^(.-)\t(.*)$")
    heads[#heads + 1] = "GET " .. target .. (unique and mark or "")
    tails[#tails + 1] = " HTTP/1.1" .. host .. accept .. "\r\n"
  end
end

function request()
  local at = sent % #heads + 1
  sent = sent + 1
  local client = "\r\n"
  if many then
    client = "X-Forwarded-For: 198.18." .. math.floor(sent / 250) % 250 .. "." .. sent % 250 .. "\r\n\r\n"
  end
  return heads[at] .. (cold and sent or "") .. tails[at] .. client
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\nJSON {"answers": %d, "seconds": %f, "bytes": %d, "refused": %d, "broken": %d, "p50": %f, "p95": %f, "p99": %f}\n',
    summary.requests, summary.duration / 1e6, summary.bytes, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50) / 1e6, latency:percentile(95) / 1e6, latency:percentile(99) / 1e6
  ))
end
