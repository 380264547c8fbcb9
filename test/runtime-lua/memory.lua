-- Tests of the memory that runtime/lua/dasm.lua puts code into, on Linux. Usage: memory.lua CASE. Prints "ok".

local ffi = require "ffi"
local dasm = require "dasm"

ffi.cdef [[
  int fork(void);
  int waitpid(int, int *, int);
  void _exit(int);
  int prctl(int, ...);
]]
local C = ffi.C
local X64 = ffi.arch == "x64"

local function equal(actual, expected, what)
  if actual ~= expected then
    error(("%s%s, expected %s"):format(what and what .. ": " or "", tostring(actual), tostring(expected)), 2)
  end
end

local ALIGN, EXTERN, IMM_D, SPACE, STOP = 250, 251, 237, 241, 255

local function list(...)
  return ffi.new("const uint8_t[" .. select("#", ...) .. "]", { ... })
end

-- mov eax, n; ret
local RETURN_NUMBER = list(0xb8, IMM_D, 0xc3, STOP)

local function returns(number)
  local state = dasm.new(RETURN_NUMBER, nil, 1, 0)
  state:put(0, number)
  return (state:build())
end

-- The same with so many bytes of padding behind it.
local RETURN_LARGE = list(0xb8, IMM_D, 0xc3, SPACE, 0xcc, STOP)

local function returns_large(number, padding)
  local state = dasm.new(RETURN_LARGE, nil, 1, 0)
  state:put(0, number, padding)
  return (state:build())
end

local function call(code) return ffi.cast("int32_t (*)(void)", code)() end

local function check_all(codes, what)
  for i, code in pairs(codes) do equal(call(code), i, what) end
end

local function address_of(code) return tonumber(ffi.cast("uintptr_t", code)) end

local function collect()
  for _ = 1, 3 do collectgarbage() end
end

