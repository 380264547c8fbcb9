-- Tests of runtime/lua/dasm.lua that need no translator: action lists are written by hand, with the codes of
-- the manual. Prints one line per test that failed; the exit code is 1 then.

local ffi = require "ffi"
local dasm = require "dasm"

local X64 = ffi.arch == "x64"
local failures = 0

local function test(name, f)
  local ok, message = xpcall(f, debug.traceback)
  if ok then return end
  failures = failures + 1
  print(name .. ": " .. message)
end

local function equal(actual, expected, what)
  if actual ~= expected then
    error(("%s%s, expected %s"):format(what and what .. ": " or "", tostring(actual), tostring(expected)), 2)
  end
end

local function fails(text, f, ...)
  local ok, message = pcall(f, ...)
  if ok then error("no error, expected: " .. text, 2) end
  if not tostring(message):find(text, 1, true) then
    error(("%s, expected: %s"):format(tostring(message), text), 2)
  end
end

local DISP, IMM_S, IMM_B, IMM_W, IMM_D, IMM_WB, IMM_DB = 233, 234, 235, 236, 237, 238, 239
local VREG, SPACE, SETLABEL, REL_A, REL_LG, REL_PC, IMM_LG, IMM_PC = 240, 241, 242, 243, 244, 245, 246, 247
local LABEL_LG, LABEL_PC, ALIGN, EXTERN, ESC, MARK, SECTION, STOP = 248, 249, 250, 251, 252, 253, 254, 255

local function list(...)
  return ffi.new("const uint8_t[" .. select("#", ...) .. "]", { ... })
end

local function hex(buffer, size)
  return (ffi.string(buffer, size):gsub(".", function(c) return ("%02x"):format(c:byte()) end))
end

local function encode(state, base)
  local size = state:link()
  local buffer = ffi.new("uint8_t[?]", size)
  state:encode(buffer, base)
  return hex(buffer, size)
end

-- Code that returns a constant: the number is the argument of put.
local RETURN_NUMBER = list(0xb8, IMM_D, 0xc3, STOP)

local function returns(number)
  local state = dasm.new(RETURN_NUMBER, nil, 1, 0)
  state:put(0, number)
  return state:build()
end

local function call(code) return ffi.cast("int32_t (*)(void)", code)() end

test("version equals those of all encoders", function()
  assert(not (dasm._VERSION ~= 10400) and not (dasm._VERSION ~= 10500) and not (dasm._VERSION ~= 10300))
  assert(dasm._VERSION ~= 10200 and dasm._VERSION ~= "10400" and dasm._VERSION ~= nil)
  assert(10400 == dasm._VERSION)
  assert(dasm._VERSION >= 10400 and dasm._VERSION < 10600)
  equal(tostring(dasm._VERSION), "10400")
end)

test("label addresses are as wide as the version of the code says", function()
  local text = [[
    local dasm, ffi, version, actions = ...
    if dasm._VERSION ~= version then error "version" end
    return function(Dst) dasm.put(Dst, 0) end
  ]]
  for version, width in pairs { [10300] = 4, [10400] = 4, [10500] = ffi.sizeof "void*" } do
    local actions = list(LABEL_LG, 10, IMM_LG, 10, STOP)
    local gen = loadstring(text, "@module" .. version)(dasm, ffi, version, actions)
    -- Another module asks for another version before the code is put.
    loadstring(text, "@other")(dasm, ffi, version == 10500 and 10400 or 10500)
    local state, globals = dasm.new(actions, nil, 1, 1)
    gen(state)
    equal(state:link(), width, version)
    local buffer = ffi.new("uint8_t[8]")
    state:encode(buffer)
    equal(globals[0], ffi.cast("void*", buffer))
    equal(ffi.cast(width == 8 and "uint64_t*" or "uint32_t*", buffer)[0],
      ffi.cast(width == 8 and "uint64_t" or "uint32_t", ffi.cast("uintptr_t", buffer)))
  end
end)

