-- Replays encoder traces with runtime/lua/dasm.lua. Arguments: directory of dasm.lua, input file, and optionally the
-- number of times that a chunk has been put elsewhere when it is put first.
--
-- Input, one item per line, fields separated by blanks:
--   T version              a new trace, made for that version of the engine
--   A hex                  action list
--   G index address        contents of the globals array
--   E address ...          addresses of the externs from index 0
--   init n, setupglobal n, growpc n, setup, put start args..., checkstep section, getpclabel n, link, encode base
-- Output, one line per operation that has results (and per trace): its fields separated by blanks.

package.path = arg[1] .. "/?.lua;" .. package.path
local ffi = require "ffi"
local dasm = require "dasm"

local function number64(text) return loadstring("return " .. text .. "ULL")() end

local function bytes_of(hex)
  local data = hex:gsub("..", function(digits) return string.char(tonumber(digits, 16)) end)
  local bytes = ffi.new("uint8_t[?]", #data)
  ffi.copy(bytes, data, #data)
  return bytes
end

local function hex_of(buffer, size)
  return (ffi.string(buffer, size):gsub(".", function(c) return ("%02x"):format(c:byte()) end))
end

local trace

local names = setmetatable({}, { __index = function(_, index) return tostring(index) end })

local function extern_address(name)
  trace.externs_asked[#trace.externs_asked + 1] = name
  return trace.externs[tonumber(name)]
end

-- Start the state of a trace when its first operation needs it.
local function state_of()
  if not trace.state then
    trace.state = dasm.new(trace.actions, names, 1, 0, extern_address)
  end
  return trace.state
end

local function status_after(method, ...)
  local ok, result = pcall(method, ...)
  local status = trace.state.status
  assert(ok == (status == 0), result)
  return status, result
end

local commands = {}

function commands.T(version)
  trace = { version = tonumber(version), preset = {}, externs = {}, externs_asked = {}, global_count = 0, known = {} }
  return "T"
end

function commands.A(hex) trace.actions = bytes_of(hex or "") end
function commands.G(index, address) trace.preset[tonumber(index)] = number64(address) end

function commands.E(...)
  for index = 1, select("#", ...) do trace.externs[index - 1] = number64((select(index, ...))) end
end

function commands.init(count) state_of():init(tonumber(count)) end

function commands.setupglobal(count)
  trace.global_count = tonumber(count)
  trace.globals = ffi.new("void*[?]", trace.global_count + 1)
  state_of():setupglobal(trace.globals, trace.global_count)
end

function commands.growpc(count) state_of():growpc(tonumber(count)) end

function commands.setup()
  state_of():setup(trace.actions)
  trace.state:setversion(trace.version)
end

local puts_elsewhere = tonumber(arg[3] or 0)

-- Chunks belong to an action list, so another state knows them, too.
local function put_elsewhere(start, arguments)
  if trace.known[start] then return end
  trace.known[start] = true
  local state = dasm.new(trace.actions, nil, 1, 0)
  for _ = 1, puts_elsewhere do state:put(start, unpack(arguments)) end
end

function commands.put(start, ...)
  local arguments = { ... }
  for index = 1, #arguments do arguments[index] = tonumber(arguments[index]) end
  put_elsewhere(tonumber(start), arguments)
  trace.state:put(tonumber(start), unpack(arguments))
end

function commands.checkstep(section)
  return (status_after(dasm.checkstep, trace.state, tonumber(section)))
end

function commands.getpclabel(pc) return trace.state:getpclabel(tonumber(pc)) end

function commands.link()
  local status, size = status_after(dasm.link, trace.state)
  trace.size = status == 0 and size or 0
  return status .. " " .. trace.size
end

function commands.encode(base)
  local guard = 16
  local buffer = ffi.new("uint8_t[?]", trace.size + guard)
  ffi.fill(buffer, trace.size + guard, 0xa5)
  trace.externs_asked = {}
  local before = {}
  for index = 0, trace.global_count - 1 do
    trace.globals[index] = ffi.cast("void*", trace.preset[index] or 0)
    before[index] = trace.globals[index]
  end
  local status = status_after(dasm.encode, trace.state, buffer, ffi.cast("void*", number64(base)))
  if status ~= 0 then return status end
  for index = 0, guard - 1 do assert(buffer[trace.size + index] == 0xa5, "wrote behind the buffer") end
  local globals = {}
  for index = 0, trace.global_count - 1 do
    if trace.globals[index] ~= before[index] then
      local offset = ffi.cast("intptr_t", trace.globals[index]) - ffi.cast("intptr_t", number64(base))
      globals[#globals + 1] = index .. ":" .. tostring(offset):gsub("LL", "")
    end
  end
  return ("0 code=%s globals=%s externs=%s"):format(
    hex_of(buffer, trace.size), table.concat(globals, ","), table.concat(trace.externs_asked, ","))
end

for line in io.lines(arg[2]) do
  local fields = {}
  for field in line:gmatch "%S+" do fields[#fields + 1] = field end
  local result = commands[fields[1]](unpack(fields, 2))
  if result then print(result) end
end
