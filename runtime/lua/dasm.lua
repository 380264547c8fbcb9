-- dasm: run-time encoder and linker for translated DynASM code (x86 and x64), in Lua and ffi alone.
--
-- Use: the generated Lua code calls dasm.put(Dst, ...); a program makes the state Dst with
-- dasm.new(actionlist, ...) and gets callable machine code from Dst:build(). The list of functions and what
-- they accept is in docs/runtime-lua.md. Runs on LuaJIT 2.0 and 2.1, 32 and 64 bit, with or without GC64.
--
-- How it works. put only checks and logs its arguments; everything else waits until a result is asked for:
--   scan    (pass 1) walks the log, checks ranges, binds labels and estimates offsets with every branch long;
--   layout  (pass 2) walks the labels, branches and alignments found by scan and makes branches short;
--   emit    (pass 3) walks the log once more, section by section, and writes the bytes.
-- Each chunk of an action list is decoded once into operations. The three walks are single flat loops over
-- these operations, so that the JIT compiler makes one trace tree of each.

local ffi = require "ffi"
local bit = require "bit"
local jit = require "jit"

local band, bor, bxor, bnot = bit.band, bit.bor, bit.bxor, bit.bnot
local lshift, rshift, tobit = bit.lshift, bit.rshift, bit.tobit
local type, select, tonumber, tostring, setmetatable, error = type, select, tonumber, tostring, setmetatable, error
local copy, fill, cast, new_cdata = ffi.copy, ffi.fill, ffi.cast, ffi.new

assert(ffi.arch == "x64" or ffi.arch == "x86", "dasm: this module generates and runs x86 and x64 code only")

local ints = ffi.typeof "int32_t[?]"
local bytes = ffi.typeof "uint8_t[?]"
local pointers = ffi.typeof "void*[?]"
local void_pointer = ffi.typeof "void*"
local int = ffi.typeof "int32_t"
local int_pointer = ffi.typeof "int32_t*"
local word_pointer = ffi.typeof "uint16_t*"
local long_pointer = ffi.typeof "int64_t*"
local byte_pointer = ffi.typeof "uint8_t*"
local const_byte_pointer = ffi.typeof "const uint8_t*"
local address = ffi.typeof "intptr_t"
local long = ffi.typeof "int64_t"

local POINTER_SIZE = ffi.sizeof "void*"

local dasm = {}

-- Statuses ----------------------------------------------------------------------------------------------

local NOMEM = 0x01000000
local PHASE = 0x02000000
local MATCH_SEC = 0x03000000
local RANGE_I = 0x11000000
local RANGE_SEC = 0x12000000
local RANGE_LG = 0x13000000
local RANGE_PC = 0x14000000
local RANGE_VREG = 0x15000000
local UNDEF_L = 0x21000000
local UNDEF_PC = 0x22000000

-- The texts are those of the C library's binding. `offset`: the payload is an offset into the action list.
local STATUSES = {
  [NOMEM] = { name = "NOMEM", text = "out of memory", detail = "more than 2 GB of code" },
  [PHASE] = { name = "PHASE", text = "phase error" },
  [MATCH_SEC] = { name = "MATCH_SEC", text = "section not found", detail = "the current section is number %d" },
  [RANGE_I] = { name = "RANGE_I", text = "immediate value out of range", offset = true },
  [RANGE_SEC] = { name = "RANGE_SEC", text = "too many sections", offset = true },
  [RANGE_LG] = { name = "RANGE_LG", text = "too many global labels", offset = true,
    detail = "a global label beyond the number of globals, or <n without a label n: before it" },
  [RANGE_PC] = { name = "RANGE_PC", text = "too many pclabels", offset = true,
    detail = "growpc was not called or with a smaller number" },
  [RANGE_VREG] = { name = "RANGE_VREG", text = "variable register out of range", offset = true },
  [UNDEF_L] = { name = "UNDEF_L", text = "undefined global label", detail = "local label %d is used but not defined" },
  [UNDEF_PC] = { name = "UNDEF_PC", text = "undefined pclabel", detail = "pc label %d is used but not defined" },
}

-- Versions ----------------------------------------------------------------------------------------------
--
-- Generated code compares dasm._VERSION with the number of its encoder, 10300, 10400 or 10500, for equality.
-- The action codes are the same; only the width of label addresses in data differs. _VERSION is an object that
-- equals all of them and notes which source file asked for which, so that an action list gets the width of
-- the code that puts its chunks.

local LABEL_SIZES = { [10300] = 4, [10400] = 4, [10500] = POINTER_SIZE }
local asked = {}

ffi.cdef "typedef struct { int32_t number; } dynasm_dasm_version;"

local function number_of(x)
  return type(x) == "number" and x or 10500
end

dasm._VERSION = ffi.metatype("dynasm_dasm_version", {
  __eq = function(a, b)
    local number = type(a) == "number" and a or b
    if not LABEL_SIZES[number] then return false end
    local info = debug.getinfo(2, "S")
    if info then asked[info.source] = number end
    asked.last = number
    return true
  end,
  __lt = function(a, b) return number_of(a) < number_of(b) end,
  __le = function(a, b) return number_of(a) <= number_of(b) end,
  __tostring = function() return "10400" end,
})(10400)

-- Label width for the code that is calling put now.
local function label_size_of_caller()
  local level = 3
  local info = debug.getinfo(level, "S")
  while info do
    if asked[info.source] then return LABEL_SIZES[asked[info.source]] end
    level = level + 1
    info = debug.getinfo(level, "S")
  end
  return LABEL_SIZES[asked.last or 10400]
end

-- Memory ------------------------------------------------------------------------------------------------
--
-- No address is ever writable and executable. Code has one of two kinds of places; reserve, finish and cancel
-- know both, their parameter `owner` tells which one it is:
--   pools  Linux: small functions share memory that is mapped twice, see below;
--   pages  of its own that are writable while code is written to them and executable afterwards.

local MIN_ALIGNMENT, MAX_ALIGNMENT = 64, 256 -- code starts at multiples of these; the second one: with an .align
local reserve, finish, cancel

do

local PAGE = 4096
local REGION_MAX = 256 * PAGE

local os_memory

if ffi.os == "Windows" then
  ffi.cdef [[
    void *dynasm_VirtualAlloc(void *, size_t, uint32_t, uint32_t) __asm__("VirtualAlloc");
    int dynasm_VirtualFree(void *, size_t, uint32_t) __asm__("VirtualFree");
    int dynasm_VirtualProtect(void *, size_t, uint32_t, uint32_t *) __asm__("VirtualProtect");
    int dynasm_FlushInstructionCache(void *, const void *, size_t) __asm__("FlushInstructionCache");
    void *dynasm_GetCurrentProcess(void) __asm__("GetCurrentProcess");
  ]]
  local C = ffi.C
  local MEM_COMMIT_RESERVE, MEM_DECOMMIT, MEM_RELEASE = 0x3000, 0x4000, 0x8000
  local PAGE_READWRITE, PAGE_EXECUTE_READ = 0x04, 0x20
  local previous = ffi.new "uint32_t[1]"
  os_memory = {
    map = function(size)
      local start = C.dynasm_VirtualAlloc(nil, size, MEM_COMMIT_RESERVE, PAGE_READWRITE)
      return start ~= nil and start or nil
    end,
    make_writable = function(start, size)
      return C.dynasm_VirtualProtect(start, size, PAGE_READWRITE, previous) ~= 0
    end,
    make_executable = function(start, size)
      if C.dynasm_VirtualProtect(start, size, PAGE_EXECUTE_READ, previous) == 0 then return false end
      C.dynasm_FlushInstructionCache(C.dynasm_GetCurrentProcess(), start, size)
      return true
    end,
    -- What was allocated as a whole can be released. Pages of a region can only be decommitted one by one;
    -- their address range stays reserved.
    unmap = function(start, size)
      if size > REGION_MAX / 4 and C.dynasm_VirtualFree(start, 0, MEM_RELEASE) ~= 0 then return end
      C.dynasm_VirtualFree(start, size, MEM_DECOMMIT)
    end,
  }
else
  local offset_type = (ffi.os == "Linux" or ffi.os == "POSIX") and "long" or "int64_t"
  ffi.cdef(([[
    void *dynasm_mmap(void *, size_t, int, int, int, %s) __asm__("mmap");
    int dynasm_mprotect(void *, size_t, int) __asm__("mprotect");
    int dynasm_munmap(void *, size_t) __asm__("munmap");
  ]]):format(offset_type))
  local C = ffi.C
  local READ_WRITE, READ_EXECUTE = 3, 5
  local MAP_PRIVATE = 2
  local MAP_ANONYMOUS = ffi.os == "Linux" and 0x20 or ffi.os == "POSIX" and 0x100 or 0x1000
  local MAP_JIT = ffi.os == "OSX" and 0x800 or 0
  -- Linux: get all pages of a region at once, which costs a fraction of one page fault per page.
  local MAP_POPULATE = ffi.os == "Linux" and 0x8000 or 0
  local flags = MAP_PRIVATE + MAP_ANONYMOUS + MAP_POPULATE
  local function map(size, extra)
    local start = C.dynasm_mmap(nil, size, READ_WRITE, flags + extra, -1, 0)
    return cast(address, start) ~= -1 and start or nil
  end
  if MAP_JIT ~= 0 then
    -- A hardened macOS process lets only MAP_JIT memory become executable, a plain one does not need it.
    local probe = map(PAGE, 0)
    if probe then
      if C.dynasm_mprotect(probe, PAGE, READ_EXECUTE) ~= 0 then flags = flags + MAP_JIT end
      C.dynasm_munmap(probe, PAGE)
    end
  end
  os_memory = {
    map = function(size) return map(size, 0) end,
    make_writable = function(start, size) return C.dynasm_mprotect(start, size, READ_WRITE) == 0 end,
    make_executable = function(start, size) return C.dynasm_mprotect(start, size, READ_EXECUTE) == 0 end,
    unmap = function(start, size) C.dynasm_munmap(start, size) end,
  }