test("setversion chooses the width", function()
  local actions = list(LABEL_LG, 10, IMM_LG, 10, STOP)
  local state = dasm.new(actions, nil, 1, 1)
  state:setversion(10500)
  state:put(0)
  equal(state:link(), ffi.sizeof "void*")
  fails("unknown version 7", state.setversion, state, 7)
end)

test("code runs", function() equal(call(returns(42)), 42) end)

test("arguments are converted as the C binding does", function()
  local state = dasm.new(list(IMM_D, STOP), nil, 1, 0)
  local pointer = ffi.cast("void*", 0x12345678)
  local expected = {
    { -1, "ffffffff" }, { 0xffffffff, "ffffffff" }, { 2 ^ 32 + 5, "05000000" }, { 2.5, "02000000" },
    { true, "01000000" }, { false, "00000000" }, { 0x1122334455667788ULL, "88776655" }, { -2LL, "feffffff" },
    { pointer, "78563412" }, { ffi.new("double", 3.9), "03000000" }, { ffi.new("int8_t", -1), "ffffffff" },
  }
  for _, case in ipairs(expected) do state:put(0, case[1]) end
  state:put(0, nil)
  local all = {}
  for i, case in ipairs(expected) do all[i] = case[2] end
  equal(encode(state), table.concat(all) .. "00000000")
end)

test("arguments that are no numbers are refused", function()
  local state = dasm.new(list(IMM_D, STOP), nil, 1, 0)
  fails("cannot convert 'table' to 'int'", state.put, state, 0, {})
  fails("cannot convert 'string' to 'int'", state.put, state, 0, "1")
  fails("cannot convert 'function' to 'int'", state.put, state, 0, print)
  fails("not a 32 bit number", state.put, state, 0, 0 / 0)
  fails("not a 32 bit number", state.put, state, 0, 1 / 0)
  fails("not a 32 bit number", state.put, state, 0, 2 ^ 60)
  fails("needs 1 arguments, got 0", state.put, state, 0)
  fails("cannot convert 'string' to 'int'", state.put, state, "0", 1)
  equal(state:link(), 0, "nothing was put")
end)

test("a missing state is told where the code is generated", function()
  local generate = loadstring("local dasm = ...\nlocal state\ndasm.put(Dst, 0)", "@somewhere.dasl")
  fails("somewhere.dasl:3: dasm: put needs a state made by dasm.new, got nil", generate, dasm)
end)

test("many arguments and arguments too many", function()
  local codes = {}
  for i = 1, 30 do codes[i] = IMM_B end
  codes[31] = STOP
  local state = dasm.new(list(unpack(codes)), nil, 1, 0)
  local arguments, expected = {}, ""
  for i = 1, 31 do arguments[i] = i end
  for i = 1, 30 do expected = expected .. ("%02x"):format(i) end
  for _ = 1, 100 do state:put(0, unpack(arguments)) end
  equal(encode(state), expected:rep(100))
end)

test("bad action lists and offsets", function()
  local state = dasm.new(list(0x90, REL_LG), nil, 1, 0)
  fails("missing end in the chunk at offset 0", state.put, state, 0)
  fails("offset 2 is outside the action list of 2 bytes", state.put, state, 2)
  fails("offset -1 is outside", state.put, state, -1)
  fails("offset 0.5 is outside", state.put, state, 0.5)
  state = dasm.new(list(SETLABEL, STOP, LABEL_PC, 0x90, SETLABEL, STOP), nil, 1, 0)
  fails("an address without a label", state.put, state, 0, 1)
  fails("an address without a label", state.put, state, 2, 1, 1)
  fails("action list", dasm.new, 5)
  fails("action list", dasm.new, nil)
end)

test("action lists as strings and pointers", function()
  local text = string.char(0xb8, IMM_D, 0xc3, STOP)
  for _, actions in ipairs { text, ffi.cast("const uint8_t*", text) } do
    local state = dasm.new(actions, nil, 1, 0)
    state:put(0, 7)
    equal(encode(state), "b807000000c3")
  end
end)

