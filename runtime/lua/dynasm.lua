-- dynasm: load mixed Lua and assembler code (.dasl) in LuaJIT, and translate from Lua.
--
--   local dynasm = require "dynasm"          now require "foo" also finds foo.dasl
--   local chunk = dynasm.loadfile "foo.dasl"
--   local text = dynasm.translate_tostring "foo.dasl"
--
-- The work is done by the command `dynasm`, which is looked up on PATH or named by the environment variable
-- DYNASM (a program, a .js file, or the beginning of a command line); without either, that of the package which
-- this file belongs to. Translations of loaded code are kept in
-- the directory DYNASM_CACHE (default: dynasm in the user's cache directory; empty: no cache) and found again
-- by the content of the source and of all files it included.

local bit = require "bit"
local ffi = require "ffi"
local jit = require "jit"

local band, bor, bxor = bit.band, bit.bor, bit.bxor
local rol, tobit, tohex = bit.rol, bit.tobit, bit.tohex

local dynasm = {
  command = nil,      -- command line to use instead of DYNASM or the one on PATH
  cache = nil,        -- cache directory to use instead of DYNASM_CACHE or the default; false: no cache
}

local WINDOWS = ffi.os == "Windows"

-- Files ---------------------------------------------------------------------------------------------------

-- Like assert, but without a position in this file.
local function need(value, message)
  if not value then error(message, 0) end
  return value
end

local function read_file(name)
  local file, message = io.open(name, "rb")
  if not file then return nil, message end
  local text, failure = file:read "*a" -- nil for a directory
  file:close()
  if not text then return nil, ("%s: %s"):format(name, failure or "cannot be read") end
  return text
end

local function write_file(name, text)
  local file, message = io.open(name, "wb")
  if not file then return nil, message end
  local ok, failure = file:write(text)
  local closed = file:close()
  if not ok or not closed then return nil, failure or (name .. ": cannot be written") end
  return true
end

-- Name of a new temporary file. Where the C library names files in the root directory (Windows), they are
-- moved to the directory for such files.
local function temporary_name()
  local name = os.tmpname()
  if WINDOWS and name:find "^\\[^\\]*$" then
    name = (os.getenv "TEMP" or os.getenv "TMP" or ".") .. name
  end
  return name
end

-- Calls f with `count` names of temporary files and removes the files, whatever happens.
local function with_temporary_files(count, f)
  local names = {}
  for i = 1, count do names[i] = temporary_name() end
  local results = { pcall(f, unpack(names)) }
  for i = 1, count do os.remove(names[i]) end
  if not results[1] then error(results[2], 0) end
  return unpack(results, 2)
end

-- Content hashes (SHA-1) ----------------------------------------------------------------------------------

local function sha1_block(state, text, at)
  local w = {}
  for i = 0, 15 do
    local a, b, c, d = text:byte(at + i * 4, at + i * 4 + 3)
    w[i] = tobit(a * 0x1000000 + b * 0x10000 + c * 0x100 + d)
  end
  for i = 16, 79 do w[i] = rol(bxor(w[i - 3], w[i - 8], w[i - 14], w[i - 16]), 1) end
  local a, b, c, d, e = state[1], state[2], state[3], state[4], state[5]
  for i = 0, 79 do
    local f, k
    if i < 20 then
      f, k = bxor(d, band(b, bxor(c, d))), 0x5a827999
    elseif i < 40 then
      f, k = bxor(b, c, d), 0x6ed9eba1
    elseif i < 60 then
      f, k = bor(band(b, c), band(d, bor(b, c))), 0x8f1bbcdc
    else
      f, k = bxor(b, c, d), 0xca62c1d6
    end
    a, b, c, d, e = tobit(rol(a, 5) + f + e + k + w[i]), a, rol(b, 30), c, d
  end
  state[1], state[2], state[3] = tobit(state[1] + a), tobit(state[2] + b), tobit(state[3] + c)
  state[4], state[5] = tobit(state[4] + d), tobit(state[5] + e)
end

local function sha1(text)
  local bits = #text * 8
  local tail = "\128" .. ("\0"):rep((55 - #text) % 64)
  for shift = 7, 0, -1 do tail = tail .. string.char(math.floor(bits / 256 ^ shift) % 256) end
  local state = { 0x67452301, tobit(0xefcdab89), tobit(0x98badcfe), 0x10325476, tobit(0xc3d2e1f0) }
  local whole = #text - #text % 64
  for at = 1, whole, 64 do sha1_block(state, text, at) end
  local rest = text:sub(whole + 1) .. tail
  for at = 1, #rest, 64 do sha1_block(state, rest, at) end
  return (tohex(state[1]) .. tohex(state[2]) .. tohex(state[3]) .. tohex(state[4]) .. tohex(state[5]))
end

-- Running the command -------------------------------------------------------------------------------------

-- One argument for the shell. Nothing in it is special to the shell any more.
local function quote(argument)
  if argument:find "%z" then error("dynasm: a name with a NUL byte: " .. argument:gsub("%z", "\\0"), 0) end
  if not WINDOWS then return "'" .. argument:gsub("'", "'\\''") .. "'" end
  if argument:find '["\r\n]' then error("dynasm: a name that Windows does not allow: " .. argument, 0) end
  -- cmd expands %NAME% even inside quotes, but not when a caret outside of them stands before the sign;
  -- backslashes before a closing quote must be doubled.
  return '"' .. argument:gsub("(\\*)$", "%1%1"):gsub("(\\*)%%", '%1%1"^%%"') .. '"'
end

-- A file name as argument: never mistaken for an option or the standard input.
local function quote_file(name)
  return quote(name:find "^%-" and "./" .. name or name)
end

local function is_file(name)
  local file = io.open(name, "rb")
  if file then file:close() end
  return file ~= nil
end

-- This file's name and its folder, which ends with a slash; "" if they are unknown.
local OWN_FILE = debug.getinfo(1, "S").source:match "^@(.*)$" or ""
local OWN_FOLDER = OWN_FILE:gsub("[^/\\]*$", "")

local function command_of(file)
  return (file:find "%.[cm]?js$" and "node " or "") .. quote(file)
end

-- The beginnings of command lines to try, one after the other.
local function command_lines()
  local command = dynasm.command or os.getenv "DYNASM"
  if command and command ~= "" then return { is_file(command) and command_of(command) or command } end
  local beside = OWN_FOLDER .. "../../bin/dynasm.js" -- in the package that this file belongs to
  return { "dynasm", OWN_FOLDER ~= "" and is_file(beside) and command_of(beside) or nil }
end

-- Runs a command line; returns its exit code.
local function execute(line)
  if WINDOWS then line = '"' .. line .. '"' end
  local first, _, code = os.execute(line)
  if first == true then return 0 end
  if type(first) == "number" then return first >= 256 and math.floor(first / 256) or first end
  return code or 1
end

local NOT_FOUND = "dynasm: the command `%s' was not found; install it with `npm install -g dynasm' or name it "
  .. "with the environment variable DYNASM"

-- Runs the first of the commands that exists. Returns it and its exit code.
local function execute_first(commands, arguments)
  for _, command in ipairs(commands) do
    local code = execute(command .. arguments)
    if code ~= 127 and code ~= 9009 then return command, code end
  end
  error(NOT_FOUND:format(commands[1]), 0)
end

-- Runs `dynasm translate` with the arguments. Returns the messages it printed; raises them as an error if it
-- failed.
local function run_command(arguments, redirection)
  return with_temporary_files(1, function(messages_name)
    local command, code = execute_first(command_lines(), (" translate %s%s 2>%s"):format(
      table.concat(arguments, " "), redirection or "", quote(messages_name)))
    local messages = read_file(messages_name) or ""
    if code ~= 0 then
      if messages == "" then messages = ("dynasm: `%s' ended with exit code %d"):format(command, code) end
      error((messages:gsub("%s+$", "")), 0)
    end
    return messages
  end)
end

-- Input objects -------------------------------------------------------------------------------------------

--- An input object over a string. Its lines end with CRLF if the string has one, else with CR or LF.
function dynasm.string_infile(text)
  if type(text) ~= "string" then error("dynasm: a string is needed, got " .. type(text), 0) end
  local terminator = text:find("\r\n", 1, true) and "\r\n" or text:find("\r", 1, true) and "\r" or "\n"
  local object = {}
  function object:lines()
    local at = 1
    return function()
      if at > #text then return nil end
      local first, last = text:find(terminator, at, true)
      local line = text:sub(at, (first or #text + 1) - 1)
      at = (last or #text) + 1
      return line
    end
  end
  function object:close() end
  return object
end

-- All text of an input object.
local function read_object(object)
  local kind = type(object)
  if kind ~= "table" and kind ~= "userdata" or not object.lines then
    error(("dynasm: the input must be a file name or an object with lines and close, got %s"):format(kind), 0)
  end
  local lines = {}
  for line in object:lines() do lines[#lines + 1] = line end
  lines[#lines + 1] = ""
  object:close()
  return table.concat(lines, "\n")
end

-- Output objects ------------------------------------------------------------------------------------------

--- An output object that calls f with every piece that is not empty.
function dynasm.func_outfile(f)
  local object = {}
  function object:write(...)
    for i = 1, select("#", ...) do
      local piece = select(i, ...)
      if type(piece) == "number" then
        piece = tostring(piece)
      elseif type(piece) ~= "string" then
        error("invalid value", 2)
      end
      if piece ~= "" then f(piece) end
    end
    return self
  end
  function object:close() end
  return object
end

--- An output object that appends every piece to a table.
function dynasm.table_outfile(t)
  return dynasm.func_outfile(function(piece) t[#t + 1] = piece end)
end

-- Lines and line ends, each a piece of its own.
local function pieces_of(text)
  local at = 1
  return function()
    if at > #text then return nil end
    local line = text:match("^[^\n]+", at) or "\n"
    at = at + #line
    return line
  end
end

-- Options -------------------------------------------------------------------------------------------------

-- What the predefined names of Lua mode describe is this process, not the one that runs the command.
local function target()
  return ffi.os:lower() .. "-" .. (jit.arch == "x86" and "x86" or "x64")
end

local function add_comment_options(arguments, options)
  local comment = options.comment
  if comment == false then
    arguments[#arguments + 1] = "-N"
  elseif type(comment) == "string" and options.lang ~= "lua" then
    if comment:find "^/%*" then
      arguments[#arguments + 1] = "-c"
    elseif not comment:find "^//" then
      error(("dynasm: unsupported option comment = %q: use \"//|\", \"/*|\" or false"):format(comment), 0)
    end
  end
  if options.maccomment then arguments[#arguments + 1] = "-M" end
end

local function sorted_keys(t)
  local keys = {}
  for key in pairs(t) do keys[#keys + 1] = tostring(key) end
  table.sort(keys)
  return keys
end

local function add_include_options(arguments, include)
  if not include then return end
  for i = #include, 1, -1 do -- -I puts a directory before those given so far
    arguments[#arguments + 1] = "-I"
    arguments[#arguments + 1] = quote(tostring(include[i]))
  end
end

local function need_table(options, name)
  local value = options[name]
  if value ~= nil and type(value) ~= "table" then
    error(("dynasm: option %s must be a table, got %s"):format(name, type(value)), 0)
  end
end

-- Arguments of the command for an options table, already quoted.
local function arguments_of(options)
  need_table(options, "subst")
  need_table(options, "include")
  local arguments = { "--color never" }
  local lang = options.lang
  if lang ~= nil then
    if lang ~= "c" and lang ~= "lua" then error(("dynasm: invalid language ``%s`."):format(tostring(lang)), 0) end
    arguments[#arguments + 1] = "-l " .. lang
  end
  arguments[#arguments + 1] = "--target " .. target()
  add_comment_options(arguments, options)
  if options.cpp == false then arguments[#arguments + 1] = "-L" end
  if options.flushline then arguments[#arguments + 1] = "-F" end
  if options.dasmversion then
    arguments[#arguments + 1] = "--dasm-version " .. quote(tostring(options.dasmversion))
  end
  if options.keeplines then arguments[#arguments + 1] = "--keep-lines" end
  for _ = 1, tonumber(options.dumpdef) or 0 do arguments[#arguments + 1] = "-P" end
  add_include_options(arguments, options.include)
  for _, name in ipairs(sorted_keys(options.subst or {})) do
    arguments[#arguments + 1] = "--subst"
    arguments[#arguments + 1] = quote(name .. "=" .. tostring(options.subst[name]))
  end
  return arguments
end

-- Options for input that comes without a file name.
local function need_language(options)
  if options.lang == nil then error("dynasm: invalid language `nil`.", 0) end
end

local function with_defaults(options, defaults)
  local result = {}
  for key, value in pairs(defaults) do result[key] = value end
  for key, value in pairs(options or {}) do result[key] = value end
  return result
end

-- Translating ---------------------------------------------------------------------------------------------

-- The files of a make rule "target: file file ...", without the target.
local function files_of_rule(rule)
  local files = {}
  rule = rule:gsub("\\\r?\n", " ")
  local name = ""
  local at = 1
  while at <= #rule do
    local escaped = rule:match("^\\([ #\t\\])", at)
    local char = escaped or rule:sub(at, at)
    if escaped and escaped ~= "\\" then
      name, at = name .. escaped, at + 2
    elseif rule:sub(at, at + 1) == "$$" then
      name, at = name .. "$", at + 2
    elseif not escaped and char:find "%s" then
      if name ~= "" then files[#files + 1] = name end
      name, at = "", at + 1
    else
      name, at = name .. rule:sub(at, at), at + 1
    end
  end
  if name ~= "" then files[#files + 1] = name end
  table.remove(files, 1) -- the target with its colon
  return files
end

-- Translates a named file (or `text` if not nil). Returns the result, the names of the files read besides the
-- text, and the messages.
local function translate_text(name, text, options)
  local arguments = arguments_of(options)
  return with_temporary_files(3, function(input_name, output_name, rule_name)
    local redirection
    if text then
      need(write_file(input_name, text))
      redirection = " <" .. quote(input_name)
    end
    arguments[#arguments + 1] = "--depfile " .. quote(rule_name)
    arguments[#arguments + 1] = "-o " .. quote(output_name)
    arguments[#arguments + 1] = text and "-" or quote_file(name)
    local messages = run_command(arguments, redirection)
    return need(read_file(output_name)), files_of_rule(read_file(rule_name) or ""), messages
  end)
end

-- Input objects have no file name; the command, which reads them from its standard input, calls it (stdin).
local MEMORY_NAME, STDIN_NAME = "=(translate)", "%(stdin%)"

local function rename_in_text(text)
  text = text:gsub('(original file is in )"' .. STDIN_NAME .. '"', '%1"' .. MEMORY_NAME .. '"', 1)
  return (text:gsub('(#line %d+ )"' .. STDIN_NAME .. '"', '%1"' .. MEMORY_NAME .. '"'))
end

local function rename_in_messages(messages)
  return (("\n" .. messages):gsub("\n" .. STDIN_NAME .. ":", "\n" .. MEMORY_NAME .. ":"):sub(2))
end

-- translate_text for an input object.
local function translate_memory(text, options)
  local ok, result, files, messages = pcall(translate_text, nil, text, options)
  if not ok then error(rename_in_messages(result), 0) end
  return rename_in_text(result), files, rename_in_messages(messages)
end

local function show_messages(messages)
  if messages ~= "" then io.stderr:write(messages) end
end

-- The translation of a file name or input object.
local function translate_input(input, options)
  if type(input) == "string" then
    need(io.open(input, "rb")):close() -- before the command is started
    local result, _, messages = translate_text(input, nil, options)
    return result, messages
  end
  need_language(options)
  local result, _, messages = translate_memory(read_object(input), options)
  return result, messages
end

--- Translate `input` (a file name or an object with lines and close) to `output` (nil or "-": standard output,
--- a file name, or an object with write and close). Raises the diagnostics as an error.
function dynasm.translate(input, output, options)
  local text, messages = translate_input(input, options or {})
  show_messages(messages)
  if output == nil or output == "-" then
    io.stdout:write(text)
  elseif type(output) == "string" then
    need(write_file(output, text))
  else
    for piece in pieces_of(text) do output:write(piece) end
    output:close()
  end
end

--- The translation as a string.
function dynasm.translate_tostring(input, options)
  local text, messages = translate_input(input, options or {})
  show_messages(messages)
  return text
end

--- An iterator over the pieces of the translation: lines and line ends.
function dynasm.translate_toiter(input, options)
  return pieces_of(dynasm.translate_tostring(input, options))
end

-- Cache ---------------------------------------------------------------------------------------------------
--
-- A cache file has one line "dynasm cache 1", a line "HASH NAME" per included file, a line "- NAME" per file that
-- would have been included instead if it had existed, an empty line and the translated text. Its name is the hash of
-- everything else the translation depends on.

local CACHE_HEADER = "dynasm cache 1"

local function cache_directory()
  if dynasm.cache ~= nil then return dynasm.cache or nil end
  local directory = os.getenv "DYNASM_CACHE"
  if directory then return directory ~= "" and directory or nil end
  if WINDOWS then
    local base = os.getenv "LOCALAPPDATA"
    return base and base .. "\\dynasm\\cache"
  end
  local base = os.getenv "XDG_CACHE_HOME"
  if base and base ~= "" then return base .. "/dynasm" end
  local home = os.getenv "HOME"
  return home and home ~= "" and home .. "/.cache/dynasm" or nil
end

-- What identifies the translator as far as that is cheap to tell: the package that this file belongs to and
-- the program behind the command.
local translator_identity
local function identity()
  if not translator_identity then
    local package_file = OWN_FOLDER .. "../../package.json"
    local command = dynasm.command or os.getenv "DYNASM" or ""
    translator_identity = table.concat({
      sha1(OWN_FILE ~= "" and read_file(OWN_FILE) or ""), sha1(read_file(package_file) or ""), command,
      sha1(command ~= "" and read_file(command) or ""),
    }, "\n")
  end
  return translator_identity
end

local function cache_file(directory, name, text, options)
  local arguments = table.concat(arguments_of(options), "\n")
  local key = table.concat({ CACHE_HEADER, identity(), arguments, name or "", text }, "\0")
  return directory .. "/" .. sha1(key) .. ".lua"
end

-- The names under which the translator may have looked for an included file before it found it.
local function earlier_places(name, include)
  local prefixes, places = {}, {}
  for i, directory in ipairs(include or {}) do
    directory = tostring(directory)
    prefixes[i] = directory == "" and "" or directory .. "/"
  end
  prefixes[#prefixes + 1] = "" -- the current directory
  for i, prefix in ipairs(prefixes) do
    if name:sub(1, #prefix) == prefix then
      for earlier = 1, i - 1 do places[#places + 1] = prefixes[earlier] .. name:sub(#prefix + 1) end
    end
  end
  return places
end

-- Whether a line of a cache file is still true.
local function is_valid(line)
  local hash, name = line:match "^(%S+) (.*)$"
  if not name then return false end
  if hash == "-" then return not is_file(name) end
  local text = read_file(name)
  return text and sha1(text) == hash
end

-- The translation in a cache file, or nil if there is none or other files would be included now.
local function read_cache(file)
  local content = read_file(file)
  if not content or content:sub(1, #CACHE_HEADER + 1) ~= CACHE_HEADER .. "\n" then return nil end
  local at = #CACHE_HEADER + 2
  while true do
    local line, behind = content:match("^([^\n]*)\n()", at)
    if not line then return nil end
    at = behind
    if line == "" then return content:sub(at) end
    if not is_valid(line) then return nil end
  end
end

-- Does nothing when the cache cannot be written.
local function write_cache(directory, file, includes, include, text)
  local lines = { CACHE_HEADER }
  for _, name in ipairs(includes) do
    local content = read_file(name)
    if not content then return end
    lines[#lines + 1] = sha1(content) .. " " .. name
    for _, place in ipairs(earlier_places(name, include)) do
      if not is_file(place) then lines[#lines + 1] = "- " .. place end
    end
  end
  for _, line in ipairs(lines) do
    if line:find "[\r\n]" then return end
  end
  local content = table.concat(lines, "\n") .. "\n\n" .. text
  -- A name of its own first, so that nobody reads half a file.
  local unfinished = file .. tostring({}):gsub("%W", "") .. os.time()
  if not write_file(unfinished, content) then
    if WINDOWS then
      execute("mkdir " .. quote(directory) .. " 2>nul")
    else
      execute("mkdir -p -- " .. quote(directory) .. " 2>/dev/null")
    end
    if not write_file(unfinished, content) then
      os.remove(unfinished)
      return
    end
  end
  if WINDOWS then os.remove(file) end
  if not os.rename(unfinished, file) then os.remove(unfinished) end
end

-- The translation for loading, from the cache if possible. `name` is nil for a text without a file.
local function translate_cached(name, text, options)
  local directory = cache_directory()
  local file = directory and cache_file(directory, name, text, options)
  local result = file and read_cache(file)
  if result then return result end
  local files, messages
  if name then
    result, files, messages = translate_text(name, nil, options)
  else
    result, files, messages = translate_memory(text, options)
  end
  show_messages(messages)
  -- With warnings, translate again next time, so that they are seen again.
  if not file or messages ~= "" then return result end
  local includes = {}
  for _, other in ipairs(files) do
    if other ~= name and other ~= "-" then includes[#includes + 1] = other end
  end
  -- Not if the file was changed while it was translated.
  if not name or read_file(name) == text then write_cache(directory, file, includes, options.include, result) end
  return result
end

-- Loading -------------------------------------------------------------------------------------------------

local LOAD_DEFAULTS = { lang = "lua", comment = false, keeplines = true }

local function load_input(input, options)
  options = with_defaults(options, LOAD_DEFAULTS)
  local name = type(input) == "string" and input or nil
  local text
  if name then text = need(read_file(name)) else text = read_object(input) end
  local chunk, message = loadstring(translate_cached(name, text, options), name and "@" .. name or "=(load)")
  if not chunk then error(message, 0) end
  return chunk
end

--- Translate and load a file (or input object). Returns the chunk, or nil and the diagnostics. Line numbers are
--- those of the source.
function dynasm.loadfile(input, options)
  local ok, result = pcall(load_input, input, options)
  if ok then return result end
  return nil, result
end

--- Translate and load a string.
function dynasm.loadstring(text, options)
  return dynasm.loadfile(dynasm.string_infile(text), options)
end

-- require -------------------------------------------------------------------------------------------------

-- The first file for the module in a search path, or nil and a list of the names tried.
local function search(module, path)
  local tried = {}
  local file_part = module:gsub("%.", WINDOWS and "\\" or "/")
  for template in path:gmatch "[^;]+" do
    local name = template:gsub("%?", (file_part:gsub("%%", "%%%%")))
    if is_file(name) then return name end
    tried[#tried + 1] = ("\n\tno file '%s'"):format(name)
  end
  return nil, table.concat(tried)
end

local function search_dasl(module)
  return search(module, (package.path:gsub("%.lua", ".dasl")))
end

local function loader_of(name)
  local chunk, message = dynasm.loadfile(name)
  if not chunk then error(message, 0) end
  return chunk
end

--- The last package loader: a module that nobody else knows is searched as .dasl along package.path.
local function load_dasl(module)
  local name, tried = search_dasl(module)
  if not name then return tried end
  return loader_of(name)
end

-- Seconds by which a .dasl file is newer than a .lua file; 0 where that cannot be found out.
local function age_difference(dasl, lua)
  if WINDOWS then return 0 end
  local files = quote_file(dasl) .. " " .. quote_file(lua)
  local pipe = io.popen(("stat -c %%Y -- %s 2>/dev/null || stat -f %%m -- %s 2>/dev/null"):format(files, files))
  if not pipe then return 0 end
  local first, second = pipe:read("*n", "*n")
  pipe:close()
  return first and second and first - second or 0
end

--- The loader before that of .lua files: prefers foo.dasl to an outdated foo.lua beside it. Files that differ by
--- no more than two seconds may come from one checkout or copy, then the .lua file wins as always.
local function load_newer_dasl(module)
  local lua = search(module, package.path)
  local dasl = lua and lua:find "%.lua$" and lua:gsub("%.lua$", ".dasl")
  if not dasl or not is_file(dasl) or age_difference(dasl, lua) <= 2 then return nil end
  return loader_of(dasl)
end

table.insert(package.loaders, 2, load_newer_dasl)
table.insert(package.loaders, load_dasl)

return dynasm
