-- Runs the programs of fixtures/runtime-lua, which is the working directory.
local ffi = require "ffi"
local dynasm = require "dynasm"
local dasm = require "dasm"

local X64 = ffi.arch == "x64"

-- A self-contained module.
if X64 then
  local multiply = require "multiply_x64"
  assert(multiply(-7, 5) == -35 and multiply(0x10000, 0x8000) == -0x80000000)
  local code = require "multiply_x86"
  assert(code == "\x8b\x44\x24\x04\x0f\xaf\x44\x24\x08\xc3")
else
  assert(require "multiply_x86"(-7, 5) == -35)
end

-- Generators in one module, the build in another.
local functions = require "functions"
assert(functions.mul(6, -7) == -42 and functions.add(6, -7) == -1 and functions.size > 0)
collectgarbage()
assert(functions.mul(3, 3) == 9)

-- Code from a string.
local gen, actions = dynasm.loadstring [[
local ffi = require "ffi"
local dasm = require "dasm"
|.arch ARCH
|.actionlist actions
local function gen(Dst, n)
  | mov eax, n
  | ret
end
return gen, actions
]]()
local state = dasm.new(actions)
gen(state, 99)
local code = state:build()
assert(ffi.cast("int (*)(void)", code)() == 99)

-- Version 1.5 with an address of 8 bytes, and 1.4 with one of 4, in one process.
local function address_size(version)
  local text = dynasm.translate_tostring(dynasm.string_infile [[
local ffi = require "ffi"
local dasm = require "dasm"
|.arch ARCH
|.actionlist actions
local Dst = dasm.new(actions)
|1:
|.dword 0
|.aword <1
return Dst
]], { lang = "lua", comment = false, dasmversion = version })
  return loadstring(text, "@version" .. version)():link() - 4
end
assert(address_size "1.4" == 4 and address_size "1.5" == ffi.sizeof "void*")

-- Brainfuck.
local brainfuck = require "brainfuck"
local hello = brainfuck "++++++++[>++++[>++>+++>+++>+<<<<-]>+>+>->>+[<]<-]>>.>---.+++++++..+++."
assert(hello() == "Hello")
assert(brainfuck ",[.,]"(("copy"):rep(5000)) == ("copy"):rep(5000))
assert(not pcall(brainfuck, "[") and not pcall(brainfuck, "]"))

local function read(name)
  local file = assert(io.open("../brainfuck/" .. name, "rb"))
  local text = file:read "*a"
  file:close()
  return text
end

assert(brainfuck(read "mandelbrot.bf")() == read "mandelbrot.txt")

-- The tour.
if X64 then
  local text = {}
  local count = require "run_tour"(function(piece) text[#text + 1] = piece end)
  assert(count == 15, count)
  assert(table.concat(text):find "add edi, esi")
end

print "ok"
