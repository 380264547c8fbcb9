-- Loads and calls a translated program as luajit calls a script. Shared by run.lua and build.lua.

local program = {}

--- Ends the process unless this LuaJIT can run code for an architecture; "" is whatever it is.
function program.check_architecture(needed)
  if needed == "" or needed == jit.arch then return end
  io.stderr:write("dynasm: error: the code is for ", needed, ", but this LuaJIT for ", jit.arch)
  if jit.arch == "x86" then io.stderr:write("; add --target ", jit.os:lower(), "-x86") end
  io.stderr:write("\n")
  os.exit(1)
end

--- Puts the package's runtime before the search path, and the folder of `file` behind it. .dasl modules are
--- found too.
function program.set_path(file)
  local runtime = arg[0]:gsub("[/\\]driver[/\\][^/\\]*$", "/lua")
  local folder = file:match "^(.*)[/\\][^/\\]*$"
  package.path = runtime .. "/?.lua;" .. package.path .. (folder and ";" .. folder .. "/?.lua" or "")
  require "dynasm"
end

local function read(name)
  local stream = assert(io.open(name, "rb"))
  local text = stream:read "*a"
  stream:close()
  return text
end

--- The translated text in the file `name` as a chunk whose messages name `file`.
function program.load(name, file)
  local text = read(name)
  os.remove(name)
  return loadstring((text:gsub("^#[^\n]*", "", 1)), file == "-" and "=stdin" or "@" .. file)
end

-- The message and whether it is the error's own text, as luajit decides it.
local function message_of(object)
  if type(object) == "string" or type(object) == "number" then return tostring(object), true end
  if object == nil then return "", false end
  local metatable = getmetatable(object)
  if type(metatable) == "table" and metatable.__tostring then
    local ok, text = pcall(tostring, object)
    if ok and type(text) == "string" then return text, true end
  end
  return "(error object is not a string)", false
end

-- A line of a traceback that may be about a file of this folder, with the file's name.
local LINE = "\n\t[^\n]*[/\\]driver[/\\](%l+)%.lua:%d+: in [^\n]*"
local OWN = { program = "", observe = "", run = "", build = "" }

-- The traceback without the frames of the driver.
local function traceback(object)
  local message, is_text = message_of(object)
  if not is_text then return message end
  local text = debug.traceback(message, 2)
  local from, at = nil, 0
  repeat
    at = text:find("\n\t[C]: in function 'xpcall'", at + 1, true)
    from = at or from
  until not at
  text = from and text:sub(1, from - 1) or text
  return (text:gsub(LINE, OWN))
end

--- Prints an error as luajit does and ends the process.
function program.fail(message)
  io.stdout:flush()
  if message ~= "" then io.stderr:write("luajit: ", message, "\n") end
  os.exit(1, true)
end

local function finish(ok, ...)
  if not ok then program.fail((...)) end
  return ...
end

--- Calls f with the arguments; an error ends the process. Returns what f returns.
function program.call(f, ...)
  return finish(xpcall(f, traceback, ...))
end

return program
