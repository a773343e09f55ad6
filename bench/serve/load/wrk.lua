-- For wrk: mixes in requests that block the event loop, and prints the figures as one line of JSON.
-- The first argument is their share, from 0 to 1.

function init(args)
  local share = tonumber(args[1])
  if share == 0 then return end
  math.randomseed(1)
  local plain = wrk.format()
  local blocking = wrk.format(nil, "/block")
  request = function()
    if math.random() < share then return blocking end
    return plain
  end
end

function done(summary, latency)
  local errors = summary.errors
  local line = '\n{"ok":%d,"seconds":%f,"p50":%f,"p99":%f,"p999":%f,"lost":%d,"overTimeout":%d}\n'
  local lost = errors.connect + errors.read + errors.write + errors.status
  local ms = function(share) return latency:percentile(share) / 1000 end
  local seconds = summary.duration / 1e6
  local ok = summary.requests - errors.status
  io.write(line:format(ok, seconds, ms(50), ms(99), ms(99.9), lost, errors.timeout))
end