end

-- Pages are taken one after the other from regions, each twice as large as the one before up to a megabyte,
-- because a mapping per function costs more than generating it. They go back when the code pointer is collected:
-- a few are kept for the next build, the others are unmapped.

local region, region_size, region_left = nil, 8 * PAGE, 0

-- Collected code by number of pages: { count, address ... }. At most KEEP pages altogether, none when the Lua state
-- is being closed.
local KEEP = 512
local closed = false
local kept, kept_pages = {}, 0
for pages = 1, 16 do kept[pages] = { 0 } end

local function map_pages(size)
  local start = os_memory.map(size)
  if not start then
    collectgarbage() -- pages of code that nobody uses any more
    start = os_memory.map(size)
  end
  if not start then error(("dasm error: out of memory. :0 (NOMEM: no %d bytes for code)"):format(size), 0) end
  return cast(byte_pointer, start)
end

-- Writable pages.
local function take_pages(pages)
  local size = pages * PAGE
  local list = kept[pages]
  if list and list[1] > 0 then
    local start = list[list[1] + 1]
    list[1] = list[1] - 1
    kept_pages = kept_pages - pages
    if os_memory.make_writable(start, size) then return start end
  end
  if size > REGION_MAX / 4 then return map_pages(size) end
  if size > region_left then
    if region_left > 0 then os_memory.unmap(region, region_left) end
    while region_size < REGION_MAX and region_size < size * 8 do region_size = region_size * 2 end
    region, region_left = map_pages(region_size), region_size
    if region_size < REGION_MAX then region_size = region_size * 2 end
  end
  local start = region
  region, region_left = region + size, region_left - size
  return start
end

local function give_back(start, pages)
  local list = not closed and kept[pages]
  if list and kept_pages + pages <= KEEP then
    kept_pages = kept_pages + pages
    list[1] = list[1] + 1
    list[list[1] + 1] = start
  else
    os_memory.unmap(start, pages * PAGE)
  end
end

-- Owners of pages, by their number.
local page_owners = setmetatable({}, {
  __index = function(self, pages)
    local owner = { pages = pages, finalizer = function(code) give_back(cast(byte_pointer, code), pages) end }
    self[pages] = owner
    return owner
  end,
})

-- Pools: a system call per function would cost more than everything else. The memory of a pool is mapped twice;
-- functions are written through one view and run in the other one.
--
-- A child made by fork shares this memory with its parent. So nothing is written to a place twice, a pool is
-- unmapped as a whole when all its functions are dead, and a child begins a pool of its own. `own_mark` tells it
-- that it is one: the kernel clears that page in a child.
--
-- Where the system refuses any of this, code gets pages, from then on.

local POOL = 8 * PAGE
local POOLED_MAX = POOL / 4 -- most bytes of a function in a pool, so that little is left over at its end
local map_twice, own_mark

if ffi.os == "Linux" then
  ffi.cdef [[
    void *dynasm_mremap(void *, size_t, size_t, int, ...) __asm__("mremap");
    int dynasm_madvise(void *, size_t, int) __asm__("madvise");
  ]]
  local C = ffi.C
  local READ_WRITE = 3
  local SHARED, PRIVATE, ANONYMOUS, POPULATE = 1, 2, 0x20, 0x8000
  local MAYMOVE, WIPEONFORK, NO_ADVICE = 1, 18, -1

  local function map(size, flags)
    local start = C.dynasm_mmap(nil, size, READ_WRITE, ANONYMOUS + flags, -1, 0)
    return cast(address, start) ~= -1 and cast(byte_pointer, start) or nil
  end

  -- A page that is 1 in this process and 0 in its children; nil if there is no such thing (before Linux 4.14, or
  -- emulators that accept any advice).
  local function new_mark()
    local page = map(PAGE, PRIVATE)
    if not page then return nil end
    if C.dynasm_madvise(page, PAGE, WIPEONFORK) ~= 0 or C.dynasm_madvise(page, PAGE, NO_ADVICE) == 0 then
      os_memory.unmap(page, PAGE)
      return nil
    end
    page[0] = 1
    return page
  end

  -- The writable and the executable view of new memory, or nil.
  function map_twice()
    own_mark = own_mark or new_mark()
    local writable = own_mark and map(POOL, SHARED + POPULATE)
    if not writable then return nil end
    -- An old size of 0 asks for another mapping of shared memory.
    local start = C.dynasm_mremap(writable, 0, POOL, cast(int, MAYMOVE))
    local executable = cast(address, start) ~= -1 and cast(byte_pointer, start)
    if executable then
      writable[0] = 0xcc
      if executable[0] == 0xcc and os_memory.make_executable(executable, POOL) then return writable, executable end
      os_memory.unmap(executable, POOL)
    end
    os_memory.unmap(writable, POOL)
    return nil
  end
end

local pool -- the one that takes functions

-- Unmap what is no longer needed of a pool that takes no more functions.
local function tidy(old)
  if old == pool then return end
  if old.unfinished == 0 and old.writable then
    os_memory.unmap(old.writable, POOL)
    old.writable = false
  end
  if old.live == 0 and old.executable then
    os_memory.unmap(old.executable, POOL)
    old.executable = false
  end
end

-- Replace the pool. Returns the new one, nil if there is none.
local function begin_pool()
  local old = pool
  local writable, executable = map_twice()
  pool = nil
  if old then
    if own_mark[0] == 0 then own_mark[0] = 1 end
    tidy(old)
  end
  if not writable then
    map_twice = nil
    return nil
  end
  -- live: functions that are not collected yet; unfinished: those that are not written yet.
  local new = { writable = writable, executable = executable, used = 0, live = 0, unfinished = 0, finalizer = false }
  new.finalizer = function()
    new.live = new.live - 1
    if new.live == 0 then tidy(new) end
  end
  pool = new
  return new
end

-- When the Lua state is closed, what is kept for later builds goes too.
os_memory.rest = ffi.gc(new_cdata(bytes, 1), function()
  closed = true
  for pages, list in ipairs(kept) do
    for i = 2, list[1] + 1 do os_memory.unmap(list[i], pages * PAGE) end
    list[1] = 0
  end
  if region_left > 0 then os_memory.unmap(region, region_left) end
  region_left = 0
  local old = pool
  pool, map_twice = nil, nil
  if old then tidy(old) end
  if own_mark then os_memory.unmap(own_mark, PAGE) end
  own_mark = nil
end)

-- Room for code. Returns where it will run, where to write it and the owner of the place.
function reserve(size, alignment)
  if map_twice and size <= POOLED_MAX then
    local owner = pool
    local offset = owner and band(owner.used + alignment - 1, -alignment)
    if not owner or offset + size > POOL or own_mark[0] == 0 then
      owner, offset = begin_pool(), 0
    end
    if owner then
      owner.used = offset + size
      owner.live, owner.unfinished = owner.live + 1, owner.unfinished + 1
      return owner.executable + offset, owner.writable + offset, owner
    end
  end
  local owner = page_owners[rshift(size + PAGE - 1, 12)]
  local start = take_pages(owner.pages)
  return start, start, owner
end

-- The code has been written. Returns the pointer that owns it, nil if the system does not let it be executed.
function finish(start, owner)
  if owner.pages then
    if not os_memory.make_executable(start, owner.pages * PAGE) then return nil end
  else
    owner.unfinished = owner.unfinished - 1
    tidy(owner)
  end
  return ffi.gc(cast(void_pointer, start), owner.finalizer)
end

-- The code could not be written.
function cancel(start, owner)
  if owner.pages then
    os_memory.unmap(start, owner.pages * PAGE)
  else
    owner.live, owner.unfinished = owner.live - 1, owner.unfinished - 1
    tidy(owner)
  end
end

end

-- Decoding chunks ---------------------------------------------------------------------------------------
--
-- An operation is WIDTH numbers in the list's `ops`:
--   KIND     what to do (constants below)
--   LITERAL  number of literal bytes to write first
--   FROM     where these bytes are in the list's `literals`
--   X, Y     operands
--   MARKED   number of the literal bytes that follow a MARK action, -1 without one
-- A chunk is a run of operations that ends with END.

local WIDTH, LITERAL, FROM, X, Y, MARKED = 6, 1, 2, 3, 4, 5

local END = 0       -- X: section to switch to or -1
local IMM_D = 1
local REL_LG = 2    -- X: label entry, negative for forward locals; Y: bytes saved by the short form or 0
local REL_PC = 3    -- Y: as above
local LABEL_LG = 4  -- X: label entry
local LABEL_PC = 5
local DISP = 6      -- X: 0 zero needs no byte, 1 it does, 2+n look at the register n+1 arguments back; Y: keep mark
local IMM_S = 7
local IMM_DB = 8
local IMM_B = 9
local VREG = 10     -- X: field descriptor
local IMM_W = 11
local IMM_WB = 12
local EXTERN = 13   -- X: 1 if relative; Y: index
local REL_A = 14
local IMM_LG = 15   -- X: label entry, negative for forward locals
local IMM_PC = 16
local ALIGN = 17    -- X: alignment - 1
local SPACE = 18    -- X: fill byte
local SETLABEL = 19
local MARK = 20     -- only while decoding

local WITH_ARGUMENT = {
  [IMM_D] = true, [REL_PC] = true, [LABEL_PC] = true, [DISP] = true, [IMM_S] = true, [IMM_DB] = true,
  [IMM_B] = true, [VREG] = true, [IMM_W] = true, [IMM_WB] = true, [REL_A] = true, [IMM_PC] = true,
  [SPACE] = true, [SETLABEL] = true,
}