test("operations out of order", function()
  local state = dasm.new(RETURN_NUMBER, nil, 1, 0)
  fails("encode before link", state.encode, state, ffi.new "char[16]")
  state:put(0, 1)
  equal(state:link(), 6)
  fails("put after link", state.put, state, 0, 1)
  fails("link after link", state.link, state)
  fails("build after link", state.build, state)
  state:setup(RETURN_NUMBER)
  state:put(0, 2)
  equal(encode(state), "b802000000c3")
  state:init(2)
  fails("put before setup", state.put, state, 0, 1)
  fails("link before setup", state.link, state)
  fails("number of sections", state.init, state, 0)
  fails("number of sections", state.init, state, 129)
  state:free()
  state:free()
  fails("freed state", state.put, state, 0, 1)
  fails("freed", state.link, state)
  fails("freed", state.checkstep, state)
end)

test("no code", function() fails("dasm error: no code?", dasm.build, dasm.new(RETURN_NUMBER)) end)

test("statuses are errors with names", function()
  local actions = list(0x90, IMM_S, STOP, IMM_B, STOP, IMM_W, STOP, SECTION, 3, ESC, 0xe9, REL_LG, 1, STOP, REL_LG, 248,
    STOP, ESC, 0xe9, REL_PC, STOP, 0x40, 0x8b, 0xc0, VREG, 0x23, STOP, LABEL_LG, 12, STOP)
  local cases = {
    { "immediate value out of range. :1 (RANGE_I, at action list offset 1", 0x11000001, 0, 128 },
    { "immediate value out of range. :3 (RANGE_I", 0x11000003, 3, -1 },
    { "immediate value out of range. :5 (RANGE_I", 0x11000005, 5, 65536 },
    { "too many sections. :7 (RANGE_SEC", 0x12000007, 7 },
    { "too many global labels. :12 (RANGE_LG", 0x1300000c, 9 },
    { "undefined global label. :2 (UNDEF_L: local label 2 is used but not defined", 0x21000002, 14 },
    { "too many pclabels. :19 (RANGE_PC", 0x14000013, 17, 4 },
    { "variable register out of range. :24 (RANGE_VREG", 0x15000018, 21, 16 },
    { "too many global labels. :28 (RANGE_LG", 0x1300001c, 27 },
  }
  for _, case in ipairs(cases) do
    local state = dasm.new(actions, nil, 2, 2)
    state:growpc(4)
    state:put(case[3], case[4])
    fails("dasm error: " .. case[1], state.checkstep, state)
    equal(state.status, case[2])
    fails(case[1], state.link, state)
    fails(case[1], state.build, state)
    state:setup(actions)
    equal(state:link(), 0)
  end
end)

test("errors of build and checkstep begin with the position of the call", function()
  local actions = list(ESC, 0xe9, REL_LG, 247, STOP)
  for _, method in ipairs { "checkstep", "build" } do
    local state = dasm.new(actions)
    state:put(0)
    local chunk = assert(loadstring("local state, method = ...\nlocal code = state[method](state)", "=caller"))
    local ok, message = pcall(chunk, state, method)
    equal(ok, false)
    equal(message:sub(1, 55), "caller:2: dasm error: undefined global label. :1 (UNDEF")
  end
end)

test("errors of labels from link and checkstep", function()
  local actions = list(0x90, ESC, 0xe9, REL_PC, STOP, ESC, 0xe9, REL_LG, 247, STOP)
  local state = dasm.new(actions, nil, 3, 2)
  state:growpc(10)
  state:put(0, 7)
  state:put(0, 5)
  fails("undefined pclabel. :5 (UNDEF_PC: pc label 5 is used but not defined, at action list offset 3",
    state.link, state)
  equal(state:getpclabel(5), -1)
  equal(state:getpclabel(6), -2)
  equal(state:getpclabel(99), -2)
  state:setup(actions)
  state:put(5)
  fails("undefined global label. :1 (UNDEF_L", state.link, state) -- upstream would link wrong code
  state:setup(actions)
  fails("section not found. :0 (MATCH_SEC", state.checkstep, state, 1)
end)

