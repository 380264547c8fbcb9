-- dasm: run-time encoder and linker for translated DynASM code (x86 and x64), in Lua and ffi alone.
--
-- Use: the generated Lua code calls dasm.put(Dst, ...); a program makes the state Dst with
-- dasm.new(actionlist, ...) and gets callable machine code from Dst:build(). The list of functions and what
-- they accept is in docs/runtime-lua.md. Runs on LuaJIT 2.0 and 2.1, 32 and 64 bit, with or without GC64.
--
-- How it works:
--   put     (pass 1) checks its arguments and writes the bytes of a chunk to a buffer, with every branch long and
--           nothing for alignments; it notes labels, references, alignments and the like as events;
--   layout  (pass 2) walks the events and makes branches short;
--   emit    (pass 3) walks the events once more, section by section, and copies the bytes between them.
-- Each chunk of an action list is decoded once. Chunks that are put often become functions, so that the JIT compiler
-- compiles put into the loops that call it. The other two walks are flat loops, of which it makes one trace tree each.

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

-- Action lists ----------------------------------------------------------------------------------------

-- Action lists by the cdata object they came from. A list holds a copy of the bytes, not the object.
local lists = setmetatable({}, { __mode = "k" })

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
  return {
    data = data,              -- keeps the memory behind `actions` alive
    actions = cast(const_byte_pointer, data),
    size = size,
    chunks = {},              -- start offset -> chunk
    places = {},              -- start offset of a chunk -> source position that first put it
    label_size = nil,         -- bytes of a label address, once one was met
    map = nil,
  }
end

local function list_of(actions)
  local list = lists[actions]
  if not list then
    list = make_list(actions)
    lists[actions] = list
  end
  return list
end

-- State -------------------------------------------------------------------------------------------------
--
-- `bytes` points to the bytes of all chunks in the order they were put, `used` bytes with every branch in its long form
-- and without those of .align and .space. What depends on the final place of the code is left to events.
--
-- Events, four numbers each, are in the same order: WHAT, ESTIMATE, OPERAND, POSITION.
--   POSITION: offset in `bytes` at which it happens, for references that of the 4 or 8 bytes to fill in
--   ESTIMATE: offset in the section behind the event, if every branch is long and every .align has its full size;
--             `delta` is the difference of this estimate and the position
-- The events of a section are in pieces: a SECTION_END ends each of them and tells where the next one begins.
--
-- Each section has a head of three numbers: its ESTIMATE at the end while another section is current, its
-- first event and its last SECTION_END, both 0 if there is none.
--
-- Targets, four numbers each, are what a label name means to a set of references: DEFINITION (event of the
-- definition; until then the action list offset of the first reference), SECTION, OFFSET (estimate, after layout
-- final; address for PRESET), STATE.
--
-- Label tables map a label to 0 (unused), a target (defined) or minus a target (pending).
--
-- The flags of a state are one number; bit n from 1 to 9 says that local label n is pending.

local HEAD, FIRST, LAST = 3, 1, 2
local EVENT, ESTIMATE, OPERAND, POSITION = 4, 1, 2, 3
local LABEL = 0           -- of a global label: minus its entry; OPERAND: target
local FIXED, JMP, JCC = 1, 3, 4 -- 32 bit references; OPERAND: target
local ALIGNMENT = 2       -- OPERAND: alignment - 1
local RELATIVE = 5        -- OPERAND: an address
local EXTERNAL_SYMBOL = 6 -- OPERAND: index * 2 + 1 if it is relative
local SECTION_END = 7     -- OPERAND: event that begins the next piece, 0 if there is none
local ADDRESS = 8         -- + 4 or 8 bytes; OPERAND: target
local SHORT = 32          -- + JMP or JCC, by layout
local SPACES = 0x100      -- + fill byte; OPERAND: number of bytes
local TARGET, SECTION, OFFSET, STATE = 4, 1, 2, 3
local LOCALS_PENDING, LOCAL_USED, ALIGNED, EXTERN_USED = 0x3fe, 1, 0x2000, 0x4000
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

-- Bytes around code: writing literal bytes may touch SLACK more than it should, what a bad action list does to the
-- bytes before a variable register may touch FRONT bytes before the beginning.
local FRONT, SLACK = 16, 32

-- A state begins with one piece of memory for its local labels, heads, code, events and targets, one behind the
-- other; indices of labels, heads, events and targets count from the beginning of that piece.
local LOCALS = 10 -- labels 0 to 9
local FIRST_CODE, FIRST_EVENTS, FIRST_TARGETS = 256, 14 * EVENT, 6 * TARGET

local function head_of(section) return LOCALS + section * HEAD end
local function first_event(state) return head_of(state.section_count) + (FRONT + FIRST_CODE + SLACK) / 4 end
local function first_target(state) return first_event(state) + FIRST_EVENTS end

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
    memory = { first = memory, code = false, events = false, targets = false, labels = false }
    state.memory = memory
  end
  memory[name] = owner
end

-- A larger copy of an array of the state.
local function larger(state, name, array, used, capacity)
  local memory = state.memory
  local owner = type(memory) == "table" and memory[name]
  array, owner = larger_ints(array, owner, used, capacity)
  keep_memory(state, name, owner)
  return array
end

local function grow_events(state)
  local capacity = state.event_capacity * 2
  state.events = larger(state, "events", state.events, state.event_count, capacity)
  state.event_capacity = capacity
end

local function grow_targets(state)
  local capacity = state.target_capacity * 2
  state.targets = larger(state, "targets", state.targets, state.target_count, capacity)
  state.target_capacity = capacity
end

-- `limit` is the position up to which chunks may write without asking make_room: there is room, and the estimate
-- does not get too large for 32 bits.
local MAX_SIZE = 0x7fffffff

local function set_limit(state)
  local limit = MAX_SIZE - state.delta
  state.limit = state.capacity < limit and state.capacity or limit
end

-- Make room for `count` more bytes of code. Returns whether the code does not get too large.
local function make_room(state, count)
  local top, capacity = state.used + count, state.capacity
  if top + state.delta > MAX_SIZE or top > MAX_SIZE - 0x1000 then return false end
  if top > capacity then
    repeat capacity = capacity * 2 until capacity >= top
    local start = cast(int_pointer, state.bytes - FRONT)
    local used = math.ceil((FRONT + state.used) / 4)
    start = larger(state, "code", start, used, (FRONT + capacity + SLACK) / 4)
    state.bytes, state.capacity = cast(byte_pointer, start) + FRONT, capacity
  end
  set_limit(state)
  return true