-- Action code -> operation, number of operand bytes in the list.
local ACTIONS = {
  [233] = { DISP, 0 }, [234] = { IMM_S, 0 }, [235] = { IMM_B, 0 }, [236] = { IMM_W, 0 }, [237] = { IMM_D, 0 },
  [238] = { IMM_WB, 0 }, [239] = { IMM_DB, 0 }, [240] = { VREG, 1 }, [241] = { SPACE, 1 }, [242] = { SETLABEL, 0 },
  [243] = { REL_A, 0 }, [244] = { REL_LG, 1 }, [245] = { REL_PC, 0 }, [246] = { IMM_LG, 1 }, [247] = { IMM_PC, 0 },
  [248] = { LABEL_LG, 1 }, [249] = { LABEL_PC, 0 }, [250] = { ALIGN, 1 }, [251] = { EXTERN, 2 },
  [253] = { MARK, 0 }, [254] = { END, 1 }, [255] = { END, 0 },
}
local ESCAPE = 252

-- Decoded action lists by the cdata object they came from. A list holds a copy of the bytes, not the object.
local lists = setmetatable({}, { __mode = "k" })

-- Copies of literal bytes may read and write this much beyond the end.
local SLACK = 32

local function make_list(actions)
  local data, size
  if type(actions) == "string" then
    data, size = actions, #actions
  elseif type(actions) == "cdata" then
    local name = tostring(ffi.typeof(actions))
    if name:find("%*>$") then
      -- a bare pointer: the end is unknown, chunks end themselves
      data, size = cast(const_byte_pointer, actions), 2 ^ 24
    elseif name:find("char %[") or name:find("uint8_t %[") then
      size = ffi.sizeof(actions)
      data = ffi.string(cast("const char*", actions), size)
    end
  end
  if not data then error("dasm: an action list made by .actionlist expected, got " .. type(actions), 4) end
  local list = {
    data = data,              -- keeps `actions` alive
    actions = cast(const_byte_pointer, data),
    size = size,
    chunks = {},              -- start offset -> { first operation, number of arguments }
    ops = new_cdata(ints, 64 * WIDTH), op_capacity = 64 * WIDTH,
    op_count = WIDTH,         -- operation 0 is an empty chunk, for the list heads of sections
    offsets = {},             -- operation -> offset of its code in the action list
    places = {},              -- start offset of a chunk -> source position that first put it
    literals = nil, literal_memory = nil, literal_capacity = 256, literal_count = 0,
    label_size = nil,         -- bytes of a label address, once one was met
    map = nil,
  }
  list.ops[X] = -1
  list.literal_memory = new_cdata(bytes, 256 + SLACK)
  list.literals = cast(byte_pointer, list.literal_memory)
  return list
end

local function list_of(actions)
  local list = lists[actions]
  if not list then
    list = make_list(actions)
    lists[actions] = list
  end
  return list
end

local decode

do

local function reserve_ops(list)
  if list.op_count + WIDTH <= list.op_capacity then return end
  local larger = new_cdata(ints, list.op_capacity * 2)
  copy(larger, list.ops, list.op_count * 4)
  list.ops, list.op_capacity = larger, list.op_capacity * 2
end

local function add_literal(list, byte)
  if list.literal_count == list.literal_capacity then
    local larger = new_cdata(bytes, list.literal_capacity * 2 + SLACK)
    copy(larger, list.literals, list.literal_count)
    list.literals, list.literal_memory = cast(byte_pointer, larger), larger
    list.literal_capacity = list.literal_capacity * 2
  end
  list.literals[list.literal_count] = byte
  list.literal_count = list.literal_count + 1
end

-- A byte of the action list, nil behind its end.
local function byte_at(list, offset)
  return offset >= 0 and offset < list.size and list.actions[offset] or nil
end

-- Bytes that a branch saves in its short form, from the opcode byte in front of its displacement.
local function saved_by_short_form(opcode)
  if opcode == 0xe9 then return 3 end
  return opcode >= 0x80 and opcode <= 0x8f and 4 or 0
end

-- A reference operand: 1..9 local backward, 247..255 local forward, else global. Forward becomes negative.
local function label_operand(byte)
  return byte >= 247 and 246 - byte or byte
end

-- What decides whether a zero displacement needs a byte: the base register, see DISP above.
local function zero_rule(chunk, list, offset)
  if chunk.base_argument then return 2 + chunk.argument_count - chunk.base_argument end
  local register = chunk.modrm
  if not register then
    register = byte_at(list, offset - 1) or 0
  elseif band(register, 7) == 4 then
    register = chunk.sib or 0
  end
  return band(register, 7) == 5 and 1 or 0
end

-- X and Y of one action; `chunk` carries what later actions need to know about earlier ones.
local function operands_of(list, chunk, kind, code, offset)
  local actions = list.actions
  if kind == DISP then
    local following = byte_at(list, offset + 1)
    return zero_rule(chunk, list, offset), (following == 238 or following == 239) and 1 or 0
  elseif kind == VREG or kind == SPACE or kind == ALIGN or kind == LABEL_LG then
    return actions[offset + 1], 0
  elseif kind == REL_LG then
    return label_operand(actions[offset + 1]), saved_by_short_form(chunk.opcode)
  elseif kind == IMM_LG then
    return label_operand(actions[offset + 1]), 0
  elseif kind == REL_PC then
    return 0, saved_by_short_form(chunk.opcode)
  elseif kind == EXTERN then
    return actions[offset + 1], actions[offset + 2]
  elseif kind == END then
    return code == 254 and actions[offset + 1] or -1, 0
  end
  return 0, 0
end

-- Follow the ModRM byte of the current instruction as far as the displacement.
local function follow_modrm(list, chunk, kind, x, offset)
  if kind == MARK then
    local following = byte_at(list, offset + 1)
    chunk.modrm = byte_at(list, offset - 1)
    chunk.sib = following == ESCAPE and byte_at(list, offset + 2) or not ACTIONS[following] and following or nil
    chunk.base_argument = nil
  elseif kind == VREG then
    if x < 0x40 then chunk.base_argument = chunk.argument_count end
  elseif kind ~= LABEL_LG and kind ~= LABEL_PC and kind ~= ALIGN and kind ~= EXTERN then
    chunk.modrm, chunk.sib, chunk.base_argument = nil, nil, nil
  end
end

local function bad_chunk(start, why)
  error(("dasm: bad action list: %s in the chunk at offset %d"):format(why, start), 0)
end

-- Add one operation to the list; `run` says where its literal bytes are.
local function add_operation(list, chunk, run, kind, code, offset)
  reserve_ops(list)
  local op, ops = list.op_count, list.ops
  local x, y = operands_of(list, chunk, kind, code, offset)
  ops[op], ops[op + LITERAL], ops[op + FROM] = kind, run.length, run.from
  ops[op + X], ops[op + Y] = x, y
  ops[op + MARKED] = run.mark and run.length - run.mark or -1
  list.offsets[op] = offset
  list.op_count = op + WIDTH
  if WITH_ARGUMENT[kind] then chunk.argument_count = chunk.argument_count + 1 end
  if kind == IMM_LG or kind == IMM_PC then chunk.has_label_address = true end
  run.length, run.from, run.mark, run.after = 0, list.literal_count, nil, kind
  return x
end

-- Add an action other than a literal byte. `run` is the run of literal bytes before it.
local function add_action(list, chunk, run, kind, code, offset, start)
  if run.length > 0 then chunk.base_argument = nil end -- it was a register of an earlier instruction
  if kind == SETLABEL and (run.length > 0 or run.after ~= LABEL_LG and run.after ~= LABEL_PC) then
    bad_chunk(start, "an address without a label")
  end
  local x = 0
  if kind == MARK then
    run.mark = run.length
  else
    x = add_operation(list, chunk, run, kind, code, offset)
  end
  follow_modrm(list, chunk, kind, x, offset)
end

local function decode_actions(list, chunk, start)
  local offset = start
  local run = { length = 0, from = list.literal_count, mark = nil, after = nil }
  local kind
  repeat
    local code = byte_at(list, offset) or bad_chunk(start, "missing end")
    local action = ACTIONS[code]
    local operand_count = action and action[2] or code == ESCAPE and 1 or 0
    if offset + operand_count >= list.size then bad_chunk(start, "missing end") end
    if action then
      kind = action[1]
      add_action(list, chunk, run, kind, code, offset, start)
    else
      local byte = code == ESCAPE and list.actions[offset + 1] or code
      add_literal(list, byte)
      run.length, chunk.opcode = run.length + 1, byte
    end
    offset = offset + 1 + operand_count
  until kind == END
end

function decode(list, start)
  if type(start) ~= "number" then
    error(("bad argument #2 to 'dasm_put' (cannot convert '%s' to 'int')"):format(type(start)), 4)
  end
  if start < 0 or start >= list.size or start % 1 ~= 0 then
    error(("dasm: offset %s is outside the action list of %d bytes"):format(tostring(start), list.size), 4)
  end
  -- opcode, modrm, sib and base_argument are what an action needs to know about the bytes before it.
  local chunk = { pc = list.op_count, argument_count = 0, has_label_address = false, opcode = 0 }
  local op_count, literal_count = list.op_count, list.literal_count
  local ok, message = pcall(decode_actions, list, chunk, start)
  if not ok then
    list.op_count, list.literal_count = op_count, literal_count
    error(message, 4)
  end
  return { pc = chunk.pc, argument_count = chunk.argument_count, has_label_address = chunk.has_label_address }
end

end