test("errors tell the line that put the code", function()
  local state = dasm.new(list(IMM_B, STOP))
  loadstring("local state = ...\n\nstate:put(0, 256)", "@somewhere.dasl")(state)
  fails("source somewhere.dasl:3", state.link, state)
end)

test("errors tell the source line of a map", function()
  local name = os.tmpname()
  local file = assert(io.open(name, "w"))
  file:write [==[{"version": 1, "files": ["a.dasl", "b \"\u00e9\".dasl"], "entries": [[0,2,0,10],[2,4,1,20]],
    "globals": [], "externs": []}]==]
  file:close()
  local actions = list(IMM_B, STOP, IMM_B, STOP)
  local map = dasm.loadmap(name, actions)
  equal(map.entries[2][4], 20)
  for offset, place in pairs { [0] = "a.dasl:10", [2] = 'b "\195\169".dasl:20' } do
    local state = dasm.new(actions)
    state:put(offset, 256)
    fails("source " .. place, state.link, state)
  end
  for _, text in ipairs { "", "[", "{}", '{"version":2}', "[1,2] x", '{"version":1,"files":[],"entries":[[1,2,0,3]]' } do
    file = assert(io.open(name, "w"))
    file:write(text)
    file:close()
    fails(name, dasm.loadmap, name, actions)
  end
  os.remove(name)
  fails("No such file", dasm.loadmap, name, actions)
end)

test("fixed base ebp with index and zero displacement", function()
  -- lea eax, [ebp+ecx+n]: the C library calls this a phase error when n is 0
  local actions = list(0x8d, 0x84, MARK, 0x0d, DISP, STOP, 0x8d, 0x84, MARK, ESC, 0xed, DISP, STOP)
  local state = dasm.new(actions, nil, 1, 0)
  state:put(0, 0)
  state:put(0, 1)
  state:put(6, 0)
  equal(encode(state), "8d440d00" .. "8d440d01" .. "8d44ed00")
end)

test("encode relocates and can be repeated", function()
  local actions = list(0xe8, REL_A, LABEL_LG, 10, STOP)
  local state, globals = dasm.new(actions, nil, 1, 1)
  state:put(0, 0x1000)
  local size = state:link()
  local buffer = ffi.new("uint8_t[?]", size)
  state:encode(buffer, ffi.cast("void*", 0x100))
  equal(hex(buffer, size), "e8fb0e0000")
  equal(globals[0], ffi.cast("void*", 0x105))
  state:encode(buffer, ffi.cast("void*", 0x200))
  equal(hex(buffer, size), "e8fb0d0000")
  for _, null in ipairs { ffi.cast("void*", 0), ffi.cast("uint8_t*", 0) } do
    state:encode(buffer, null)
    equal(hex(buffer, size), "e8fb0f0000")
  end
end)

test("link fills the size box", function()
  local state = dasm.new(RETURN_NUMBER, nil, 1, 0)
  state:put(0, 1)
  local box = ffi.new "size_t[1]"
  state:link(box)
  equal(tonumber(box[0]), 6)
end)

test("states are independent", function()
  local actions = list(0xb8, IMM_D, STOP, EXTERN, 0, 0, STOP)
  local a = dasm.new(actions, { [0] = "x" }, 1, 0, function() return 1 end)
  local b = dasm.new(actions, { [0] = "y" }, 1, 0, function() return 2 end)
  a:put(0, 1)
  b:put(0, 2)
  a:put(3)
  b:put(3)
  equal(encode(a), "b80100000001000000")
  equal(encode(b), "b80200000002000000")
end)

