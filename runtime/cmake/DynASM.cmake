# DynASM in CMake (3.20 or later).
#
#   list(APPEND CMAKE_MODULE_PATH <what `dynasm runtime cmake --path` prints>)
#   include(DynASM)
#   add_executable(calc main.c)
#   dynasm_add_sources(calc add.dasc mul.dasc OPTIONS -D X64)
#
# dynasm_add_sources(<target> <source>... [CXX] [INCLUDES <folder>...] [OPTIONS <option>...])
#
#   Translates sources and adds the results to a target. A .dasc file becomes a C file, or a C++ file with CXX;
#   a .dasl file becomes a .lua file. INCLUDES are searched for include files before the folder of the source
#   and the current source folder; OPTIONS are passed to `dynasm translate`. The target finds the encoder's
#   headers. A changed source or include file translates exactly the sources that use it.
#
#   The results are in ${CMAKE_CURRENT_BINARY_DIR}/dynasm/<target>, in subfolders as the sources.
#
# DYNASM_EXECUTABLE is the command; it is searched for on PATH and in node_modules. DYNASM_RUNTIME_DIR is the
# folder of dasm_proto.h and dasm_x86.h; the command is asked for it.

find_program(DYNASM_EXECUTABLE NAMES dynasm HINTS "${CMAKE_SOURCE_DIR}/node_modules/.bin"
  DOC "The dynasm command")
if(NOT DYNASM_EXECUTABLE)
  message(FATAL_ERROR "dynasm was not found; install it with `npm install dynasm` or set DYNASM_EXECUTABLE")
endif()

if(NOT DYNASM_RUNTIME_DIR)
  execute_process(
    COMMAND "${DYNASM_EXECUTABLE}" runtime c --path
    OUTPUT_VARIABLE _dynasm_runtime OUTPUT_STRIP_TRAILING_WHITESPACE
    COMMAND_ERROR_IS_FATAL ANY)
  set(DYNASM_RUNTIME_DIR "${_dynasm_runtime}" CACHE PATH "Folder of dasm_proto.h and dasm_x86.h")
endif()

function(dynasm_add_sources target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "CXX" "" "INCLUDES;OPTIONS")
  if(NOT arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "dynasm_add_sources(${target}): no source is given")
  endif()

  set(flags ${arg_OPTIONS})
  # Only Ninja looks at the results again: for make, one that is left alone stays out of date forever.
  if(CMAKE_GENERATOR MATCHES "Ninja")
    list(APPEND flags --if-changed)
  endif()
  set(folders "")
  foreach(folder IN LISTS arg_INCLUDES)
    get_filename_component(folder "${folder}" ABSOLUTE BASE_DIR "${CMAKE_CURRENT_SOURCE_DIR}")
    list(APPEND folders "${folder}")
  endforeach()

  foreach(source IN LISTS arg_UNPARSED_ARGUMENTS)
    get_filename_component(input "${source}" ABSOLUTE BASE_DIR "${CMAKE_CURRENT_SOURCE_DIR}")
    get_filename_component(input_folder "${input}" DIRECTORY)
    file(RELATIVE_PATH name "${CMAKE_CURRENT_SOURCE_DIR}" "${input}")
    # A source elsewhere must not make its result appear elsewhere.
    string(REPLACE "../" "__/" name "${name}")
    if(name MATCHES "\\.dasl$")
      string(REGEX REPLACE "\\.dasl$" ".lua" name "${name}")
    elseif(arg_CXX)
      string(REGEX REPLACE "\\.[^./]*$" ".cpp" name "${name}")
    else()
      string(REGEX REPLACE "\\.[^./]*$" ".c" name "${name}")
    endif()
    set(output "${CMAKE_CURRENT_BINARY_DIR}/dynasm/${target}/${name}")
    get_filename_component(output_folder "${output}" DIRECTORY)
    file(MAKE_DIRECTORY "${output_folder}")

    # The folder given last is searched first.
    set(includes -I "${CMAKE_CURRENT_SOURCE_DIR}" -I "${input_folder}")
    set(reversed ${folders})
    list(REVERSE reversed)
    foreach(folder IN LISTS reversed)
      list(APPEND includes -I "${folder}")
    endforeach()

    add_custom_command(
      OUTPUT "${output}"
      COMMAND "${DYNASM_EXECUTABLE}" translate ${flags} ${includes} --depfile "${output}.d" -o "${output}" "${input}"
      DEPFILE "${output}.d"
      MAIN_DEPENDENCY "${input}"
      COMMENT "Translating ${source}"
      VERBATIM)
    target_sources(${target} PRIVATE "${output}")
    set_property(SOURCE "${output}" APPEND PROPERTY INCLUDE_DIRECTORIES "${input_folder}")
  endforeach()

  target_include_directories(${target} PRIVATE "${DYNASM_RUNTIME_DIR}")
endfunction()