-- Decode the chunk that put met for the first time.
local function prepare(state, start)
  local list = state.list
  local chunk = decode(list, start)
  if chunk.has_label_address and not list.label_size then list.label_size = label_size_of_caller() end
  local info = debug.getinfo(3, "Sl")
  if info and info.currentline > 0 then
    list.places[start] = ("%s:%d"):format(info.short_src, info.currentline)
  end
  list.chunks[start] = chunk
  return chunk
end

-- Some betas of LuaJIT 2.1 continue a trace after a function like debug.getinfo ("stitching") with the wrong
-- arguments when the caller is variadic, as put is.
jit.off(prepare)

-- State -------------------------------------------------------------------------------------------------
--
-- The log, one int32 array, has one head per section and behind them one record per put:
--   record:  first operation, NEXT, EVENT, arguments ...
--   head:    the same (an empty chunk), then ESTIMATE, TAIL, EVENT_TAIL
-- NEXT: until scanned the position behind the record, then the next record of the same section or 0.
-- EVENT: first event of the record.
--
-- Events, four numbers each, are what layout needs to visit: WHAT, estimate, operand, next event of the
-- section. The first ones are the list heads of the sections. WHAT: 0 label, 1 reference that stays as it is,
-- 2 alignment, 3 jmp, 4 jcc; SHORT is added by layout.
--
-- Targets, four numbers each, are what a label name means to a set of references: DEFINITION (event of the
-- definition or 0), SECTION, OFFSET (estimate, after layout final; address for PRESET), STATE.
--
-- Label tables map a label to 0 (unused), a target (defined) or minus a target (pending).
--
-- The flags of a state are one number; bit n from 1 to 9 says that local label n is pending.

local HEAD, NEXT, EVENT, ESTIMATE, TAIL, EVENT_TAIL = 6, 1, 2, 3, 4, 5
local ARGUMENTS = 3
local LABEL, FIXED, ALIGNMENT, JMP, JCC, SHORT = 0, 1, 2, 3, 4, 16
local SECTION, OFFSET, STATE = 1, 2, 3
local LOCALS_PENDING, LOCAL_USED, ALIGNED = 0x3fe, 1, 0x2000
local GLOBAL_PENDING, GLOBAL_DEFINED, PC_PENDING = 0x400, 0x800, 0x1000
local BOUND, PENDING, EXTERNAL, PRESET = 0, 1, 2, 3

local State = { __index = {} }

-- Stands for the chunk table when put is not allowed.
local function refuse(why)
  return setmetatable({}, { __index = function() error("dasm: " .. why, 3) end })
end

local NOT_SET_UP = refuse "put before setup"
local LINKED = refuse "put after link (call setup first)"
local FREED = refuse "put to a freed state"

local function need(state, condition, why)
  if state.chunks == FREED then error("dasm: the state has been freed", 3) end
  if not condition then error("dasm: " .. why, 3) end
end

-- A state begins with one piece of memory for its local labels, log, events and targets, one behind the other;
-- indices into all of them count from the beginning of that piece. These are the numbers for which there is room.
local LOCALS = 10 -- labels 0 to 9
local FIRST_LOG, FIRST_EVENTS, FIRST_TARGETS = 96, 48, 24

local function head_of(section) return LOCALS + section * HEAD end
local function first_event(state) return head_of(state.section_count) + FIRST_LOG end
local function first_target(state) return first_event(state) + state.section_count * 4 + FIRST_EVENTS end

-- The arrays of a state are pointers, so that the JIT compiler sees one type; its field `memory` keeps the memory:
-- a cdata object, or a table of several when arrays have grown.
local function new_ints(capacity)
  local memory = new_cdata(ints, capacity)
  return cast(int_pointer, memory), memory
end

-- Small states share blocks, since most of the time they take is that of the memory manager.
local BLOCK = 4096
local block, block_memory, block_used = nil, nil, BLOCK

-- Zeroed memory: the pointer and what keeps it.
local function take_ints(count)
  if count > BLOCK / 4 then return new_ints(count) end
  if block_used + count > BLOCK then
    block, block_memory = new_ints(BLOCK)
    block_used = 0
  end
  local start = block + block_used
  block_used = block_used + count
  return start, block_memory
end

ffi.cdef [[
  void *dynasm_realloc(void *, size_t) __asm__("realloc");
  void dynasm_free(void *) __asm__("free");
]]

-- Larger arrays come from realloc, which moves pages instead of copying them and does not clear new ones.
local LARGE = 0x4000

-- A larger copy of an array that has `used` numbers: the pointer and the owner of the memory.
local function larger_ints(old, memory, used, capacity)
  if capacity < LARGE then
    local larger, owner = new_ints(capacity)
    copy(larger, old, used * 4)
    return larger, owner
  end
  local moves = memory and ffi.istype(int_pointer, memory)
  local larger = ffi.C.dynasm_realloc(moves and memory or nil, capacity * 4)
  if larger == nil then error("dasm error: out of memory. :0 (NOMEM)", 0) end
  if moves then ffi.gc(memory, nil) else copy(larger, old, used * 4) end
  larger = ffi.gc(cast(int_pointer, larger), ffi.C.dynasm_free)
  return larger, larger
end

-- Keep the memory of an array that is not in the first piece any more.
local function keep_memory(state, name, owner)
  local memory = state.memory
  if type(memory) ~= "table" then
    memory = { first = memory, log = false, events = false, targets = false, labels = false }
    state.memory = memory
  end
  memory[name] = owner
end

-- Replace an array of the state, which has `used` numbers, by a larger one.
local function grow(state, name, used, capacity)
  local memory = state.memory
  local owner = type(memory) == "table" and memory[name]
  state[name], owner = larger_ints(state[name], owner, used, capacity)
  keep_memory(state, name, owner)
end

local function grow_log(state, top)
  local capacity = state.capacity * 2
  while capacity < top do capacity = capacity * 2 end
  grow(state, "log", state.used, capacity)
  state.capacity = capacity
end

-- Some betas of LuaJIT 2.1 give put the wrong variadic arguments when this is a part of its trace.
jit.off(grow_log)

-- Put ---------------------------------------------------------------------------------------------------

local function convert(x)
  local kind = type(x)
  if kind == "cdata" then
    return tonumber(cast(int, x)) -- integers and pointers: the low 32 bits
  elseif kind == "nil" then
    return 0
  elseif kind == "boolean" then
    return x and 1 or 0
  elseif kind == "number" then
    error(("dasm: %s is not a 32 bit number"):format(tostring(x)), 4)
  end
  error(("cannot convert '%s' to 'int'"):format(kind), 4)
end

-- A number modulo 2^32; numbers too large for that to be exact, infinities and NaN are refused.
local function to_int(x)
  if type(x) == "number" and x > -0x8000000000000 and x < 0x8000000000000 then return tobit(x) end
  return convert(x)
end

local function log_more(log, at, count, ...)
  for i = 1, count do log[at + i - 1] = to_int((select(i, ...))) end
end

local function put(state, start, ...)
  if not state then
    error("dasm: put needs a state made by dasm.new, got nil; generated code takes it from the variable Dst", 2)
  end
  local chunk = state.chunks[start]
  if not chunk then chunk = prepare(state, start) end
  local count = chunk.argument_count
  local at = state.used
  local top = at + ARGUMENTS + count
  if top > state.capacity then grow_log(state, top) end
  local log = state.log
  log[at] = chunk.pc
  log[at + NEXT] = top
  if count > 0 then
    if select("#", ...) < count then
      error(("dasm: put of the chunk at offset %d needs %d arguments, got %d"):format(start, count, select("#", ...)), 2)
    end
    local a, b, c, d, e, f = ...
    log[at + 3] = to_int(a)
    if count > 1 then
      log[at + 4] = to_int(b)
      if count > 2 then
        log[at + 5] = to_int(c)
        if count > 3 then
          log[at + 6] = to_int(d)
          if count > 4 then
            log[at + 7] = to_int(e)
            if count > 5 then
              log[at + 8] = to_int(f)
              if count > 6 then log_more(log, at + 9, count - 6, select(7, ...)) end
            end
          end
        end
      end
    end
  end
  state.used = top
end

-- Labels ------------------------------------------------------------------------------------------------

local function new_target(state)
  local target = state.target_count
  if target + 4 > state.target_capacity then
    local capacity = state.target_capacity * 2
    grow(state, "targets", target, capacity)
    state.target_capacity = capacity
  end
  state.target_count = target + 4
  local targets = state.targets
  targets[target], targets[target + STATE] = 0, PENDING
  return target
end

-- The target that a reference through `entry` means.
local function refer(state, labels, entry)
  local target = labels[entry]
  if target > 0 then return target end
  if target < 0 then return -target end
  target = new_target(state)
  labels[entry] = -target
  return target
end

-- Define the label at an event.
local function define(state, labels, entry, event, section, estimate)
  local target = -labels[entry]
  if target <= 0 then target = new_target(state) end
  labels[entry] = target
  local targets = state.targets
  targets[target], targets[target + SECTION] = event, section
  targets[target + OFFSET], targets[target + STATE] = estimate, BOUND
  return target
end

local function grow_events(state)
  local capacity = state.event_capacity * 2
  grow(state, "events", state.event_count, capacity)
  state.event_capacity = capacity
end

-- Add an event; `chain` tells whether layout must visit it. Returns its number.
local function add_event(state, what, estimate, operand, head, chain)
  local event = state.event_count
  if event + 4 > state.event_capacity then grow_events(state) end
  state.event_count = event + 4
  local events = state.events
  events[event], events[event + 1], events[event + 2], events[event + 3] = what, estimate, operand, 0
  if chain then
    local log = state.log
    events[log[head + EVENT_TAIL] + 3] = event
    log[head + EVENT_TAIL] = event
  end
  return event