test("externs", function()
  local actions = list(EXTERN, 1, 0, STOP, EXTERN, 0, 0, STOP)
  local state = dasm.new(actions, nil, 1, 0)
  state:put(0)
  local buffer = ffi.new "uint8_t[16]"
  state:link()
  fails("dasm error: extern callback not initialized.", state.encode, state, buffer)
  state:setupextern({ [0] = "foo" }, function() return nil end)
  fails("dasm error: extern not found: foo.", state.encode, state, buffer)
  state:setupextern({ [0] = "foo" }, function() return "text" end)
  fails("the address of extern foo is a string", state.encode, state, buffer)
  state:setupextern({ [0] = "foo" }, function() return buffer + 104 end)
  state:encode(buffer)
  equal(hex(buffer, 4), "64000000")
  state:setupextern({ [0] = "no such symbol" })
  fails("extern not found: no such symbol.", state.encode, state, buffer)
  if X64 then
    state:setupextern({ [0] = "far" }, function() return ffi.cast("char*", buffer) + 0x100000000 end)
    fails("extern far is more than 2 GB away", state.encode, state, buffer)
  end
  state:setup(actions)
  state:put(4)
  state:link()
  state:setupextern { [0] = "strlen" }
  state:encode(buffer)
  ffi.cdef "size_t strlen(const char*);"
  equal(ffi.cast("int32_t*", buffer)[0], tonumber(ffi.cast("int32_t", ffi.cast("intptr_t", ffi.C.strlen))))
end)

test("a failing getter in build", function()
  local state = dasm.new(list(EXTERN, 1, 0, STOP), { [0] = "foo" }, 1, 0, function() error "getter" end)
  state:put(0)
  fails("getter", state.build, state)
end)

test("a getter that builds other code", function()
  local inner
  local state = dasm.new(list(0xb8, EXTERN, 0, 0, 0xc3, STOP), { [0] = "foo" }, 1, 0, function()
    inner = returns(5)
    return 6
  end)
  state:put(0)
  local code = state:build()
  equal(call(code), 6)
  equal(call(inner), 5)
end)

test("pc labels as pointers", function()
  local state = dasm.new(list(0x90, LABEL_PC, 0xc3, STOP), nil, 1, 0)
  state:growpc(2)
  state:put(0, 1)
  local code = state:build()
  equal(state:getpclabel(1), 1)
  equal(ffi.cast("uintptr_t", state:getpclabel(1, code)), ffi.cast("uintptr_t", code) + 1)
  fails("pc label 0 is not defined", state.getpclabel, state, 0, code)
end)

test("presets of globals", function()
  local globals = ffi.new "void*[2]"
  globals[1] = ffi.cast("void*", 0x2000)
  local state, same = dasm.new(list(0xe8, REL_LG, 11, LABEL_LG, 10, STOP), nil, 1, 2, nil, globals)
  equal(same, globals)
  state:put(0)
  equal(encode(state, ffi.cast("void*", 0x1000)), "e8fb0f0000")
  local map = dasm.globals(globals, { [0] = "here", "there" })
  equal(map.here, ffi.cast("void*", 0x1005))
  equal(map.there, ffi.cast("void*", 0x2000))
end)

test("large code", function()
  local state = dasm.new(list(SPACE, 0x90, 0xb8, IMM_D, 0xc3, STOP), nil, 1, 0)
  state:put(0, 3000000, 9)
  local code, size = state:build()
  equal(size, 3000006)
  equal(call(code), 9)
  state, code = nil, nil
  collectgarbage()
  collectgarbage()
  fails("immediate value out of range", function()
    local bad = dasm.new(list(SPACE, 0, STOP))
    bad:put(0, -1)
    bad:link()
  end)
  fails("out of memory", function()
    local bad = dasm.new(list(SPACE, 0, STOP))
    for _ = 1, 3 do bad:put(0, 0x40000000) end
    bad:link()
  end)
end)

test("the map of globals and the state keep the code", function()
  local function make()
    local state, globals = dasm.new(list(LABEL_LG, 10, 0xb8, IMM_D, 0xc3, STOP), nil, 1, 1)
    state:put(0, 77)
    state:build()
    return dasm.globals(globals, { [0] = "main" }), state
  end
  local map = make()
  local _, state = make()
  for _ = 1, 3 do collectgarbage() end
  local others = {}
  for i = 1, 600 do others[i] = returns(i) end -- would be put into collected pages
  equal(call(map.main), 77)
  equal(call(state.code), 77)
end)

