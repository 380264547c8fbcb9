-- luajit run.lua SCRATCH FILE ARCHITECTURE ARGUMENTS: runs the translation of FILE, which is SCRATCH/program.lua, as luajit
-- runs a script. Where it can, it keeps a record in SCRATCH/record of what to say about a crash.

if type(jit) ~= "table" then
  io.stderr:write("dynasm: error: this is ", tostring(_VERSION), ", but LuaJIT is needed\n")
  os.exit(1)
end

local driver = arg[0]:match "^(.*)[/\\]"
local program = dofile(driver .. "/program.lua")

local scratch, file = arg[1], arg[2]
program.check_architecture(arg[3])
program.set_path(file)
arg = { [-1] = arg[-1], [0] = file, unpack(arg, 4) }
local chunk, message = program.load(scratch .. "/program.lua", file)
if not chunk then program.fail(message) end
local recorder = loadfile(scratch .. "/crash.lua")
if recorder then pcall(recorder, driver, scratch, file) end
program.call(chunk, unpack(arg))