end

-- Make sure that there is a table with entry `entry` for global labels too.
local function need_label(state, entry)
  if entry < state.label_capacity then return end
  local labels, memory = new_ints(state.label_count)
  copy(labels, state.labels, 40)
  keep_memory(state, "labels", memory)
  state.labels, state.label_capacity = labels, state.label_count
end

-- References and label definitions of pass 1: update the tables, add an event, return a fault or 0.

local function scan_global_reference(state, x, head, what, estimate)
  if x > 0 and x < 10 then
    if state.labels[x] <= 0 then return RANGE_LG end
  end
  local entry = x < 0 and -x or x
  if entry >= state.label_count then return RANGE_LG end
  need_label(state, entry)
  local labels = state.labels
  if x < 0 then
    if labels[entry] > 0 then labels[entry] = 0 end
    state.flags = bor(state.flags, lshift(1, entry), LOCAL_USED)
  elseif x >= 10 and labels[entry] == 0 then
    state.flags = bor(state.flags, GLOBAL_PENDING)
  end
  add_event(state, what, estimate, refer(state, labels, entry), head, what >= JMP)
  return 0
end

local function scan_global_definition(state, entry, head, section, estimate)
  if entry >= state.label_count then return RANGE_LG end
  need_label(state, entry)
  if entry < 10 then
    state.flags = bor(band(state.flags, bnot(lshift(1, entry))), LOCAL_USED)
  else
    state.flags = bor(state.flags, GLOBAL_DEFINED)
  end
  local event = add_event(state, LABEL, estimate, 0, head, true)
  state.events[event + 2] = define(state, state.labels, entry, event, section, estimate)
  return 0
end

local function scan_pc_reference(state, pc, head, what, estimate)
  if pc < 0 or pc >= state.pc_count then return RANGE_PC end
  local pcs = state.pcs
  if pcs[pc] == 0 then state.flags = bor(state.flags, PC_PENDING) end
  add_event(state, what, estimate, refer(state, pcs, pc), head, what >= JMP)
  return 0
end

local function scan_pc_definition(state, pc, head, section, estimate)
  if pc < 0 or pc >= state.pc_count then return RANGE_PC end
  local event = add_event(state, LABEL, estimate, 0, head, true)
  state.events[event + 2] = define(state, state.pcs, pc, event, section, estimate)
  return 0
end

-- Pass 1 ------------------------------------------------------------------------------------------------

-- Whether the registers in the last `k` arguments up to `a` are all below 8.
local function all_low(log, a, k)
  local n = log[a]
  if k > 1 then n = bor(n, log[a - 1]) end
  if k > 2 then n = bor(n, log[a - 2]) end
  return n <= 7
end

-- Change of the estimate by a variable register; nil if it is out of range.
local function scan_register(log, a, x)
  local n = log[a]
  local field = band(x, 0xe0)
  if n < 0 or n > 15 or (n == 4 and field == 0x40) then return nil end
  local change = field == 0 and band(n, 7) == 4 and 1 or 0
  local k = band(rshift(x, 3), 3)
  if k > 0 and all_low(log, a, k) then change = change - 1 end
  return change
end

local function zero_needs_byte(log, a, rule)
  if rule < 2 then return rule == 1 end
  return band(log[a - rule + 1], 7) == 5
end

local function displacement_size(log, a, rule)
  local n = log[a]
  if n == 0 then return zero_needs_byte(log, a, rule) and 1 or 0 end
  return n >= -128 and n <= 127 and 1 or 4
end

-- Undo what the abandoned record at `at` added to the events of its section.
local function drop_events(state, head, event_count, event_tail)
  state.event_count = event_count
  state.log[head + EVENT_TAIL] = event_tail
  state.events[event_tail + 3] = 0
end

local function scan(state)
  local used, at = state.used, state.scanned
  if at == used then return end
  state.scanned = used
  local log, list = state.log, state.list
  local ops = list.ops
  local section = state.section
  local head = head_of(section)
  local estimate = log[head + ESTIMATE]
  local pc, a = log[at], at + ARGUMENTS
  local first_event, event_tail = state.event_count, log[head + EVENT_TAIL]
  while true do
    local kind = ops[pc]
    local fault = 0
    if kind ~= END then
      estimate = estimate + ops[pc + LITERAL]
      if kind < DISP then
        if kind == IMM_D then
          estimate = estimate + 4
          a = a + 1
        elseif kind == REL_LG then
          estimate = estimate + 4
          local saved = ops[pc + Y]
          fault = scan_global_reference(state, ops[pc + X], head, saved == 0 and FIXED or saved, estimate)
        elseif kind == REL_PC then
          estimate = estimate + 4
          local saved = ops[pc + Y]
          fault = scan_pc_reference(state, log[a], head, saved == 0 and FIXED or saved, estimate)
          a = a + 1
        elseif kind == LABEL_LG then
          fault = scan_global_definition(state, ops[pc + X], head, section, estimate)
        else
          fault = scan_pc_definition(state, log[a], head, section, estimate)
          a = a + 1
        end
      elseif kind <= IMM_B then
        local n = log[a]
        if kind == DISP then
          estimate = estimate + displacement_size(log, a, ops[pc + X])
        elseif kind == IMM_S then
          estimate = estimate + 1
          if n < -128 or n > 127 then fault = RANGE_I end
        elseif kind == IMM_DB then
          estimate = estimate + (n >= -128 and n <= 127 and 1 or 4)
        else
          estimate = estimate + 1
          if n < 0 or n > 255 then fault = RANGE_I end
        end
        a = a + 1
      elseif kind == VREG then
        local change = scan_register(log, a, ops[pc + X])
        if change then estimate = estimate + change else fault = RANGE_VREG end
        a = a + 1
      elseif kind == IMM_W or kind == IMM_WB then
        local n = log[a]
        if kind == IMM_WB and n >= -128 and n <= 127 then
          estimate = estimate + 1
        else
          estimate = estimate + 2
          if n < 0 or n > 65535 then fault = RANGE_I end
        end
        a = a + 1
      elseif kind == IMM_LG then
        estimate = estimate + list.label_size
        fault = scan_global_reference(state, ops[pc + X], head, FIXED, estimate)
      elseif kind == IMM_PC then
        estimate = estimate + list.label_size
        fault = scan_pc_reference(state, log[a], head, FIXED, estimate)
        a = a + 1
      elseif kind == ALIGN then
        state.flags = bor(state.flags, ALIGNED)
        estimate = estimate + ops[pc + X]
        add_event(state, ALIGNMENT, estimate, ops[pc + X], head, true)
      elseif kind == SPACE then
        local n = log[a]
        if n < 0 then fault = RANGE_I else estimate = estimate + n end
        a = a + 1
      elseif kind == SETLABEL then
        local target = state.events[state.event_count - 2]
        state.targets[target + STATE], state.targets[target + OFFSET] = PRESET, log[a]
        a = a + 1
      elseif kind == EXTERN then
        estimate = estimate + 4
      elseif kind == REL_A then
        estimate = estimate + 4
        a = a + 1
      end
      if estimate > 0x7fffffff then fault = NOMEM end
      if fault == 0 then pc = pc + WIDTH end
    end
    -- The end is done in the same turn as the last operation before it.
    if fault == 0 and ops[pc] == END then
      local x = ops[pc + X]
      if x >= state.section_count then
        fault = RANGE_SEC
      else
        log[log[head + TAIL] + NEXT] = at
        log[head + TAIL] = at
        estimate = estimate + ops[pc + LITERAL]
        log[head + ESTIMATE] = estimate
        log[at + NEXT] = 0
        log[at + EVENT] = first_event
        if x >= 0 then
          section, head = x, head_of(x)
          estimate = log[head + ESTIMATE]
        end
        if a == used then break end
        at, pc, a = a, log[a], a + ARGUMENTS
        first_event, event_tail = state.event_count, log[head + EVENT_TAIL]
      end
    end
    if fault ~= 0 then
      state.status = fault == NOMEM and NOMEM or fault + list.offsets[pc] + (fault == RANGE_LG and 1 or 0)
      drop_events(state, head, first_event, event_tail)
      estimate = log[head + ESTIMATE]
      at = log[at + NEXT]
      if at == used then break end
      pc, a = log[at], at + ARGUMENTS
    end
  end
  state.section = section
end

-- Pass 2 ------------------------------------------------------------------------------------------------

-- Estimated bytes from the start of one section to the start of a later one.
local function estimated_bytes(log, from, to)
  local sum = 0
  for section = from, to - 1 do sum = sum + log[head_of(section) + ESTIMATE] end
  return sum
end

-- Pending globals take their address from the caller's array when the code is written.
local function make_globals_external(state)
  local labels, targets = state.labels, state.targets
  for entry = 10, state.label_capacity - 1 do
    local target = -labels[entry]
    if target > 0 then targets[target + STATE], targets[target + OFFSET] = EXTERNAL, entry - 10 end
  end
end

-- The lowest pending entry of a label table, or nil.
local function first_pending(labels, from, to)
  for entry = from, to do
    if labels[entry] < 0 then return entry end
  end
end

local function layout(state)
  local log, events, targets = state.log, state.events, state.targets
  local total, first = 0, first_event(state)
  for section = 0, state.section_count - 1 do
    local event = events[first + section * 4 + 3]
    while event ~= 0 do
      local what, estimate, operand = events[event], events[event + 1], events[event + 2]
      if what == LABEL then
        local offset = operand + OFFSET
        if targets[operand + STATE] == BOUND then targets[offset] = estimate + total end
      elseif what == ALIGNMENT then
        total = total - band(estimate + total, operand)
      elseif targets[operand + STATE] == BOUND then
        local target_section = targets[operand + SECTION]
        local distance = targets[operand + OFFSET] - estimate
        if target_section < section or target_section == section and targets[operand] < event then
          distance = distance - total
        elseif target_section > section then
          distance = distance + estimated_bytes(log, section, target_section)
        end
        if distance >= -128 - what and distance <= 127 then
          events[event] = what + SHORT
          total = total - what
        end
      end
      event = events[event + 3]
    end
    total = total + log[head_of(section) + ESTIMATE]
  end
  return total
