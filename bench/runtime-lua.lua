-- Throughput of a dasm module for LuaJIT on many small functions, in nanoseconds per function.
--
--   luajit bench/runtime-lua.lua                  runtime/lua/dasm.lua
--   luajit bench/runtime-lua.lua DIR [DIR ...]    the dasm module in each directory, in turns (a binding to a
--                                                 C library needs LD_LIBRARY_PATH to find it)
--
-- Every measurement runs in a process of its own; the median of five is printed.

local here = arg[0]:match "^(.*)[/\\][^/\\]*$" or "."
local COUNT, ROUNDS = 20000, 5

local function measure(directory, case)
  package.path = directory .. "/?.lua;" .. here .. "/../runtime/lua/?.lua;" .. package.path
  local dasm = require "dasm"
  local cases = assert(loadfile(os.getenv "DYNASM_BENCH_CODE"))(dasm)
  local start = os.clock()
  cases[case](COUNT)
  print((os.clock() - start) * 1e9 / COUNT)
end

if arg[1] == "--measure" then return measure(arg[2], arg[3]) end

-- Translate once, for all modules.
package.path = here .. "/../runtime/lua/?.lua;" .. package.path
local code = os.tmpname()
require("dynasm").translate(here .. "/runtime-lua.dasl", code, { comment = false })

local directories = #arg > 0 and arg or { here .. "/../runtime/lua" }

local function median_of(directory, case)
  local results = {}
  for round = 1, ROUNDS do
    local pipe = io.popen(("DYNASM_BENCH_CODE='%s' luajit '%s' --measure '%s' %s"):format(code, arg[0], directory, case))
    results[round] = tonumber(pipe:read "*a") or error("the measurement failed: " .. directory)
    pipe:close()
  end
  table.sort(results)
  return results[math.ceil(ROUNDS / 2)]
end

for _, case in ipairs { "keep", "drop", "call", "encode", "larger", "one" } do
  for _, directory in ipairs(directories) do
    print(("%-8s %8.0f ns  %s"):format(case, median_of(directory, case), directory))
  end
end
os.remove(code)