end

-- These are called rarely. Some betas of LuaJIT 2.1 continue a trace wrongly after what they call.
jit.off(grow_events)
jit.off(grow_targets)
jit.off(make_room)

-- Pass 1: events and labels -----------------------------------------------------------------------------

-- Add an event; `size` bytes of code, or an estimate of it, belong to it. Returns its number.
local function add_event(state, what, operand, position, size)
  local event = state.event_count
  if event + EVENT > state.event_capacity then grow_events(state) end
  state.event_count = event + EVENT
  local events = state.events
  events[event], events[event + ESTIMATE] = what, position + state.delta + size
  events[event + OPERAND], events[event + POSITION] = operand, position
  return event
end

local function new_target(state, definition)
  local target = state.target_count
  if target + TARGET > state.target_capacity then grow_targets(state) end
  state.target_count = target + TARGET
  local targets = state.targets
  targets[target], targets[target + STATE] = definition, PENDING
  return target
end

-- The target that a reference through `entry` means; `source`: its action list offset.
local function refer(state, labels, entry, source)
  local target = labels[entry]
  if target > 0 then return target end
  if target < 0 then return -target end
  target = new_target(state, source)
  labels[entry] = -target
  return target
end

-- Add the definition of a label.
local function define(state, labels, entry, what, position)
  local target = -labels[entry]
  if target <= 0 then target = new_target(state, 0) end
  labels[entry] = target
  local event = add_event(state, what, target, position, 0)
  local targets = state.targets
  targets[target], targets[target + SECTION] = event, state.section
  targets[target + OFFSET], targets[target + STATE] = position + state.delta, BOUND
end

-- Make sure that there is a table with entry `entry` for global labels too.
local function need_label(state, entry)
  if entry < state.label_capacity then return end
  local labels, memory = new_ints(state.label_count)
  copy(labels, state.labels, LOCALS * 4)
  keep_memory(state, "labels", memory)
  state.labels, state.label_capacity = labels, state.label_count
end

-- What chunks call, see below. The first four functions return whether the label exists.

-- A reference to a local or global label, which is backward from 1 to 9, forward if negative, else global.
local function refer_to_label(state, x, what, position, size, source)
  if x > 0 and x < 10 and state.labels[x] <= 0 then return false end
  local entry = x < 0 and -x or x
  if entry >= state.label_count then return false end
  need_label(state, entry)
  local labels = state.labels
  if x < 0 then
    if labels[entry] > 0 then labels[entry] = 0 end
    state.flags = bor(state.flags, lshift(1, entry), LOCAL_USED)
  elseif x >= 10 and labels[entry] == 0 then
    state.flags = bor(state.flags, GLOBAL_PENDING)
  end
  add_event(state, what, refer(state, labels, entry, source), position, size)
  return true
end

local function define_label(state, entry, position)
  if entry >= state.label_count then return false end
  need_label(state, entry)
  if entry < 10 then
    state.flags = bor(band(state.flags, bnot(lshift(1, entry))), LOCAL_USED)
  else
    state.flags = bor(state.flags, GLOBAL_DEFINED)
  end
  define(state, state.labels, entry, entry < 10 and LABEL or -entry, position)
  return true
end

local function refer_to_pc(state, pc, what, position, size, source)
  if pc < 0 or pc >= state.pc_count then return false end
  local pcs = state.pcs
  if pcs[pc] == 0 then state.flags = bor(state.flags, PC_PENDING) end
  add_event(state, what, refer(state, pcs, pc, source), position, size)
  return true
end

local function define_pc(state, pc, position)
  if pc < 0 or pc >= state.pc_count then return false end
  define(state, state.pcs, pc, LABEL, position)
  return true
end

-- The label that was just defined is an address.
local function preset_label(state, value)
  local target = state.events[state.event_count - EVENT + OPERAND]
  state.targets[target + STATE], state.targets[target + OFFSET] = PRESET, value
end

local function add_alignment(state, mask, position)
  state.flags = bor(state.flags, ALIGNED)
  add_event(state, ALIGNMENT, mask, position, mask)
  state.delta = state.delta + mask
  set_limit(state)
end

local function add_extern(state, operand, position)
  state.flags = bor(state.flags, EXTERN_USED)
  add_event(state, EXTERNAL_SYMBOL, operand, position, 4)
end

-- Returns whether the code does not get too large.
local function add_space(state, count, byte, position)
  if position + state.delta + count > MAX_SIZE then return false end
  add_event(state, SPACES + byte, count, position, count)
  state.delta = state.delta + count
  set_limit(state)
  return true
end

-- End the current piece.
local function end_piece(state)
  local heads, head = state.heads, head_of(state.section)
  heads[head] = state.used + state.delta
  heads[head + LAST] = add_event(state, SECTION_END, 0, state.used, 0)
end

-- End the current piece and begin one in a section.
local function begin_piece(state, section)
  end_piece(state)
  local heads, head = state.heads, head_of(section)
  if heads[head + LAST] == 0 then
    heads[head + FIRST] = state.event_count
  else
    state.events[heads[head + LAST] + OPERAND] = state.event_count
  end
  state.section, state.delta = section, heads[head] - state.used
  set_limit(state)
end

-- Abandon the chunk that is being put because of what `status` says.
local function abandon(state, status, event_count, delta)
  state.status = status
  state.event_count, state.delta = event_count, delta
  set_limit(state)
end

-- Numbers as arguments --------------------------------------------------------------------------------

local function convert(x)
  local kind = type(x)
  if kind == "cdata" then
    return tonumber(cast(int, x)) -- integers and pointers: the low 32 bits
  elseif kind == "nil" then
    return 0
  elseif kind == "boolean" then
    return x and 1 or 0
  elseif kind == "number" then
    if x > -0x8000000000000 and x < 0x8000000000000 then return tobit(x) end
    error(("dasm: %s is not a 32 bit number"):format(tostring(x)), 4)
  end
  error(("cannot convert '%s' to 'int'"):format(kind), 4)
end

-- A number modulo 2^32; numbers too large for that to be exact, infinities and NaN are refused.
local function to_int(x)
  if type(x) == "number" then
    local value = tobit(x)
    if value == x then return value end
  end
  return convert(x)
end

local decode, walk

do

-- Decoding chunks ---------------------------------------------------------------------------------------
--
-- A chunk is a run of operations that ends with END. An operation has the fields
--   kind     what to do (constants below)
--   literal  the bytes to write first
--   mark     number of these bytes in front of a MARK action, or nil
--   x, y     operands
--   offset   of its code in the action list
--   status   what the state gets if an argument is out of range or there is no such label