end

-- One list of all records in output order.
local function join_sections(state)
  local log = state.log
  for section = 0, state.section_count - 2 do
    log[log[head_of(section) + TAIL] + NEXT] = head_of(section + 1)
  end
end

-- Pass 3 ------------------------------------------------------------------------------------------------

local write_code

do

local function low_bits(pointer)
  return tonumber(cast(int, cast(address, pointer)))
end

-- The value of a 32 bit field for an external symbol. `field`: the address of the field; `check_distance`: whether
-- it is final.
local function extern_value(state, relative, index, field, check_distance)
  local names, getter = state.extern_names, state.extern_getter
  if not names or not getter then error("dasm error: extern callback not initialized.", 0) end
  local name = names[index]
  local value = name ~= nil and getter(name) or nil
  if value == nil then error(("dasm error: extern not found: %s."):format(tostring(name)), 0) end
  local kind = type(value)
  if kind ~= "number" and kind ~= "cdata" then
    error(("dasm: the address of extern %s is a %s"):format(tostring(name), kind), 0)
  end
  if relative == 0 then return to_int(value) end
  local target = kind == "number" and cast(long, value) or cast(long, cast(address, value))
  local distance = target - cast(long, cast(address, field)) - 4
  if POINTER_SIZE == 8 and check_distance and (distance < -0x80000000LL or distance > 0x7fffffffLL) then
    error(("dasm: extern %s is more than 2 GB away from the code; load its address with mov64 instead")
      :format(tostring(name)), 0)
  end
  return to_int(distance)
end

local function write_register(log, out, n, mark, a, x)
  local register, field = log[a], band(x, 0xe0)
  local first = n - band(x, 7)
  local k = band(rshift(x, 3), 3)
  if register >= 8 and field < 0xa0 then
    local shift = field == 0x40 and 1 or field == 0x80 and 2 or 0
    if out[first] >= 0x80 then
      out[first + 1] = bxor(out[first + 1], lshift(0x20, shift))
    else
      out[first] = bxor(out[first], lshift(1, shift))
    end
    register = register - 8
  elseif k > 0 and all_low(log, a, k) then
    if out[first] >= 0x80 then
      local third = out[first + 2]
      out[first] = 0xc5
      out[first + 1] = bor(band(out[first + 1], 0x80), third)
      first = first + 2
    end
    local from, to = cast(long_pointer, out + first + 1), cast(long_pointer, out + first)
    to[0] = from[0] -- the prefix is at most 7 bytes back
    n = n - 1
    if mark >= 0 then mark = mark - 1 end
  end
  if field >= 0x40 then
    out[n - 1] = bxor(out[n - 1], field == 0xc0 and lshift(register, 4) or lshift(register, 3))
  else
    out[n - 1] = bxor(out[n - 1], register)
    if field == 0 and register == 4 then
      out[n] = 0x24
      n = n + 1
    end
  end
  return n, mark
end

-- Write a 32 bit displacement or a short branch; returns the new length.
local function write_reference(state, event, out, n, base)
  local events, targets = state.events, state.targets
  local what, target = events[event], events[event + 2]
  local kind, offset = targets[target + STATE], targets[target + OFFSET]
  if what >= SHORT then
    if what == SHORT + JMP then
      out[n - 1] = 0xeb
    else
      out[n - 2] = out[n - 1] - 0x10
      n = n - 1
    end
    out[n] = offset - (n + 1)
    return n + 1
  end
  local value
  if kind == BOUND then
    value = offset - (n + 4)
  elseif kind == PRESET then
    value = tobit(offset - low_bits(base + (n + 4)))
  else
    value = tobit(low_bits(state.globals[offset]) - low_bits(base + (n + 4)))
  end
  cast(int_pointer, out + n)[0] = value
  return n + 4
end

local function write_label_address(state, event, out, n, base, size)
  local targets, target = state.targets, state.events[event + 2]
  local kind, offset = targets[target + STATE], targets[target + OFFSET]
  local value
  if kind == BOUND then
    value = cast(address, base + offset)
  elseif kind == PRESET then
    value = cast(address, offset)
  else
    value = cast(address, state.globals[offset])
  end
  if size == 8 then
    cast(long_pointer, out + n)[0] = value
  else
    cast(int_pointer, out + n)[0] = cast(int, value)
  end
  return n + size
end

local function write_global(state, event, entry, base)
  local targets, target = state.targets, state.events[event + 2]
  state.globals[entry - 10] = base + targets[target + OFFSET]
end

-- Write the literal bytes of an operation; may write SLACK bytes more than it should.
local function write_literals(out, n, literals, ops, pc)
  local count = ops[pc + LITERAL]
  local from = literals + ops[pc + FROM]
  if count <= 8 then
    copy(out + n, from, 8)
  elseif count <= 16 then
    copy(out + n, from, 16)
  else
    copy(out + n, from, count)
  end
  return n + count
end

-- Write the code as it is at address `base` to `out`, which has room for it and SLACK more. Returns whether it
-- has the size that layout computed.
local function emit(state, out, base, check_distance)
  local log, list, size = state.log, state.list, state.size
  local ops, literals = list.ops, list.literals
  local at, n, mark = LOCALS, 0, -1
  local pc, a, event = log[at], at + ARGUMENTS, 0
  while true do
    local kind = ops[pc]
    if kind ~= END then
      n = write_literals(out, n, literals, ops, pc)
      local marked = ops[pc + MARKED]
      if marked >= 0 then mark = n - marked end
      if kind < DISP then
        if kind == IMM_D then
          cast(int_pointer, out + n)[0] = log[a]
          n = n + 4
          a = a + 1
        elseif kind <= REL_PC then
          n = write_reference(state, event, out, n, base)
          event = event + 4
          if kind == REL_PC then a = a + 1 end
        else
          if kind == LABEL_LG then
            if ops[pc + X] >= 10 then write_global(state, event, ops[pc + X], base) end
          else
            a = a + 1
          end
          event = event + 4
        end
      elseif kind <= IMM_B then
        local value = log[a]
        if kind == DISP then
          if mark < 0 then mark = n end
          if value == 0 and not zero_needs_byte(log, a, ops[pc + X]) then
            out[mark - 1] = out[mark - 1] - 0x80
          elseif value >= -128 and value <= 127 then
            out[mark - 1] = out[mark - 1] - 0x40
            out[n] = value
            n = n + 1
          else
            cast(int_pointer, out + n)[0] = value
            n = n + 4
          end
          if ops[pc + Y] == 0 then mark = -1 end
        elseif kind ~= IMM_DB then
          out[n] = value
          n = n + 1
        else
          if value >= -128 and value <= 127 then
            if mark < 0 then mark = n end
            out[mark - 2] = out[mark - 2] + 2
            out[n] = value
            n = n + 1
          else
            cast(int_pointer, out + n)[0] = value
            n = n + 4
          end
          mark = -1
        end
        a = a + 1
      elseif kind == VREG then
        n, mark = write_register(log, out, n, mark, a, ops[pc + X])
        a = a + 1
      elseif kind == IMM_W then
        cast(word_pointer, out + n)[0] = log[a]
        n = n + 2
        a = a + 1
      elseif kind == IMM_WB then
        local value = log[a]
        if value >= -128 and value <= 127 then
          if mark < 0 then mark = n end
          out[mark - 2] = out[mark - 2] + 2
          out[n] = value
          n = n + 1
        else
          cast(word_pointer, out + n)[0] = value
          n = n + 2
        end
        mark = -1
        a = a + 1
      elseif kind == EXTERN then
        cast(int_pointer, out + n)[0] = extern_value(state, ops[pc + X], ops[pc + Y], base + n, check_distance)
        n = n + 4
      elseif kind == REL_A then
        cast(int_pointer, out + n)[0] = tobit(log[a] - low_bits(base + (n + 4)))
        n = n + 4
        a = a + 1
      elseif kind == IMM_LG or kind == IMM_PC then
        n = write_label_address(state, event, out, n, base, list.label_size)
        event = event + 4
        if kind == IMM_PC then a = a + 1 end
      elseif kind == ALIGN then
        local count = band(-n, ops[pc + X])
        fill(out + n, count, 0x90)
        n = n + count
        event = event + 4
      elseif kind == SPACE then
        fill(out + n, log[a], ops[pc + X])
        n = n + log[a]
        a = a + 1
      elseif kind == SETLABEL then
        a = a + 1
      end
      pc = pc + WIDTH
    end
    if ops[pc] == END then
      n = write_literals(out, n, literals, ops, pc)
      if n > size then return false end
      at = log[at + NEXT]
      if at == 0 then break end
      pc, a, event, mark = log[at], at + ARGUMENTS, log[at + EVENT], -1
    end
  end
  return n == size
end

-- The code is written to a buffer of our own first, so that a failure leaves the caller's memory alone.
-- It has room on both sides for what a bad action list may touch.
local FRONT = 16
local scratch, scratch_memory, scratch_size = nil, nil, 0