-- Lines of /proc/self/maps: { from, to, rights, file }; file: device and number of the file behind it.
local function mappings()
  local result = {}
  for line in io.lines "/proc/self/maps" do
    local from, to, rights, file = line:match "^(%x+)%-(%x+) (%S+) %x+ (%S+ %d+)"
    result[#result + 1] = { from = tonumber(from, 16), to = tonumber(to, 16), rights = rights, file = file }
  end
  return result
end

local function count(pattern)
  local number = 0
  for _, mapping in ipairs(mappings()) do
    if mapping.rights:find(pattern) then number = number + 1 end
  end
  return number
end

local function mapping_of(code)
  local wanted = address_of(code)
  for _, mapping in ipairs(mappings()) do
    if mapping.from <= wanted and wanted < mapping.to then return mapping end
  end
end

-- Bytes of memory in use.
local function resident()
  local file = io.open "/proc/self/statm"
  local _, pages = file:read("*n", "*n")
  file:close()
  return pages * 4096
end

-- System calls with this number fail from now on if the argument has this value.
local function refuse(number, argument, value)
  local EQUAL, LOAD, RETURN, REFUSE, ALLOW = 0x15, 0x20, 0x06, 0x00050001, 0x7fff0000
  local filter = ffi.new("struct { uint16_t code; uint8_t yes, no; uint32_t k; }[6]", {
    { LOAD, 0, 0, 0 }, { EQUAL, 0, 3, number }, { LOAD, 0, 0, 16 + argument * 8 }, { EQUAL, 0, 1, value },
    { RETURN, 0, 0, REFUSE }, { RETURN, 0, 0, ALLOW },
  })
  local program = ffi.new("struct { uint16_t length; void *filter; }", 6, filter)
  local function long(n) return ffi.cast("unsigned long", n) end
  equal(C.prctl(38, long(1), long(0), long(0), long(0)), 0, "no new privileges")
  equal(C.prctl(22, long(2), ffi.cast("void *", program)), 0, "seccomp")
end

-- Runs f in a child; returns whether it came to its end.
local function in_child(f)
  local child = C.fork()
  assert(child >= 0)
  if child == 0 then
    local ok, message = pcall(f)
    if not ok then io.stderr:write(tostring(message), "\n") end
    C._exit(ok and 0 or 1)
  end
  return function()
    local status = ffi.new "int[1]"
    equal(C.waitpid(child, status, 0), child)
    equal(status[0], 0, "status of the child")
  end
end

local cases = {}

-- No memory is ever writable and executable, whatever is built.
function cases.rights()
  local codes = {}
  for i = 1, 3000 do
    codes[i] = i % 10 == 0 and returns_large(i, i * 10) or returns(i)
    if i % 300 == 0 then equal(count "wx", 0) end
  end
  for _, i in ipairs { 1, 10, 1000, 2999, 3000 } do assert(mapping_of(codes[i]).rights:find "^r%-x", i) end
  check_all(codes)
end

-- A small function is in memory that is writable elsewhere, as long as there is room behind it.
function cases.views()
  local code = returns(1)
  local mapping = mapping_of(code)
  equal(mapping.rights, "r-xs")
  local others = {}
  for _, other in ipairs(mappings()) do
    if other.file == mapping.file and other.from ~= mapping.from then others[#others + 1] = other.rights end
  end
  equal(table.concat(others, " "), "rw-s")
  local codes = {}
  for i = 1, 20000 do codes[i] = returns(i) end
  assert(count "r%-xs" > 10, count "r%-xs")
  equal(count "rw%-s", 1)
  check_all(codes)
  equal(call(code), 1)
end

-- Many functions share a page, none of them overlap, and each begins at a multiple of 64.
function cases.places()
  local pages, number_of_pages, previous = {}, 0, nil
  local codes = {}
  for i = 1, 2000 do
    local padding = i % 7 * 40
    codes[i] = returns_large(i, padding)
    local address = address_of(codes[i])
    equal(address % 64, 0)
    local page = math.floor(address / 4096)
    if not pages[page] then number_of_pages = number_of_pages + 1 end
    pages[page] = true
    if previous and address > previous.address then assert(previous.address + previous.size <= address) end
    previous = { address = address, size = 6 + padding }
  end
  assert(number_of_pages < 200, number_of_pages)
  check_all(codes)
end

-- Code with an alignment begins at a multiple of it.
function cases.alignment()
  for _, alignment in ipairs { 2, 16, 64, 128, 256 } do
    for i = 1, 50 do
      returns(i)
      local state, globals = dasm.new(list(0x90, ALIGN, alignment - 1, 248, 10, 0xc3, STOP), nil, 1, 1)
      state:put(0)
      state:build()
      equal(address_of(globals[0]) % alignment, 0)
    end
  end
end

-- A state that is used again does not keep the alignment, and large code is aligned too.
function cases.alignment_again()
  local actions = list(ALIGN, 255, 0xc3, STOP, 0xc3, STOP)
  local state = dasm.new(actions, nil, 1, 0)
  state:put(0)
  assert(address_of((state:build())) % 256 == 0)
  local all = true
  for _ = 1, 8 do
    state:setup(actions)
    state:put(4)
    all = address_of((state:build())) % 256 == 0 and all
  end
  assert(not all)
  equal(address_of(returns_large(1, 100000)) % 4096, 0)
end

-- Parent, child and grandchild build and call code at the same time, and nobody changes that of others.
function cases.fork()
  local codes = {}
  local function build(from, to)
    for i = from, to do
      codes[i] = i % 50 == 0 and returns_large(i, 5000 + i) or returns(i)
    end
  end
  build(1, 300)
  local wait = in_child(function()
    check_all(codes, "code of the parent, in the child")
    build(10001, 12000)
    local wait = in_child(function()
      build(20001, 22000)
      check_all(codes, "in the grandchild")
    end)
    build(12001, 14000)
    wait()
    check_all(codes, "in the child")
  end)
  build(301, 3000)
  wait()
  check_all(codes, "in the parent")
  -- A child that drops what it shares with its parent.
  in_child(function()
    codes = {}
    collect()
    build(1, 3000)
    check_all(codes)
  end)()
  check_all(codes, "in the parent")
end

-- A program that forks while its pool has room leaves that room to the parent.
function cases.fork_places()
  local before = address_of(returns(1))
  local elsewhere = in_child(function()
    local address = address_of(returns(2))
    assert(math.abs(address - before) >= 4096, "the child has written to the memory of its parent")
    assert(address_of(returns(3)) == address + 64, "the child has a pool")
  end)
  elsewhere()
  equal(address_of(returns(4)), before + 64)
end

-- Without the system calls that pools need, code gets pages, with the same results.
local function without(number, argument, value)
  refuse(number, argument, value)
  local codes = {}
  for i = 1, 300 do codes[i] = returns(i) end
  equal(count "s$", 0, "shared memory")
  equal(mapping_of(codes[1]).rights, "r-xp")
  equal(count "wx", 0)
  in_child(function()
    for i = 301, 600 do codes[i] = returns(i) end
    check_all(codes)
  end)()
  check_all(codes)
end

function cases.no_second_view() without(X64 and 25 or 163, 1, 0) end
function cases.no_mark() without(X64 and 28 or 219, 2, 18) end

-- Memory that may not become executable later.
function cases.refused_later()
  local codes = {}
  for i = 1, 300 do codes[i] = returns(i) end
  refuse(X64 and 25 or 163, 1, 0)
  for i = 301, 3000 do codes[i] = returns(i) end
  equal(mapping_of(codes[300]).rights, "r-xs")
  equal(mapping_of(codes[3000]).rights, "r-xp")
  check_all(codes)
end

-- Pools go when all their functions are dead, and not earlier.
function cases.release()
  local codes = {}
  for i = 1, 20000 do codes[i] = returns(i) end
  local pools = count "r%-xs"
  assert(pools > 10, pools)
  for i = 1, 20000 do
    if i % 5000 ~= 0 then codes[i] = nil end
  end
  collect()
  assert(count "r%-xs" <= 5, count "r%-xs")
  check_all(codes)
  codes = {}
  collect()
  assert(count "r%-xs" <= 1, count "r%-xs")
  -- Code that its owner has decided to keep forever.
  local address = ffi.cast("int32_t (*)(void)", ffi.gc(returns(123), nil))
  for i = 1, 5000 do returns(i) end
  collect()
  for i = 1, 5000 do returns(i) end
  equal(address(), 123)
end

-- The same for code with pages of its own.
function cases.pages_again()
  local addresses, distinct = {}, 0
  for i = 1, 3000 do
    local code = returns_large(i, 10000)
    equal(call(code), i)
    local key = tostring(code)
    if not addresses[key] then
      addresses[key], distinct = true, distinct + 1
    end
    code = nil
    if i % 20 == 0 then collect() end
  end
  assert(distinct < 1000, distinct)
end

-- A million functions that nobody keeps take no more memory than a few thousand.
function cases.million()
  for i = 1, 50000 do returns(i) end
  collect()
  local before = resident()
  for i = 1, 1000000 do returns(i) end
  local growth = (resident() - before) / 2 ^ 20
  assert(growth < 32, growth)
end

-- One function in a thousand is kept.
function cases.survivors()
  local codes = {}
  local before = resident()
  for i = 1, 200000 do
    local code = returns(i)
    if i % 1000 == 0 then codes[i] = code end
  end
  collect()
  local growth = (resident() - before) / 2 ^ 20
  assert(growth < 32, growth)
  assert(count "r%-xs" <= 201)
  check_all(codes)
end

-- An extern getter that builds so much that the pool of the code it is called for is full, or fails.
function cases.getter()
  local others = {}
  local actions = list(0xb8, EXTERN, 0, 0, 0xc3, STOP)
  for round = 1, 10 do
    local state = dasm.new(actions, { [0] = "foo" }, 1, 0, function()
      for i = 1, 1500 do others[#others + 1] = returns(#others + 1) end
      others[#others] = nil
      collect()
      if round == 5 then error "no foo" end
      return round
    end)
    state:put(0)
    local ok, code = pcall(state.build, state)
    equal(ok, round ~= 5)
    if ok then equal(call(code), round) end
  end
  check_all(others)
  equal(count "rw%-s", 1)
end

-- Code that could not be written keeps no memory, with and without a getter of externs.
function cases.failed_builds()
  local actions = list(0xb8, EXTERN, 0, 0, SPACE, 0xcc, STOP)
  local function fail(names, expected, padding)
    local state = dasm.new(actions, names, 1, 0, function() return nil end)
    state:put(0, padding)
    local ok, message = pcall(state.build, state)
    equal(ok, false)
    equal(message, expected)
  end
  local before = count "r.%-s" + count "r%-x"
  for i = 1, 300 do
    local padding = i % 2 == 0 and 7000 or 20000
    fail(nil, "dasm error: extern callback not initialized.", padding)
    fail({ [0] = "foo" }, "dasm error: extern not found: foo.", padding)
  end
  collect()
  assert(count "r.%-s" + count "r%-x" < before + 10, count "r.%-s" + count "r%-x" - before)
end

-- Lua states that come and go leave nothing behind.
function cases.close()
  ffi.cdef [[
    typedef struct lua_State lua_State;
    lua_State *luaL_newstate(void);
    void luaL_openlibs(lua_State *);
    int luaL_loadstring(lua_State *, const char *);
    int lua_pcall(lua_State *, int, int, int);
    void lua_close(lua_State *);
  ]]
  local text = ([[
    package.path = %q
    local ffi, dasm = require "ffi", require "dasm"
    local function returns(n, padding)
      local state = dasm.new("\184\237\195\241\204\255", nil, 1, 0)
      state:put(0, n, padding)
      return state:build()
    end
    codes = {}
    for i = 1, 100 do codes[i] = returns(i, i %% 10 == 0 and 20000 or 0) end
    codes[50], codes[60] = nil, nil
    collectgarbage()
    assert(ffi.cast("int (*)(void)", codes[10])() == 10)
  ]]):format(package.path)
  local function run()
    local L = C.luaL_newstate()
    C.luaL_openlibs(L)
    equal(C.luaL_loadstring(L, text), 0)
    equal(C.lua_pcall(L, 0, 0, 0), 0)
    C.lua_close(L)
  end
  run()
  local before = count "r%-x" + count "rw%-"
  for _ = 1, 20 do run() end
  assert(count "r%-x" + count "rw%-" < before + 10, count "r%-x" + count "rw%-" - before)
end

cases[arg[1]]()
print "ok"