local END = 0       -- x: section to switch to or -1
local IMM_D = 1
local REL_LG = 2    -- x: label entry, negative for forward locals; y: bytes saved by the short form or 0
local REL_PC = 3    -- y: as above
local LABEL_LG = 4  -- x: label entry
local LABEL_PC = 5
local DISP = 6      -- x: 0 zero needs no byte, 1 it does, 2+n look at the register n+1 arguments back; y: keep mark
local IMM_S = 7
local IMM_DB = 8
local IMM_B = 9
local VREG = 10     -- x: field descriptor
local IMM_W = 11
local IMM_WB = 12
local EXTERN = 13   -- x: 1 if relative; y: index
local REL_A = 14
local IMM_LG = 15   -- x: label entry, negative for forward locals
local IMM_PC = 16
local ALIGN = 17    -- x: alignment - 1
local SPACE = 18    -- x: fill byte
local SETLABEL = 19
local MARK = 20     -- only while decoding

local WITH_ARGUMENT = {
  [IMM_D] = true, [REL_PC] = true, [LABEL_PC] = true, [DISP] = true, [IMM_S] = true, [IMM_DB] = true,
  [IMM_B] = true, [VREG] = true, [IMM_W] = true, [IMM_WB] = true, [REL_A] = true, [IMM_PC] = true,
  [SPACE] = true, [SETLABEL] = true,
}

local FAULTS = {
  [IMM_S] = RANGE_I, [IMM_B] = RANGE_I, [IMM_W] = RANGE_I, [IMM_WB] = RANGE_I, [SPACE] = RANGE_I,
  [VREG] = RANGE_VREG, [REL_PC] = RANGE_PC, [LABEL_PC] = RANGE_PC, [IMM_PC] = RANGE_PC, [END] = RANGE_SEC,
  [REL_LG] = RANGE_LG + 1, [LABEL_LG] = RANGE_LG + 1, [IMM_LG] = RANGE_LG + 1, -- counted from the operand
}

do -- a main function has at most 200 local variables at a time

-- Action code -> operation, number of operand bytes in the list.
local ACTIONS = {
  [233] = { DISP, 0 }, [234] = { IMM_S, 0 }, [235] = { IMM_B, 0 }, [236] = { IMM_W, 0 }, [237] = { IMM_D, 0 },
  [238] = { IMM_WB, 0 }, [239] = { IMM_DB, 0 }, [240] = { VREG, 1 }, [241] = { SPACE, 1 }, [242] = { SETLABEL, 0 },
  [243] = { REL_A, 0 }, [244] = { REL_LG, 1 }, [245] = { REL_PC, 0 }, [246] = { IMM_LG, 1 }, [247] = { IMM_PC, 0 },
  [248] = { LABEL_LG, 1 }, [249] = { LABEL_PC, 0 }, [250] = { ALIGN, 1 }, [251] = { EXTERN, 2 },
  [253] = { MARK, 0 }, [254] = { END, 1 }, [255] = { END, 0 },
}
local ESCAPE = 252

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

-- x and y of one action; `chunk` carries what later actions need to know about earlier ones.
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

-- Most bytes that an operation adds to those of a state, besides its literal bytes.
local MOST_BYTES = 8

-- Add one operation to the chunk; `run` are the literal bytes before it.
local function add_operation(list, chunk, run, kind, code, offset)
  local x, y = operands_of(list, chunk, kind, code, offset)
  local literal = table.concat(run)
  chunk.operations[#chunk.operations + 1] = {
    kind = kind, literal = literal, mark = run.mark, x = x, y = y, offset = offset,
    status = (FAULTS[kind] or 0) + offset,
  }
  chunk.room = chunk.room + #literal + MOST_BYTES
  if WITH_ARGUMENT[kind] then chunk.argument_count = chunk.argument_count + 1 end
  if kind == IMM_LG or kind == IMM_PC then chunk.has_label_address = true end
  for i = #run, 1, -1 do run[i] = nil end
  run.mark, run.after = nil, kind
  return x
end