-- Write the code for address `base` to `target`, both byte pointers. Returns whether it has the size that layout
-- computed.
function write_code(state, base, target, check_distance)
  local size = state.size
  local out, memory, capacity = scratch, scratch_memory, scratch_size
  scratch = nil -- an extern getter may build other code meanwhile
  if not out or capacity < size then
    capacity = size < 4096 and 4096 or size
    memory = new_cdata(bytes, FRONT + capacity + SLACK)
    out = cast(byte_pointer, memory) + FRONT
  end
  local ok = emit(state, out, base, check_distance)
  if ok then copy(target, out, size) end
  scratch, scratch_memory, scratch_size = out, memory, capacity
  return ok
end

end

-- Errors ------------------------------------------------------------------------------------------------

local default_map

-- "file:line" of an action list offset, from a map; nil if there is none or it does not know.
local function find_in_map(map, offset)
  local entries = map.entries
  local low, high = 1, #entries
  while low <= high do
    local middle = math.floor((low + high) / 2)
    local entry = entries[middle]
    if offset < entry[1] then
      high = middle - 1
    elseif offset >= entry[2] then
      low = middle + 1
    else
      return ("%s:%d"):format(map.files[entry[3] + 1] or "?", entry[4])
    end
  end
end

-- The source position of an action list offset as far as it is known.
local function source_of(list, offset)
  local map = list.map or default_map
  local position = map and find_in_map(map, offset)
  if position then return position end
  local best = -1
  for start in pairs(list.places) do
    if start <= offset and start > best then best = start end
  end
  return list.places[best]
end

-- The action list offset of the first reference to a target.
local function first_reference(state, target)
  local log, list, at = state.log, state.list, head_of(state.section_count)
  local reference = { [REL_LG] = true, [REL_PC] = true, [IMM_LG] = true, [IMM_PC] = true }
  local with_event = { [LABEL_LG] = true, [LABEL_PC] = true, [ALIGN] = true }
  while at < state.used do
    local event, pc, count = log[at + EVENT], log[at], 0
    while list.ops[pc] ~= END do
      local kind = list.ops[pc]
      if reference[kind] and state.events[event] ~= LABEL and state.events[event + 2] == target then
        return list.offsets[pc]
      end
      if reference[kind] or with_event[kind] then event = event + 4 end
      if WITH_ARGUMENT[kind] then count = count + 1 end
      pc = pc + WIDTH
    end
    at = at + ARGUMENTS + count
  end
end

local function offset_of_status(state, status)
  local payload = band(status, 0xffffff)
  local kind = STATUSES[status - payload]
  if not kind then return nil end
  if kind.offset then return payload end
  local labels = kind.name == "UNDEF_L" and state.labels or kind.name == "UNDEF_PC" and state.pcs
  return labels and labels[payload] < 0 and first_reference(state, -labels[payload]) or nil
end

local function describe(state, status)
  local payload = band(status, 0xffffff)
  local kind = STATUSES[status - payload]
  if not kind then return ("dasm error: 0x%08X"):format(status) end
  local notes = kind.name
  if kind.detail then notes = notes .. ": " .. kind.detail:format(payload) end
  local offset = offset_of_status(state, status)
  if offset then
    local source = source_of(state.list, offset)
    notes = ("%s, at action list offset %d%s"):format(notes, offset, source and ", source " .. source or "")
  end
  return ("dasm error: %s. :%d (%s)"):format(kind.text, payload, notes)
end

-- Raise an error for the current status, if bad, in the caller's caller.
local function check(state)
  if state.status ~= 0 then error(describe(state, state.status), 3) end
end

-- Maps from action list offsets to source lines -------------------------------------------------------------

local read_json

do

-- JSON as the translator writes it: objects, arrays, strings, integers, true, false, null (read as false).
local JSON_ESCAPES = { b = "\b", f = "\f", n = "\n", r = "\r", t = "\t" }

local function utf8_char(code)
  local char = string.char
  if code < 0x80 then return char(code) end
  if code < 0x800 then return char(0xc0 + rshift(code, 6), 0x80 + band(code, 0x3f)) end
  return char(0xe0 + rshift(code, 12), 0x80 + band(rshift(code, 6), 0x3f), 0x80 + band(code, 0x3f))
end