test("dump", function()
  local code = returns(1)
  local text = {}
  local function add(piece) text[#text + 1] = piece end
  dasm.dump(code, 6, add)
  assert(table.concat(text):find "mov eax, 0x1", table.concat(text))
  text = {}
  dasm.dump(code, 6, { write = function(_, piece) add(piece) end })
  assert(table.concat(text):find "ret", table.concat(text))
end)

-- Chunks that are put often are put another way than at first, see "Pass 1: chunks" in dasm.lua.
local OFTEN = 40

test("the bytes of a chunk do not change when it is put often", function()
  local actions = list(LABEL_LG, 1, 0x8b, 0x83, DISP, 0x81, 0xc0, IMM_DB, ESC, 0xe9, REL_LG, 248, ESC, 0xe9, REL_PC,
    0x40, 0xb8, VREG, 0x0a, IMM_D, 0x0f, 0x8f, REL_LG, 1, LABEL_PC, 0x81, 0x83, MARK, DISP, IMM_DB, ALIGN, 15,
    LABEL_LG, 1, IMM_LG, 10, IMM_PC, LABEL_LG, 10, SPACE, 0xcc, 0xe8, REL_A, 0xe8, EXTERN, 1, 0, 0x6a, IMM_S,
    0xb0, IMM_B, 0x66, 0xb8, IMM_W, 0x66, 0x81, 0xc0, IMM_WB, LABEL_LG, 2, SETLABEL, SECTION, 1,
    0xc3, SECTION, 0)
  local last = ffi.sizeof(actions) - 3
  local state = dasm.new(actions, { [0] = "f" }, 2, 1, function() return 0x4000 end)
  local function unit(disp, register, immediate)
    state:setup(actions)
    state:setversion(10400)
    state:growpc(2)
    state:put(0, disp, immediate, 1, register, -1, 1, disp, immediate, 1, 3, 0x5000, -128, 255, 65535, immediate,
      0x6000)
    state:put(last)
    state:put(last)
    return encode(state, ffi.cast("void*", 0x1000))
  end
  local first = {}
  for round = 1, OFTEN do
    for _, disp in ipairs { 0, 1, -128, 128 } do
      for _, register in ipairs { 0, 7, 8, 15 } do
        for _, immediate in ipairs { 1, -128, 4096 } do
          local key = ("%d %d %d"):format(disp, register, immediate)
          local code = unit(disp, register, immediate)
          first[key] = first[key] or code
          equal(code, first[key], ("round %d, %s"):format(round, key))
        end
      end
    end
  end
  assert(first["0 0 1"]:find("cccccc", 1, true) and first["0 0 1"] ~= first["1 0 1"], first["0 0 1"])
end)

test("a chunk in which something is wrong leaves nothing behind, however often it is put", function()
  local actions = list(0x90, LABEL_PC, ALIGN, 255, 0x0f, 0x84, REL_PC, SPACE, 0xcc, IMM_S, STOP, 0x91, IMM_B, STOP)
  local state = dasm.new(actions, nil, 1, 0)
  for round = 1, OFTEN do
    state:setup(actions)
    state:growpc(round)
    state:put(11, round)
    fails("cannot convert 'string' to 'int'", state.put, state, 0, 0, 0, 0, "1")
    fails("needs 4 arguments, got 3", state.put, state, 0, 0, 0, 0)
    equal(encode(state), ("91%02x"):format(round))
    local cases = {
      { 0x11000000 + 9, 0, 0, 5, 128 }, { 0x11000000 + 7, 0, 0, -1, 1 }, { 0x14000000 + 6, 0, round, 0, 1 },
      { 0x14000000 + 1, -1, 0, 0, 1 }, { 0x01000000, 0, 0, 0x7fffff00, 1 },
    }
    for _, case in ipairs(cases) do
      state:setup(actions)
      state:put(11, 1)
      state:put(0, unpack(case, 2))
      equal(state.status, case[1])
      state.status = 0 -- as if nobody had looked
      state:put(11, 2)
      equal(encode(state), "91019102")
    end
  end
end)

test("errors name the line that puts, at first and later", function()
  local state = dasm.new(RETURN_NUMBER, nil, 1, 0)
  local generate = loadstring("local dasm, Dst, x = ...\ndasm.put(Dst, 0, x)\nreturn", "@somewhere.dasl")
  for _ = 1, OFTEN do
    fails("somewhere.dasl:2: cannot convert 'table' to 'int'", generate, dasm, state, {})
    generate(dasm, state, 1)
  end
  equal(encode(state), ("b801000000c3"):rep(OFTEN))
end)

test("chunks of any length are put often", function()
  for _, count in ipairs { 61, 300, 3000 } do
    local codes, arguments, expected = {}, {}, {}
    for i = 1, count do codes[i], arguments[i], expected[i] = IMM_B, i % 256, ("%02x"):format(i % 256) end
    codes[count + 1] = STOP
    local state = dasm.new(ffi.new("uint8_t[?]", count + 1, codes), nil, 1, 0)
    for _ = 1, OFTEN do state:put(0, unpack(arguments, 1, count)) end
    equal(encode(state), table.concat(expected):rep(OFTEN))
  end
end)

test("a chunk that is too long for a Lua function is put often", function()
  local count = 70000
  local actions = ffi.new("uint8_t[?]", count * 3 + 1)
  for i = 0, count - 1 do actions[3 * i], actions[3 * i + 1], actions[3 * i + 2] = LABEL_LG, 1, 0x90 end
  actions[count * 3] = STOP
  local state = dasm.new(actions, nil, 1, 0)
  for _ = 1, 12 do state:put(0) end
  equal(encode(state), ("90"):rep(12 * count))
end)

test("sections are left and resumed many times", function()
  local codes = {}
  for section = 0, 3 do
    for _, code in ipairs { 0xb0 + section, IMM_B, LABEL_LG, 1, ESC, 0xe9, REL_LG, 1, SECTION, (section + 1) % 4 } do
      codes[#codes + 1] = code
    end
  end
  local actions = ffi.new("uint8_t[?]", #codes, codes)
  local state, expected = dasm.new(actions, nil, 4, 0), { "", "", "", "" }
  for i = 0, 4 * OFTEN - 1 do
    local section = i % 4
    state:put(section * 10, i)
    expected[section + 1] = expected[section + 1] .. ("b%d%02xebfe"):format(section, i)
  end
  equal(encode(state), table.concat(expected))
end)

test("large code is written in place", function()
  local actions = list(LABEL_PC, 0x0f, 0x85, REL_PC, 0x05, IMM_D, STOP, 0x31, 0xc0, STOP, 0xc3, STOP,
    0xe8, EXTERN, 0, 0, STOP)
  local asked
  local state = dasm.new(actions, { [0] = "f" }, 1, 0, function(name)
    asked = name
    return nil
  end)
  local count = 20000
  state:growpc(count)
  state:put(7)
  for i = 0, count - 1 do state:put(0, i, i, 3) end
  state:put(10)
  local code, size = state:build()
  equal(size, 2 + count * 7 + 1)
  local bytes = hex(code, 16)
  equal(bytes:sub(1, 18), "31c075fe0503000000")
  state:setup(actions)
  for i = 0, count - 1 do state:put(0, i, i, 3) end
  state:put(12)
  fails("extern not found: f", state.build, state)
  equal(asked, "f")
end)

test("hundreds of chunks and thousands of labels", function()
  local codes = {}
  for i = 0, 299 do
    codes[#codes + 1] = 0xb8
    codes[#codes + 1] = IMM_D
    codes[#codes + 1] = LABEL_PC
    codes[#codes + 1] = ESC
    codes[#codes + 1] = 0xe9
    codes[#codes + 1] = REL_PC
    codes[#codes + 1] = STOP
  end
  local state = dasm.new(list(unpack(codes)), nil, 1, 0)
  local count = 6000
  for i = 0, count - 1 do
    state:growpc(i + 2)
    state:put(i % 300 * 7, i, i, i + 1)
  end
  state:put(0, 0, count, 0)
  equal(state:link(), count * 7 + 10)
  for i = 0, count do equal(state:getpclabel(i), i * 7 + 5) end
end)

if failures > 0 then os.exit(1) end
print "ok"
