-- Tells a driver about the machine code that a program builds with the dasm module beside this package.

local dasm = require "dasm"

local observe = {}

-- Where the module's own messages say that they come from.
local MODULE_POSITION = "^[^\n]*[/\\]dasm%.lua:%d+: "

-- Results of a function called by pcall; an error gets the position of the program's call.
local function pass(ok, ...)
  if ok then return ... end
  local problem = ...
  error(type(problem) == "string" and problem:gsub(MODULE_POSITION, "") or problem, 3)
end

-- Calls behind(state, ...) after the function of the module and of states.
local function call_behind(methods, name, behind)
  local original = dasm[name]
  local function replacement(state, ...)
    local first, second = pass(pcall(original, state, ...))
    behind(state, first, second)
    return first, second
  end
  dasm[name], methods[name] = replacement, replacement
end

--- The lines of a file as an array from 0, like the arrays of .globalnames and .externnames.
function observe.read_names(name)
  local names = {}
  local stream = io.open(name, "rb")
  if not stream then return names end
  local count = 0
  for line in stream:lines() do
    names[count] = line
    count = count + 1
  end
  stream:close()
  return names
end

--- Calls on_code(state, caller, code, size) after every build and on_code(state, caller) after encode to memory of
--- the program; `caller` is what debug.getinfo tells about the program's call.
function observe.code(on_code)
  local function behind(state, code, size)
    on_code(state, debug.getinfo(3, "Sl"), code, size)
  end
  local new, methods = dasm.new, nil
  function dasm.new(...)
    local state, array = pass(pcall(new, ...))
    if not methods then
      methods = getmetatable(state).__index
      call_behind(methods, "build", behind)
      call_behind(methods, "encode", behind)
    end
    return state, array
  end
end

--- Returns a function that gives the names of the global labels of a state, as an array from 0, or nil while they
--- are unknown. Names are known from calls of dasm.globals, for which on_names(array, names) is called, and
--- those of the program itself from a file with a name in each line.
function observe.names(program_file, names_file, on_names)
  local known = setmetatable({}, { __mode = "k" })
  local own_names
  local globals = dasm.globals
  function dasm.globals(array, names)
    known[array] = names
    if on_names then on_names(array, names) end
    return globals(array, names)
  end
  return function(state, caller)
    if state.globals and known[state.globals] then return known[state.globals] end
    if not caller or caller.source ~= "@" .. program_file then return nil end
    own_names = own_names or observe.read_names(names_file)
    return own_names
  end
end

return observe