-- Add an action other than a literal byte. `run` is the run of literal bytes before it.
local function add_action(list, chunk, run, kind, code, offset, start)
  if #run > 0 then chunk.base_argument = nil end -- it was a register of an earlier instruction
  if kind == SETLABEL and (#run > 0 or run.after ~= LABEL_LG and run.after ~= LABEL_PC) then
    bad_chunk(start, "an address without a label")
  end
  local x = 0
  if kind == MARK then
    run.mark = #run
  else
    x = add_operation(list, chunk, run, kind, code, offset)
  end
  follow_modrm(list, chunk, kind, x, offset)
end

local function decode_actions(list, chunk, start)
  local offset = start
  local run = { mark = nil, after = nil }
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
      run[#run + 1] = string.char(byte)
      chunk.opcode = byte
    end
    offset = offset + 1 + operand_count
  until kind == END
end

-- The chunk at an offset: a table with the fields operations, argument_count, has_label_address and room, an upper
-- bound of the bytes that it adds to those of a state.
function decode(list, start)
  if type(start) ~= "number" then
    error(("bad argument #2 to 'dasm_put' (cannot convert '%s' to 'int')"):format(type(start)), 4)
  end
  if start < 0 or start >= list.size or start % 1 ~= 0 then
    error(("dasm: offset %s is outside the action list of %d bytes"):format(tostring(start), list.size), 4)
  end
  -- opcode, modrm, sib and base_argument are what an action needs to know about the bytes before it.
  local chunk = { operations = {}, argument_count = 0, has_label_address = false, room = 0, opcode = 0 }
  local ok, message = pcall(decode_actions, list, chunk, start)
  if not ok then error(message, 4) end
  return {
    operations = chunk.operations, argument_count = chunk.argument_count, room = chunk.room,
    has_label_address = chunk.has_label_address,
  }
end

end

-- Pass 1: chunks ------------------------------------------------------------------------------------------
--
-- A chunk has a function add(state, chunk, argument ...), which
--   converts the arguments, raising an error if that is impossible, before anything is changed;
--   writes the bytes of the chunk behind the code and adds its events;
--   moves the end of the code at last, so that a fault on the way leaves the state as it was.
--
-- At first that is `walk`, a loop over the operations. The JIT compiler cannot compile a loop that calls put in one
-- piece if there is another loop in put, so a chunk that was put some times gets a function generated from its
-- operations. For add eax, [ebx+n]; imul ecx, ecx, n this is, shortened:
--
--   return function(state, chunk, a1, a2)
--     a1 = to_int(a1)
--     a2 = to_int(a2)
--     local n = state.used
--     if n + 28 > state.limit and not make_room(state, 28) then return abandon(...) end
--     local bytes, mark = state.bytes, -1
--     copy(bytes + (n + 0), "\003\131", 2)
--     n, mark = put_displacement(bytes, n + 2, mark, a1, true)
--     copy(bytes + (n + 0), "\105\201\000\000\000\000\000\000", 8)
--     put_int(bytes, n + 2, a2)
--     state.used = n + 6
--   end

local function put_int(bytes, position, value)
  cast(int_pointer, bytes + position)[0] = value
end

local function put_word(bytes, position, value)
  cast(word_pointer, bytes + position)[0] = value
end

-- A displacement that needs no byte if it is zero and `omit` says so; the ModRM byte before the mark changes.
-- These functions return the new end.
local function put_displacement(bytes, n, mark, value, omit)
  if mark < 0 then mark = n end
  if value == 0 and omit then
    bytes[mark - 1] = bytes[mark - 1] - 0x80
    return n
  elseif value >= -128 and value <= 127 then
    bytes[mark - 1] = bytes[mark - 1] - 0x40
    bytes[n] = value
    return n + 1
  end
  cast(int_pointer, bytes + n)[0] = value
  return n + 4
end

-- An immediate value that is one byte if it can be; then the opcode in front of the ModRM byte changes.
local function put_immediate(bytes, n, mark, value, size)
  if value >= -128 and value <= 127 then
    if mark < 0 then mark = n end
    bytes[mark - 2] = bytes[mark - 2] + 2
    bytes[n] = value
    return n + 1
  elseif size == 4 then
    cast(int_pointer, bytes + n)[0] = value
  else
    cast(word_pointer, bytes + n)[0] = value
  end
  return n + size
end

-- Bytes on their way. Only copy tells the JIT compiler that bytes change other than one by one.
local moved = new_cdata(bytes, 8)

-- Apply a variable register to the instruction that ends at n. `low`: whether this register and others that the
-- field descriptor x names are all below 8. Returns the new end and the new mark.
local function put_register(bytes, n, mark, register, x, low)
  local field = band(x, 0xe0)
  local first = n - band(x, 7)
  if register >= 8 and field < 0xa0 then
    local shift = field == 0x40 and 1 or field == 0x80 and 2 or 0
    if bytes[first] >= 0x80 then
      bytes[first + 1] = bxor(bytes[first + 1], lshift(0x20, shift))
    else
      bytes[first] = bxor(bytes[first], lshift(1, shift))
    end
    register = register - 8
  elseif low then
    if bytes[first] >= 0x80 then
      local third = bytes[first + 2]
      bytes[first] = 0xc5
      bytes[first + 1] = bor(band(bytes[first + 1], 0x80), third)
      first = first + 2
    end
    copy(moved, bytes + (first + 1), 8) -- the prefix is at most 7 bytes back
    copy(bytes + first, moved, 8)
    n = n - 1
    if mark >= 0 then mark = mark - 1 end
  end
  if field >= 0x40 then
    bytes[n - 1] = bxor(bytes[n - 1], field == 0xc0 and lshift(register, 4) or lshift(register, 3))
  else
    bytes[n - 1] = bxor(bytes[n - 1], register)
    if field == 0 and register == 4 then
      bytes[n] = 0x24
      n = n + 1
    end
  end
  return n, mark
end

-- Operations, each in two forms: walk does it, generate adds the statements that do it to the generated function.
--
--   walk(state, op, n, mark, value, arguments, index)
--     n: position behind the literal bytes; value: the argument of the operation, arguments[index]
--     returns the new n and mark; on a fault nil, mark and the status if that is not op.status
--
--   generate(out, op, value, argument, index)
--     value: name of the argument; argument(i): name of any argument
--
-- Generated code counts positions from n: n + out.at is the end of what has been generated. Literal bytes are
-- gathered in a template with gaps, which one copy writes, and then the gaps are filled.
local WALK, GENERATE = {}, {}

local function add_line(out, format, ...)
  out[#out + 1] = format:format(...)
end

local function generate_check(out, op, condition, status)
  add_line(out, "if not (%s) then return abandon(state, %d, event_count, delta) end", condition, status or op.status)
end

local function generate_literal(out, literal)
  out.template[#out.template + 1] = literal
  out.at = out.at + #literal
end

-- Leave a gap of `size` bytes for the statement `format`, which gets the position in front of the other values.
local function generate_gap(out, size, format, ...)
  if format then out.gaps[#out.gaps + 1] = format:format("n + " .. out.at, ...) end
  generate_literal(out, ("\0"):rep(size))
end

-- Write what was gathered.
local function flush(out)
  local literal = table.concat(out.template)
  local count = #literal
  if count > 0 then
    -- sizes that the JIT compiler copies with few moves; SLACK allows for more bytes than there are
    local size = count <= 2 and count or count <= 4 and 4 or math.ceil(count / 8) * 8
    local template = (literal .. ("\0"):rep(size - count)):gsub(".", function(byte)
      return ("\\%03d"):format(byte:byte())
    end)
    add_line(out, 'copy(bytes + (n + %d), "%s", %d)', out.at - count, template, size)
  end
  for _, line in ipairs(out.gaps) do out[#out + 1] = line end
  out.template, out.gaps = {}, {}
end

-- Write what was gathered and add a statement that moves n to the end; it gets n in front of the other values.
local function generate_move(out, format, ...)
  flush(out)
  add_line(out, format, "n + " .. out.at, ...)
  out.at = 0
end

WALK[END] = function(state, op, n, mark)
  if op.x >= state.section_count then return nil end
  state.used = n
  if op.x >= 0 then begin_piece(state, op.x) end
  return n, mark
end
GENERATE[END] = function(out, op)
  flush(out)
  if op.x >= 0 then generate_check(out, op, op.x .. " < state.section_count") end
  add_line(out, "state.used = n + %d", out.at)
  if op.x >= 0 then add_line(out, "begin_piece(state, %d)", op.x) end
end

WALK[IMM_D] = function(state, op, n, mark, value)
  put_int(state.bytes, n, value)
  return n + 4, mark
end
GENERATE[IMM_D] = function(out, op, value) generate_gap(out, 4, "put_int(bytes, %s, %s)", value) end

local function walk_byte(low, high)
  return function(state, op, n, mark, value)
    if value < low or value > high then return nil end
    state.bytes[n] = value
    return n + 1, mark
  end
end
local function generate_byte(low, high)
  return function(out, op, value)
    generate_check(out, op, ("%s >= %d and %s <= %d"):format(value, low, value, high))
    generate_gap(out, 1, "bytes[%s] = %s", value)
  end
end
WALK[IMM_S], GENERATE[IMM_S] = walk_byte(-128, 127), generate_byte(-128, 127)
WALK[IMM_B], GENERATE[IMM_B] = walk_byte(0, 255), generate_byte(0, 255)

WALK[IMM_W] = function(state, op, n, mark, value)
  if value < 0 or value > 65535 then return nil end
  put_word(state.bytes, n, value)
  return n + 2, mark
end
GENERATE[IMM_W] = function(out, op, value)
  generate_check(out, op, ("%s >= 0 and %s <= 65535"):format(value, value))
  generate_gap(out, 2, "put_word(bytes, %s, %s)", value)
end

WALK[IMM_DB] = function(state, op, n, mark, value)
  return put_immediate(state.bytes, n, mark, value, 4), -1
end
GENERATE[IMM_DB] = function(out, op, value)
  generate_move(out, "n, mark = put_immediate(bytes, %s, mark, %s, 4), -1", value)
end

WALK[IMM_WB] = function(state, op, n, mark, value)
  if value < -128 or value > 65535 then return nil end
  return put_immediate(state.bytes, n, mark, value, 2), -1
end
GENERATE[IMM_WB] = function(out, op, value)
  generate_check(out, op, ("%s >= -128 and %s <= 65535"):format(value, value))
  generate_move(out, "n, mark = put_immediate(bytes, %s, mark, %s, 2), -1", value)
end

WALK[DISP] = function(state, op, n, mark, value, arguments, index)
  local omit = op.x == 0 or op.x > 1 and band(arguments[index - op.x + 1], 7) ~= 5
  if op.y ~= 0 and mark < 0 then mark = n end
  return put_displacement(state.bytes, n, mark, value, omit), op.y ~= 0 and mark or -1
end
GENERATE[DISP] = function(out, op, value, argument, index)
  local omit = op.x == 0 and "true" or op.x == 1 and "false"
    or ("band(%s, 7) ~= 5"):format(argument(index - op.x + 1))
  if op.y ~= 0 then add_line(out, "if mark < 0 then mark = n + %d end", out.at) end
  generate_move(out, "n, mark = put_displacement(bytes, %s, mark, %s, %s), %s", value, omit, op.y ~= 0 and "mark" or -1)
end

-- Numbers of the arguments whose registers must all be below 8 for a shorter prefix.
local function registers_before(op, index)
  local count = band(rshift(op.x, 3), 3)
  return math.max(index - count + 1, 1), count > 0 and index or 0
end

WALK[VREG] = function(state, op, n, mark, value, arguments, index)
  if value < 0 or value > 15 or value == 4 and band(op.x, 0xe0) == 0x40 then return nil end
  local from, to = registers_before(op, index)
  local low = to > 0
  for i = from, to do low = low and arguments[i] < 8 end
  return put_register(state.bytes, n, mark, value, op.x, low)
end
GENERATE[VREG] = function(out, op, value, argument, index)
  local allowed = ("%s >= 0 and %s <= 15"):format(value, value)
  if band(op.x, 0xe0) == 0x40 then allowed = allowed .. (" and %s ~= 4"):format(value) end
  generate_check(out, op, allowed)
  local from, to = registers_before(op, index)
  local low = {}
  for i = from, to do low[#low + 1] = argument(i) .. " < 8" end
  generate_move(out, "n, mark = put_register(bytes, %s, mark, %s, %d, %s)", value, op.x,
    #low > 0 and table.concat(low, " and ") or "false")
end

WALK[LABEL_LG] = function(state, op, n, mark)
  return define_label(state, op.x, n) and n or nil, mark
end
GENERATE[LABEL_LG] = function(out, op)
  generate_check(out, op, ("define_label(state, %d, n + %d)"):format(op.x, out.at))
end

WALK[LABEL_PC] = function(state, op, n, mark, pc)
  return define_pc(state, pc, n) and n or nil, mark
end
GENERATE[LABEL_PC] = function(out, op, pc)
  generate_check(out, op, ("define_pc(state, %s, n + %d)"):format(pc, out.at))
end

WALK[REL_LG] = function(state, op, n, mark)
  local what = op.y == 0 and FIXED or op.y
  return refer_to_label(state, op.x, what, n, 4, op.offset) and n + 4 or nil, mark
end
GENERATE[REL_LG] = function(out, op)
  local what = op.y == 0 and FIXED or op.y
  generate_check(out, op, ("refer_to_label(state, %d, %d, n + %d, 4, %d)"):format(op.x, what, out.at, op.offset))
  generate_gap(out, 4)
end

WALK[REL_PC] = function(state, op, n, mark, pc)
  local what = op.y == 0 and FIXED or op.y
  return refer_to_pc(state, pc, what, n, 4, op.offset) and n + 4 or nil, mark
end
GENERATE[REL_PC] = function(out, op, pc)
  local what = op.y == 0 and FIXED or op.y
  generate_check(out, op, ("refer_to_pc(state, %s, %d, n + %d, 4, %d)"):format(pc, what, out.at, op.offset))
  generate_gap(out, 4)
end

-- The size of label addresses is looked up each time, because setversion may change it.
WALK[IMM_LG] = function(state, op, n, mark)
  local size = state.list.label_size
  return refer_to_label(state, op.x, ADDRESS + size, n, size, op.offset) and n + size or nil, mark
end
GENERATE[IMM_LG] = function(out, op)
  generate_move(out, "n, size = %s, state.list.label_size")
  generate_check(out, op, ("refer_to_label(state, %d, %d + size, n, size, %d)"):format(op.x, ADDRESS, op.offset))
  add_line(out, "n = n + size")
end

WALK[IMM_PC] = function(state, op, n, mark, pc)
  local size = state.list.label_size
  return refer_to_pc(state, pc, ADDRESS + size, n, size, op.offset) and n + size or nil, mark
end
GENERATE[IMM_PC] = function(out, op, pc)
  generate_move(out, "n, size = %s, state.list.label_size")
  generate_check(out, op, ("refer_to_pc(state, %s, %d + size, n, size, %d)"):format(pc, ADDRESS, op.offset))
  add_line(out, "n = n + size")
end

local function extern_operand(op) return op.y * 2 + (op.x ~= 0 and 1 or 0) end
WALK[EXTERN] = function(state, op, n, mark)
  add_extern(state, extern_operand(op), n)
  return n + 4, mark
end
GENERATE[EXTERN] = function(out, op)
  add_line(out, "add_extern(state, %d, n + %d)", extern_operand(op), out.at)
  generate_gap(out, 4)
end

WALK[REL_A] = function(state, op, n, mark, value)
  add_event(state, RELATIVE, value, n, 4)
  return n + 4, mark
end
GENERATE[REL_A] = function(out, op, value)
  add_line(out, "add_event(state, %d, %s, n + %d, 4)", RELATIVE, value, out.at)
  generate_gap(out, 4)
end

WALK[ALIGN] = function(state, op, n, mark)
  add_alignment(state, op.x, n)
  return n, mark
end
GENERATE[ALIGN] = function(out, op) add_line(out, "add_alignment(state, %d, n + %d)", op.x, out.at) end

WALK[SPACE] = function(state, op, n, mark, count)
  if count < 0 then return nil end
  if not add_space(state, count, op.x, n) then return nil, mark, NOMEM end
  return n, mark
end
GENERATE[SPACE] = function(out, op, count)
  generate_check(out, op, count .. " >= 0")
  generate_check(out, op, ("add_space(state, %s, %d, n + %d)"):format(count, op.x, out.at), NOMEM)
end

WALK[SETLABEL] = function(state, op, n, mark, value)
  preset_label(state, value)
  return n, mark
end
GENERATE[SETLABEL] = function(out, op, value) add_line(out, "preset_label(state, %s)", value) end

-- What generated functions use.
local HEADER = [[local copy, band, to_int, make_room, abandon, put_int, put_word, put_displacement, put_immediate,
put_register, add_event, refer_to_label, refer_to_pc, define_label, define_pc, preset_label, add_alignment, add_extern,
add_space, begin_piece = ...]]

local loadstring = loadstring

-- Make a function of its text; nil if it is too long for LuaJIT.
local function instantiate(code)
  local chunk = loadstring(code, "=dasm chunk")
  return chunk and chunk(
    copy, band, to_int, make_room, abandon, put_int, put_word, put_displacement, put_immediate,
    put_register, add_event, refer_to_label, refer_to_pc, define_label, define_pc, preset_label, add_alignment,
    add_extern, add_space, begin_piece)
end

-- Some betas of LuaJIT 2.1 continue traces wrongly after loadstring, see prepare.
jit.off(instantiate)

-- So many arguments are local variables of the generated function; more are in a table.
local MOST_LOCALS = 60

-- The beginning of the function. Returns a function from the number of an argument to its name.
local function generate_arguments(out, count)
  if count > MOST_LOCALS then
    add_line(out, "return function(state, chunk, ...)")
    add_line(out, "local a = { ... }")
    add_line(out, "for i = 1, %d do a[i] = to_int(a[i]) end", count)
    return function(i) return ("a[%d]"):format(i) end
  end
  local names = { "state", "chunk" }
  for i = 1, count do names[i + 2] = "a" .. i end
  add_line(out, "return function(%s)", table.concat(names, ", "))
  for i = 1, count do add_line(out, "a%d = to_int(a%d)", i, i) end
  return function(i) return "a" .. i end
end

local function has_checks(chunk)
  for _, op in ipairs(chunk.operations) do
    if op.kind ~= END and FAULTS[op.kind] or op.kind == END and op.x >= 0 then return true end
  end
end

local function generate(chunk)
  local out = { HEADER, template = {}, gaps = {}, at = 0 }
  local argument = generate_arguments(out, chunk.argument_count)
  add_line(out, "local n = state.used")
  add_line(out, "if n + %d > state.limit and not make_room(state, %d) then", chunk.room, chunk.room)
  add_line(out, "return abandon(state, %d, state.event_count, state.delta) end", NOMEM)
  if has_checks(chunk) then add_line(out, "local event_count, delta = state.event_count, state.delta") end
  add_line(out, "local bytes, mark, size = state.bytes, -1")
  local index = 0
  for _, op in ipairs(chunk.operations) do
    if op.mark then add_line(out, "mark = n + %d", out.at + op.mark) end
    generate_literal(out, op.literal)
    if WITH_ARGUMENT[op.kind] then index = index + 1 end
    GENERATE[op.kind](out, op, argument(index), argument, index)
  end
  add_line(out, "end")
  return instantiate(table.concat(out, "\n"))
end

-- Generating a function takes as long as some dozen walks, so programs that put each chunk once do not pay for it. It
-- is done before the JIT compiler begins to compile, which is after 10 exits from a trace or 56 turns of a loop.
local GENERATE_AFTER = 8

function walk(state, chunk, ...)
  local operations = chunk.operations
  chunk.puts = chunk.puts + 1
  if chunk.puts == GENERATE_AFTER then
    local add = generate(chunk)
    if add then chunk.add, chunk.operations = add, nil end
  end
  local arguments = { ... }
  for i = 1, chunk.argument_count do arguments[i] = to_int(arguments[i]) end
  local n, event_count, delta = state.used, state.event_count, state.delta
  if n + chunk.room > state.limit and not make_room(state, chunk.room) then
    return abandon(state, NOMEM, event_count, delta)
  end
  local bytes, mark, index = state.bytes, -1, 0
  for i = 1, #operations do
    local op = operations[i]
    local literal = op.literal
    if op.mark then mark = n + op.mark end
    if literal ~= "" then
      copy(bytes + n, literal, #literal)
      n = n + #literal
    end
    if WITH_ARGUMENT[op.kind] then index = index + 1 end
    local status
    n, mark, status = WALK[op.kind](state, op, n, mark, arguments[index], arguments, index)
    if not n then return abandon(state, status or op.status, event_count, delta) end
  end
end

-- Its loop must not become a part of traces, where its successor is to be.
jit.off(walk)

end

-- Put ---------------------------------------------------------------------------------------------------

-- Decode the chunk that put met for the first time.
local function prepare(state, start)
  local list = state.list
  local chunk = decode(list, start)
  chunk.puts, chunk.add = 0, walk
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

local function put(state, start, ...)
  if not state then
    error("dasm: put needs a state made by dasm.new, got nil; generated code takes it from the variable Dst", 2)
  end
  local chunk = state.chunks[start]
  if not chunk then chunk = prepare(state, start) end
  local count = chunk.argument_count
  if count > select("#", ...) then
    error(("dasm: put of the chunk at offset %d needs %d arguments, got %d"):format(start, count, select("#", ...)), 2)
  end
  chunk.add(state, chunk, ...)
end

-- Pass 2 ------------------------------------------------------------------------------------------------

-- Estimated bytes from the start of one section to the start of a later one.
local function estimated_bytes(heads, from, to)
  local sum = 0
  for section = from, to - 1 do sum = sum + heads[head_of(section)] end
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
  local heads, events, targets = state.heads, state.events, state.targets
  local total = 0
  for section = 0, state.section_count - 1 do
    local event = heads[head_of(section) + FIRST]
    while event ~= 0 do
      local what, estimate, operand = events[event], events[event + ESTIMATE], events[event + OPERAND]
      if what <= LABEL then
        local offset = operand + OFFSET
        if targets[operand + STATE] == BOUND then targets[offset] = estimate + total end
      elseif what == JMP or what == JCC then
        if targets[operand + STATE] == BOUND then
          local target_section = targets[operand + SECTION]
          local distance = targets[operand + OFFSET] - estimate
          if target_section < section or target_section == section and targets[operand] < event then
            distance = distance - total
          elseif target_section > section then
            distance = distance + estimated_bytes(heads, section, target_section)
          end
          if distance >= -128 - what and distance <= 127 then
            events[event] = what + SHORT
            total = total - what
          end
        end
      elseif what == ALIGNMENT then
        total = total - band(estimate + total, operand)
      end
      event = what == SECTION_END and operand or event + EVENT
    end
    total = total + heads[head_of(section)]
  end
  return total
end

-- Join the pieces of all sections in output order. The first piece is in section 0.
local function join_sections(state)
  local heads, events = state.heads, state.events
  local last = heads[LOCALS + LAST]
  for section = 1, state.section_count - 1 do
    local head = head_of(section)
    if heads[head + LAST] ~= 0 then
      events[last + OPERAND] = heads[head + FIRST]
      last = heads[head + LAST]
    end
  end
end

-- Pass 3 ------------------------------------------------------------------------------------------------

local LARGE_CODE = 0x10000 -- bytes
local write_code

do

local function low_bits(pointer)
  return tonumber(cast(int, cast(address, pointer)))
end

-- The value of a 32 bit field for an external symbol. `field`: the address of the field; `check_distance`: whether
-- it is final.
local function extern_value(state, operand, field, check_distance)
  local names, getter = state.extern_names, state.extern_getter
  if not names or not getter then error("dasm error: extern callback not initialized.", 0) end
  local name = names[rshift(operand, 1)]
  local value = name ~= nil and getter(name) or nil
  if value == nil then error(("dasm error: extern not found: %s."):format(tostring(name)), 0) end
  local kind = type(value)
  if kind ~= "number" and kind ~= "cdata" then
    error(("dasm: the address of extern %s is a %s"):format(tostring(name), kind), 0)
  end
  if band(operand, 1) == 0 then return to_int(value) end
  local target = kind == "number" and cast(long, value) or cast(long, cast(address, value))
  local distance = target - cast(long, cast(address, field)) - 4
  if POINTER_SIZE == 8 and check_distance and (distance < -0x80000000LL or distance > 0x7fffffffLL) then
    error(("dasm: extern %s is more than 2 GB away from the code; load its address with mov64 instead")
      :format(tostring(name)), 0)
  end
  return to_int(distance)
end

-- Write a 32 bit displacement or a short branch; returns the new length.
local function write_reference(state, what, target, out, n, base)
  local targets = state.targets
  local kind, offset = targets[target + STATE], targets[target + OFFSET]
  if what >= SHORT then
    if what == SHORT + JMP then
      out[n - 1] = 0xeb
    elseif n >= 2 then
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

local function write_label_address(state, target, out, n, base, size)
  local targets = state.targets
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
end

-- Copy bytes; may write SLACK more than it should.
local function write_bytes(out, from, count)
  if count <= 8 then
    copy(out, from, 8)
  elseif count <= 16 then
    copy(out, from, 16)
  else
    copy(out, from, count)
  end
end

-- Write the code as it is at address `base` to `out`, which has room for it and SLACK more. Returns whether it
-- has the size that layout computed.
local function emit(state, out, base, check_distance)
  local bytes, events, size = state.bytes, state.events, state.size
  local event = state.heads[LOCALS + FIRST]
  local n, from = 0, events[event - EVENT + POSITION]
  while true do
    local what, operand = events[event], events[event + OPERAND]
    if what > LABEL then
      local position = events[event + POSITION]
      local count = position - from
      if count < 0 or n + count > size then return false end
      write_bytes(out + n, bytes + from, count)
      n, from = n + count, position
      if what >= SPACES then
        if n + operand > size then return false end
        fill(out + n, operand, what - SPACES)
        n = n + operand
      elseif what >= SHORT or what == FIXED or what == JMP or what == JCC then
        n = write_reference(state, what, operand, out, n, base)
        from = from + 4
      elseif what == SECTION_END then
        if operand == 0 then break end
        event = operand - EVENT
        from = events[event + POSITION]
      elseif what == ALIGNMENT then
        local count = band(-n, operand)
        if n + count > size then return false end
        fill(out + n, count, 0x90)
        n = n + count
      elseif what == RELATIVE then
        cast(int_pointer, out + n)[0] = tobit(operand - low_bits(base + (n + 4)))
        n, from = n + 4, from + 4
      elseif what == EXTERNAL_SYMBOL then
        cast(int_pointer, out + n)[0] = extern_value(state, operand, base + n, check_distance)
        n, from = n + 4, from + 4
      else
        local width = what - ADDRESS
        write_label_address(state, operand, out, n, base, width)
        n, from = n + width, from + width
      end
    elseif what < LABEL then
      local offset = state.targets[operand + OFFSET]
      state.globals[-what - 10] = base + offset
    end
    event = event + EVENT
  end
  return n == size
end

-- The code is written to a buffer of our own first, so that a failure leaves the caller's memory alone and there is
-- room for SLACK. Large code goes to its place directly if that is memory of ours.
local scratch, scratch_memory, scratch_size = nil, nil, 0

-- Write the code for address `base` to `target`, both byte pointers. Returns whether it has the size that layout
-- computed. `spare`: bytes behind the code that may be written too.
function write_code(state, base, target, check_distance, spare)
  local size = state.size
  if spare >= SLACK then return emit(state, target, base, check_distance) end
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

local function offset_of_status(state, status)
  local payload = band(status, 0xffffff)
  local kind = STATUSES[status - payload]
  if not kind then return nil end
  if kind.offset then return payload end
  local labels = kind.name == "UNDEF_L" and state.labels or kind.name == "UNDEF_PC" and state.pcs
  return labels and labels[payload] < 0 and state.targets[-labels[payload]] or nil
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
  local heads, events, event = state.heads, state.events, first_event(state)
  for i = LOCALS, head_of(state.section_count) - 1 do heads[i] = 0 end
  events[event], events[event + POSITION] = SECTION_END, 0 -- where the first piece begins in the code
  heads[LOCALS + FIRST] = event + EVENT
  state.list, state.chunks = list, list.chunks
  state.used, state.delta, state.limit = 0, 0, state.capacity
  state.event_count, state.target_count = event + EVENT, first_target(state)
  state.section, state.status, state.size, state.flags = 0, 0, -1, 0
end

-- Give the state memory for labels, heads, code, events and targets.
local function make_arrays(state)
  local capacity = first_target(state) + FIRST_TARGETS
  local memory, owner = take_ints(capacity)
  state.memory, state.labels, state.heads, state.events, state.targets = owner, memory, memory, memory, memory
  state.bytes = cast(byte_pointer, memory + head_of(state.section_count)) + FRONT
  state.label_capacity = 10
  state.capacity, state.event_capacity, state.target_capacity = FIRST_CODE, first_target(state), capacity
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
  state.used, state.event_count = 0, 0
  state.label_count, state.globals = 0, nil
  state.pcs, state.pc_count, state.pc_capacity = nil, 0, 0
  make_arrays(state)
end

--- Free the state. Freeing it twice, or not at all, does no harm.
function dasm.free(state)
  state.chunks = FREED
  state.memory, state.heads, state.bytes, state.events, state.targets = nil, nil, nil, nil, nil
  state.labels, state.pcs, state.list, state.globals, state.size = nil, nil, nil, nil, -1
end

local function check_global_count(count)
  if type(count) ~= "number" or count < 0 or count > 0x10000 then error("dasm: bad number of globals", 3) end
end

--- Register the array of global label addresses; must precede setup (or the first global label).
function dasm.setupglobal(state, globals, count)
  need(state, not state.list or state.used == 0, "setupglobal after put")
  check_global_count(count)
  state.globals = globals
  state.label_count = 10 + count
  state.label_capacity = 10
  fill(state.labels, 40)
end

--- Make sure that there are pc labels 0 .. count-1.
function dasm.growpc(state, count)
  need(state, true)
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

local function check_step(state, section)
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
end

--- Check the code so far: no local label may be undefined and, with `section`, that section must be current.
function dasm.checkstep(state, section)
  need(state, state.list, "checkstep before setup")
  check_step(state, section)
  check(state)
end

local function link(state)
  if state.status == 0 and band(state.flags, PC_PENDING) ~= 0 then
    local pc = first_pending(state.pcs, 0, state.pc_count - 1)
    if pc then state.status = UNDEF_PC + pc end
  end
  if state.status == 0 and band(state.flags, LOCALS_PENDING) ~= 0 then
    state.status = UNDEF_L + first_pending(state.labels, 1, 9)
  end
  if state.status ~= 0 then return end
  if band(state.flags, GLOBAL_PENDING) ~= 0 then make_globals_external(state) end
  end_piece(state)
  local size = layout(state)
  if size > MAX_SIZE then
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
  if not write_code(state, start, target, base == nil, 0) then
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
  need(state, state.list, "build before setup")
  need(state, state.size < 0, "build after link (call setup first)")
  check_step(state, -1)
  link(state)
  check(state)
  local size = state.size
  if size == 0 then error("dasm error: no code?", 2) end
  local spare = size >= LARGE_CODE and SLACK or 0
  local alignment = band(state.flags, ALIGNED) ~= 0 and MAX_ALIGNMENT or MIN_ALIGNMENT
  local start, target, owner = reserve(size + spare, alignment)
  local ok, message
  if band(state.flags, EXTERN_USED) ~= 0 then
    ok, message = pcall(write_code, state, start, target, true, spare) -- externs may fail
  else
    ok, message = write_code(state, start, target, true, spare), nil -- no pcall: it would end the JIT compiler's traces
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
  state.list.label_size = LABEL_SIZES[version]
end

-- LuaJIT 2.0 compiles the allocation of small objects of a known size only.
local small_pointer_arrays = {}
for count = 0, 16 do small_pointer_arrays[count] = ffi.typeof("void*[" .. count .. "]") end

local function new_state(list, section_count, global_count, globals)
  -- Every field from the start, so that the table never grows; no more than 32, because it would double.
  local state = setmetatable({
    section_count = section_count, chunks = NOT_SET_UP, list = false, section = 0, status = 0, size = -1, flags = 0,
    memory = false, heads = false, bytes = false, capacity = 0, limit = 0, used = 0, delta = 0,
    events = false, event_capacity = 0, event_count = 0,
    targets = false, target_capacity = 0, target_count = 0,
    labels = false, label_count = 10 + global_count, label_capacity = 10, pcs = false, pc_count = 0, pc_capacity = 0,
    globals = globals, extern_names = false, extern_getter = false,
    code = false,
  }, State)
  make_arrays(state)
  start_unit(state, list)
  return state
end

-- Left alone, the JIT compiler often takes the code around layout and emit first, and their walks through small units
-- within it: such traces become too long, are given up, and leave that way to the interpreter for good. So a program
-- that makes many states makes one with many turns of each loop early, which costs about 2 ms. Longer traces then end
-- at these loops; they need those over the sections, too, because a trace from emit to layout of the next unit of code
-- would use more constants than the compiler allows.
local WARM_UP_AT = 16
local state_count = 0

-- mov eax, [esi+n]; add eax, n; mov eax, n; and a chunk with labels of all kinds
local WARM_UP_ACTIONS = "\139\134\233\255" .. "\129\192\239\255" .. "\184\237\255"
  .. "\248\1\131\232\234\15\133\244\1\15\143\244\248\252\233\245\248\2\249\195\255"

local growpc, checkstep, link_state, encode = dasm.growpc, dasm.checkstep, dasm.link, dasm.encode

local function warm_up()
  local rounds, sections = 40, 128
  local state = new_state(list_of(WARM_UP_ACTIONS), sections, 0, nil)
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
