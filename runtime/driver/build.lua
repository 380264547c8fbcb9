-- luajit build.lua SCRATCH FILE ARCHITECTURE BASE NUMBER EXTERNS CALL ARGUMENTS: runs the translation of FILE, which
-- is SCRATCH/program.lua, and keeps what the NUMBERth build call makes, encoded for the address BASE, in
-- SCRATCH/code.bin and SCRATCH/labels; SCRATCH/count is how many calls there were. EXTERNS gives addresses to
-- extern names: name=address,name=address. Addresses are decimal. If there is no build call, but FILE returns a function or a table of
-- functions, these are called with a new state, in the order of their names or that of CALL: name,name.

if type(jit) ~= "table" then
  io.stderr:write("dynasm: error: this is ", tostring(_VERSION), ", but LuaJIT is needed\n")
  os.exit(1)
end

local driver = arg[0]:match "^(.*)[/\\]"
local program = dofile(driver .. "/program.lua")

local scratch, file, number = arg[1], arg[2], tonumber(arg[5])
local base_text, externs_text, only = arg[4], arg[6], arg[7]
program.check_architecture(arg[3])
program.set_path(file)
arg = { [-1] = arg[-1], [0] = file, unpack(arg, 8) }

local chunk, message = program.load(scratch .. "/program.lua", file)
if not chunk then program.fail(message) end

local ffi = require "ffi"
local dasm = require "dasm"
local observe = dofile(driver .. "/observe.lua")

local function address_of(text)
  local value = 0ULL
  for digit in text:gmatch "%d" do value = value * 10 + tonumber(digit) end
  return value
end

local base = address_of(base_text)
local externs = {}
for name, address in externs_text:gmatch "([^=,]+)=(%d+)" do externs[name] = address_of(address) end

local function read(name)
  local stream = assert(io.open(scratch .. "/" .. name, "rb"))
  local text = stream:read "*a"
  stream:close()
  return text
end

local function write(name, text)
  local stream = assert(io.open(scratch .. "/" .. name, "wb"))
  stream:write(text)
  stream:close()
end

-- The original functions; the program gets others.
local encode, getpclabel = dasm.encode, dasm.getpclabel
local names_of = observe.names(file, scratch .. "/names")

local HALF, WHOLE = 2ULL ^ 31, 2ULL ^ 32

-- References are 32 bit wide. Below 4 GB they may wrap around, as they do in 32-bit code.
local function check_distance(name, address)
  local target = externs[name]
  if not target then return end
  local distance = target > address and target - address or address - target
  if distance < HALF - 2 ^ 24 or target < WHOLE and address < WHOLE then return end
  error(("extern symbol %s is too far from the code at the base for a 32-bit reference"):format(name), 0)
end

-- The code of a state for an address. Names of externs that have no address are added to `missing`.
local function encode_at(state, address, missing)
  local size = state.size
  local buffer = ffi.new("uint8_t[?]", size)
  local getter = state.extern_getter
  state.extern_getter = function(name)
    if not externs[name] then missing[name] = true end
    check_distance(name, address)
    return ffi.cast("void *", externs[name] or address + 1)
  end
  local ok, problem = pcall(encode, state, buffer, ffi.cast("uint8_t *", address))
  state.extern_getter = getter
  if not ok then error(problem, 0) end
  return ffi.string(buffer, size)
end

-- Lines "global NAME OFFSET" and "pc NUMBER OFFSET". `array` has the addresses of the globals for `start`.
local function describe_labels(state, start, names)
  local lines = {}
  local array = state.globals
  for index = 0, array and state.label_count - 11 or -1 do
    if array[index] ~= nil then
      local offset = tonumber(ffi.cast("uint64_t", array[index]) - start)
      lines[#lines + 1] = ("global %s %d"):format(names and names[index] or "#" .. index, offset)
    end
  end
  for pc = 0, state.pc_count - 1 do
    local offset = getpclabel(state, pc)
    if offset >= 0 then lines[#lines + 1] = ("pc %d %d"):format(pc, offset) end
  end
  return table.concat(lines, "\n")
end

local SOMEWHERE = 0x10000000ULL

local function write_files(state, names)
  local array, missing = state.globals, {}
  -- Globals that are not defined here are no labels of this code.
  for index = 0, array and state.label_count - 11 or -1 do array[index] = nil end
  encode_at(state, SOMEWHERE, {})
  write("labels", describe_labels(state, SOMEWHERE, names))
  write("code.bin", encode_at(state, base, missing))
  local list = {}
  for name in pairs(missing) do list[#list + 1] = name end
  table.sort(list)
  write("externs", table.concat(list, "\n"))
end

-- Leaves the addresses of the globals as the program knows them.
local function keep(state, caller)
  local array, before = state.globals, {}
  for index = 0, array and state.label_count - 11 or -1 do before[index] = array[index] end
  local ok, problem = pcall(write_files, state, names_of(state, caller))
  if not ok then write("problem", tostring(problem)) end
  for index, address in pairs(before) do array[index] = address end
end

local count = 0
observe.code(function(state, caller)
  count = count + 1
  write("count", tostring(count))
  if count == number then keep(state, caller) end
end)

local returned = program.call(chunk, unpack(arg))
if count > 0 then return end

-- Nothing is built: are there generators? They emit into the state that they are given.
local function find_generators(value, path, depth, found)
  if type(value) == "function" then
    found[path] = value
  elseif type(value) == "table" and depth > 0 then
    for name, member in pairs(value) do
      if type(name) == "string" then
        find_generators(member, path == "" and name or path .. "." .. name, depth - 1, found)
      end
    end
  end
  return found
end

local found, order = find_generators(returned, "", 2, {}), {}
for name in pairs(found) do order[#order + 1] = name end
table.sort(order)
if only ~= "" then
  order = {}
  for name in only:gmatch "[^,]+" do
    if not found[name] then
      write("problem", ("the %s that it returned has no function %s"):format(type(returned), name))
      return
    end
    order[#order + 1] = name
  end
end
write("result", type(returned))
if #order == 0 then return end

local MOST_SECTIONS, PC_LABELS = 128, 1024
local actions_text = read "actions"
local actions = ffi.new("unsigned char[?]", #actions_text)
ffi.copy(actions, actions_text, #actions_text)
local names, externs_of_file = observe.read_names(scratch .. "/names"), observe.read_names(scratch .. "/externnames")
local global_count = 0
while names[global_count] do global_count = global_count + 1 end
local state = dasm.new(actions, externs_of_file, MOST_SECTIONS, global_count)
state:growpc(PC_LABELS)
program.call(function()
  for _, name in ipairs(order) do found[name](state) end
  state:link()
end)
if state.size == 0 then return end
write("count", "1")
keep(state, { source = "@" .. file })
