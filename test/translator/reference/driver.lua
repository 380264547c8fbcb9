-- Runs an original translator on many inputs in one process.
--
-- usage: luajit driver.lua SCRIPT JOBS RESULTS
--
-- JOBS holds one job a line: its folder, then its arguments, each behind a tab character. RESULTS gets for each job a line
-- "EXIT OUTLENGTH ERRLENGTH" and then what the translator wrote to standard output and standard error.
-- Every job runs the script anew, so that no state survives.

local script, jobs, results = ...
local ffi = require("ffi")
ffi.cdef("int chdir(const char *path);")
local run = assert(loadfile(script))
local folder = script:match("^(.*/)") or ""
local path = folder .. "?.lua;" .. package.path

local function collector()
  local pieces = {}
  local size = 0
  return {
    write = function(self, ...)
      for i = 1, select("#", ...) do
        local piece = tostring((select(i, ...)))
        size = size + #piece
        if size > 4e6 then error("too much output", 0) end
        pieces[#pieces + 1] = piece
      end
      return self
    end,
    close = function() end,
    setvbuf = function() end,
    text = function() return table.concat(pieces) end,
  }
end

local stdout, stderr, exit, open = io.stdout, io.stderr, os.exit, io.open
local out = assert(open(results, "wb"))
local known = {}
for name in pairs(package.loaded) do known[name] = true end
local globals = {}
for name in pairs(_G) do globals[name] = true end

local function forget()
  for name in pairs(package.loaded) do
    if not known[name] then package.loaded[name] = nil end
  end
  for name in pairs(_G) do
    if not globals[name] then _G[name] = nil end
  end
end

-- Captures and defines that double again and again would never end.
local deadline
local function checkTime()
  if os.clock() > deadline then error("too slow", 0) end
end

local function job(args)
  deadline = os.clock() + 2
  local o, e = collector(), collector()
  io.stdout, io.stderr = o, e
  os.exit = function(code) error({ exit = code or 0 }, 0) end
  package.path = path
  _G.arg = { [0] = script, unpack(args) }
  debug.sethook(checkTime, "", 100000)
  local ok, message = pcall(run, unpack(args))
  debug.sethook()
  io.stdout, io.stderr, os.exit = stdout, stderr, exit
  forget()
  local code = 0
  if not ok then
    if type(message) == "table" then code = message.exit
    else
      code = 1
      e:write("CRASH ", tostring(message), "\n")
    end
  end
  local text, messages = o.text(), e.text()
  out:write(code == true and 0 or code or 1, " ", #text, " ", #messages, "\n", text, messages)
end

for line in io.lines(jobs) do
  local args = {}
  ffi.C.chdir(line:match("^[^\t]*"))
  for argument in line:gmatch("\t([^\t]*)") do args[#args + 1] = argument end
  job(args)
end
out:close()