function read_json(text)
  local at = 1
  local read_value

  local function fail() error(("unexpected text at offset %d"):format(at - 1), 0) end

  -- The text that a pattern matches here, without the blanks behind it.
  local function accept(pattern)
    local first, last = text:find("^" .. pattern, at)
    if not first then return nil end
    at = text:find("[^ \t\r\n]", last + 1) or #text + 1
    return text:sub(first, last)
  end

  local function read_string()
    if text:sub(at, at) ~= '"' then fail() end
    local pieces, from = {}, at + 1
    while true do
      local stop = text:find('["\\]', from) or fail()
      pieces[#pieces + 1] = text:sub(from, stop - 1)
      if text:sub(stop, stop) == '"' then
        at = stop
        accept '"'
        return table.concat(pieces)
      end
      local letter = text:sub(stop + 1, stop + 1)
      local code = letter == "u" and tonumber(text:sub(stop + 2, stop + 5), 16)
      pieces[#pieces + 1] = code and utf8_char(code) or JSON_ESCAPES[letter] or letter
      from = stop + (code and 6 or 2)
    end
  end

  function read_value()
    if accept "{" then
      local object = {}
      if accept "}" then return object end
      repeat
        local key = read_string()
        if not accept ":" then fail() end
        object[key] = read_value()
      until not accept ","
      if not accept "}" then fail() end
      return object
    elseif accept "%[" then
      local array = {}
      if accept "%]" then return array end
      repeat array[#array + 1] = read_value() until not accept ","
      if not accept "%]" then fail() end
      return array
    elseif text:sub(at, at) == '"' then
      return read_string()
    end
    local word = accept "[%w%+%-%.]+" or fail()
    if word == "true" then return true end
    if word == "false" or word == "null" then return false end
    return tonumber(word) or fail()
  end

  accept ""
  local value = read_value()
  if at <= #text then fail() end
  return value
end

end

--- Read a map written by `dynasm translate --map FILE`: errors then name source lines. The map is used for the
--- action list given, or for all lists without a map of their own. Returns the map.
function dasm.loadmap(name, actions)
  local file, message = io.open(name, "rb")
  if not file then error("dasm: " .. message, 2) end
  local text = file:read "*a"
  file:close()
  local ok, map = pcall(read_json, text)
  if not ok then error(("dasm: %s: %s"):format(name, map), 2) end
  if type(map) ~= "table" or map.version ~= 1 or type(map.files) ~= "table" or type(map.entries) ~= "table" then
    error(("dasm: %s: not a map of version 1"):format(name), 2)
  end
  if actions then list_of(actions).map = map else default_map = map end
  return map
end

-- Functions of the module and methods of a state ----------------------------------------------------------

dasm.put = put

-- Begin a unit of code: empty sections, no labels, nothing put.
local function start_unit(state, list)
  local log, events, sections = state.log, state.events, state.section_count
  local event = first_event(state)
  for section = 0, sections - 1 do
    local head = head_of(section)
    log[head], log[head + NEXT], log[head + EVENT] = 0, 0, 0
    log[head + ESTIMATE], log[head + TAIL], log[head + EVENT_TAIL] = 0, head, event
    events[event + 3] = 0
    event = event + 4
  end
  local top = head_of(sections)
  state.list, state.chunks = list, list.chunks
  state.used, state.scanned, state.event_count, state.target_count = top, top, event, first_target(state)
  state.section, state.status, state.size, state.flags = 0, 0, -1, 0
end

-- Give the state a log, events and targets.
local function make_room(state)
  local capacity = first_target(state) + FIRST_TARGETS
  local memory, owner = take_ints(capacity)
  state.memory, state.labels, state.log, state.events, state.targets = owner, memory, memory, memory, memory
  state.label_capacity = 10
  state.capacity, state.event_capacity, state.target_capacity = first_event(state), first_target(state), capacity
end

--- Empty the state for a new unit of code. Table sizes and globals stay.
function dasm.setup(state, actions)
  need(state, state.section_count > 0, "setup before init")
  start_unit(state, list_of(actions))
  fill(state.labels, state.label_capacity * 4)
  if state.pcs then fill(state.pcs, state.pc_capacity * 4) end
end

local function check_section_count(count)
  if type(count) ~= "number" or count < 1 or count > 128 then
    error("dasm: the number of sections must be 1 to 128", 3)
  end
end

--- Begin anew with sections 0 .. section_count-1 and no labels; setup must follow.
function dasm.init(state, section_count)
  check_section_count(section_count)
  state.section_count = section_count
  state.chunks, state.list, state.size, state.status = NOT_SET_UP, nil, -1, 0
  state.used, state.scanned = 0, 0
  state.label_count, state.globals = 0, nil
  state.pcs, state.pc_count, state.pc_capacity = nil, 0, 0
  make_room(state)
end

--- Free the state. Freeing it twice, or not at all, does no harm.
function dasm.free(state)
  state.chunks = FREED
  state.log, state.events, state.targets, state.labels, state.pcs = nil, nil, nil, nil, nil
  state.memory, state.list, state.globals, state.size, state.used, state.scanned = nil, nil, -1, 0, 0
end

local function check_global_count(count)
  if type(count) ~= "number" or count < 0 or count > 0x10000 then error("dasm: bad number of globals", 3) end
end

--- Register the array of global label addresses; must precede setup (or the first global label).
function dasm.setupglobal(state, globals, count)
  need(state, not state.list or state.used == head_of(state.section_count), "setupglobal after put")
  check_global_count(count)
  state.globals = globals
  state.label_count = 10 + count
  state.label_capacity = 10
  fill(state.labels, 40)
end

--- Make sure that there are pc labels 0 .. count-1.
function dasm.growpc(state, count)
  need(state, true)
  if state.list then scan(state) end
  if count <= state.pc_count then return end
  if count > state.pc_capacity then
    local capacity = state.pc_capacity * 2
    if capacity < count then capacity = count end
    local larger = new_cdata(ints, capacity)
    if state.pcs then copy(larger, state.pcs, state.pc_count * 4) end
    state.pcs, state.pc_capacity = larger, capacity
  end
  state.pc_count = count
end

--- Set the names of externs (zero-based) and the function that finds the address of a name.
function dasm.setupextern(state, names, getter)
  state.extern_names = names
  state.extern_getter = getter or dasm.externget
end

--- The default getter: a C symbol, declared as a function if nobody has declared it.
function dasm.externget(name)
  local ok, value = pcall(function() return ffi.C[name] end)
  if not ok then
    if not name:find("^[%a_][%w_]*$") then return nil end
    ffi.cdef(("void %s();"):format(name))
    value = ffi.C[name]
  end
  return cast("void*", value)
end

--- Check the code so far: no local label may be undefined and, with `section`, that section must be current.
function dasm.checkstep(state, section)
  need(state, state.list, "checkstep before setup")
  if state.used ~= state.scanned then scan(state) end
  if state.status == 0 and band(state.flags, LOCAL_USED) ~= 0 then
    if band(state.flags, LOCALS_PENDING) ~= 0 then
      local number = first_pending(state.labels, 1, 9)
      fill(state.labels, number * 4)
      state.status = UNDEF_L + number
    else
      fill(state.labels, 40)
      state.flags = band(state.flags, bnot(LOCAL_USED))
    end
  end
  if state.status == 0 and section and section >= 0 and section ~= state.section then
    state.status = MATCH_SEC + state.section
  end
  check(state)
end

local function link(state)
  if state.used ~= state.scanned then scan(state) end
  if state.status == 0 and band(state.flags, PC_PENDING) ~= 0 then
    local pc = first_pending(state.pcs, 0, state.pc_count - 1)
    if pc then state.status = UNDEF_PC + pc end
  end
  if state.status == 0 and band(state.flags, LOCALS_PENDING) ~= 0 then
    state.status = UNDEF_L + first_pending(state.labels, 1, 9)
  end
  if state.status ~= 0 then return end
  if band(state.flags, GLOBAL_PENDING) ~= 0 then make_globals_external(state) end
  local size = layout(state)
  if size > 0x7fffffff then
    state.status = NOMEM
    return
  end
  if state.section_count > 1 then join_sections(state) end
  state.size = size
  state.chunks = LINKED
end

--- Compute the final offsets. Returns the size of the code in bytes, also in sizebox[0] if given.
function dasm.link(state, sizebox)
  need(state, state.list, "link before setup")
  need(state, state.size < 0, "link after link (call setup first)")
  link(state)
  if sizebox then sizebox[0] = state.status == 0 and state.size or 0 end
  check(state)
  return state.size
end

--- Write the code to `buffer`, which has room for it, as it must be to run there, or at address `base`.
function dasm.encode(state, buffer, base)
  need(state, state.size >= 0, "encode before link")
  local target = cast(byte_pointer, buffer)
  local start = base and cast(byte_pointer, base) or target -- a null pointer is a base
  if not write_code(state, start, target, base == nil) then
    state.status = PHASE
    check(state)
  end
end

-- What must stay alive as long as something else: globals arrays and maps of globals pin their code.
local pins = setmetatable({}, { __mode = "k" })

-- Raise the error for what went wrong in build.
local function build_failed(state, ok, message)
  if not ok and message then error(message, 0) end
  if not ok or message == false then
    state.status = PHASE
    check(state)
  end
  error("dasm: the system does not allow memory to be made executable", 3)
end

--- checkstep, link, encode to new executable memory. Returns its address and size. The pointer owns the
--- memory; the state, its globals array and dasm.globals(...) of it keep it alive too.
function dasm.build(state)
  dasm.checkstep(state, -1)
  need(state, state.size < 0, "build after link (call setup first)")
  link(state)
  check(state)
  local size = state.size
  if size == 0 then error("dasm error: no code?", 2) end
  local start, target, owner = reserve(size, band(state.flags, ALIGNED) ~= 0 and MAX_ALIGNMENT or MIN_ALIGNMENT)
  local ok, message
  if state.extern_names then
    ok, message = pcall(write_code, state, start, target, true) -- a getter may fail
  else
    ok, message = write_code(state, start, target, true), nil -- no pcall: it would end the JIT compiler's traces
  end
  local code = ok and message ~= false and finish(start, owner)
  if not code then
    cancel(start, owner)
    build_failed(state, ok, message)
  end
  state.code = code
  if band(state.flags, GLOBAL_DEFINED) ~= 0 then pins[state.globals] = code end
  return code, size
end

--- Offset of a pc label (-1 used but undefined, -2 unused), or with `buffer` its address there.
function dasm.getpclabel(state, pc, buffer)
  need(state, state.list, "getpclabel before setup")
  if state.used ~= state.scanned then scan(state) end
  local offset = -2
  if pc >= 0 and pc < state.pc_count then
    local target = state.pcs[pc]
    offset = target > 0 and state.targets[target + OFFSET] or target < 0 and -1 or -2
  end
  if buffer == nil then return offset end
  if offset < 0 then error(("dasm: pc label %d is not defined"):format(pc), 2) end
  return cast(byte_pointer, buffer) + offset
end

--- Choose the version (10300, 10400 or 10500) whose label address width the code of this state has, instead of the
--- one that the source file of the code asked for.
function dasm.setversion(state, version)
  if not LABEL_SIZES[version] then error("dasm: unknown version " .. tostring(version), 2) end
  need(state, state.list, "setversion before setup")
  scan(state)
  state.list.label_size = LABEL_SIZES[version]
end

-- LuaJIT 2.0 compiles the allocation of small objects of a known size only.
local small_pointer_arrays = {}
for count = 0, 16 do small_pointer_arrays[count] = ffi.typeof("void*[" .. count .. "]") end

local function new_state(list, section_count, global_count, globals)
  -- Every field from the start, so that the table never grows; no more than 32, because it would double.
  local state = setmetatable({
    section_count = section_count, chunks = NOT_SET_UP, list = false, section = 0, status = 0, size = -1, flags = 0,
    memory = false, log = false, capacity = 0, used = 0, scanned = 0,
    events = false, event_capacity = 0, event_count = 0,
    targets = false, target_capacity = 0, target_count = 0,
    labels = false, label_count = 10 + global_count, label_capacity = 10, pcs = false, pc_count = 0, pc_capacity = 0,
    globals = globals, extern_names = false, extern_getter = false,
    code = false,
  }, State)
  make_room(state)
  start_unit(state, list)
  return state
end

-- Left alone, the JIT compiler often takes the code around the three walks first, and the walks through small units
-- within it: such traces become too long, are given up, and leave that way to the interpreter for good. So a program
-- that makes many states makes one with many turns of each walk early, which costs about 2 ms.
local WARM_UP_AT = 16
local state_count = 0

-- mov eax, [esi+n]; add eax, n; mov eax, n; and a chunk with labels of all kinds
local WARM_UP_ACTIONS = "\139\134\233\255" .. "\129\192\239\255" .. "\184\237\255"
  .. "\248\1\131\232\234\15\133\244\1\15\143\244\248\252\233\245\248\2\249\195\255"

local growpc, checkstep, link_state, encode = dasm.growpc, dasm.checkstep, dasm.link, dasm.encode

local function warm_up()
  local rounds = 40
  local state = new_state(list_of(WARM_UP_ACTIONS), 1, 0, nil)
  growpc(state, rounds + 1)
  for i = 0, rounds - 1 do
    put(state, 0, 8)
    put(state, 4, i)
    put(state, 4, 1000)
    put(state, 8, i)
    put(state, 11, 1, i, i)
  end
  checkstep(state)
  encode(state, new_cdata(bytes, link_state(state)))
end

--- Make a state for an action list. Returns the state and its globals array (index 0 = first global).
function dasm.new(actions, extern_names, section_count, global_count, extern_getter, globals)
  section_count, global_count = section_count or 1, global_count or 256
  check_section_count(section_count)
  check_global_count(global_count)
  state_count = state_count + 1
  if state_count == WARM_UP_AT and jit.status() then warm_up() end
  if globals == nil then
    local small = small_pointer_arrays[global_count]
    globals = small and new_cdata(small) or new_cdata(pointers, global_count)
  end
  local state = new_state(list_of(actions), section_count, global_count, globals)
  state.extern_names, state.extern_getter = extern_names or false, extern_getter or dasm.externget
  return state, globals
end

--- Table from the name to the address of every global label that has one; `names` is from .globalnames.
function dasm.globals(globals, names)
  local map = {}
  for index = 0, #names do
    if names[index] ~= nil and globals[index] ~= nil then map[names[index]] = globals[index] end
  end
  if pins[globals] then pins[map] = pins[globals] end
  return map
end

--- Disassemble to `out` (a function, an object with a write method, default the standard output).
function dasm.dump(start, size, out)
  local ok, disassembler = pcall(require, "jit.dis_" .. jit.arch)
  if not ok then error("dasm: dump needs the module jit.dis_" .. jit.arch .. " of LuaJIT", 2) end
  local write = out
  if type(out) ~= "function" then
    out = out or io.stdout
    write = function(text) out:write(text) end
  end
  disassembler.disass(ffi.string(cast("const char*", start), size), tonumber(cast("uintptr_t", start)), write)
end

-- Fields of a state may be nil, so its methods must not share a name with one of them.
for _, name in ipairs {
  "init", "free", "setup", "setupglobal", "setupextern", "setversion", "growpc", "put", "checkstep", "link",
  "encode", "build", "getpclabel",
} do
  State.__index[name] = dasm[name]
end

return dasm
