import { DasmError } from "./dasm-error.js";
import { type Foreign, requireForeign } from "./foreign.js";
import { findProcess } from "./optional-package.js";

/** Pages for machine code: first writable, then executable, never both. */
export interface CodeMemory {
  readonly address: bigint;
  /** Size in bytes, a multiple of the page size. */
  readonly size: number;
}

/** What the operating system does with pages. Each function throws a DasmError when it is refused. */
export interface PageFunctions {
  readonly pageSize: number;
  allocate(size: number): bigint;
  makeExecutable(address: bigint, size: number): void;
  release(address: bigint, size: number): void;
}

const PROT_READ = 1;
const PROT_WRITE = 2;
const PROT_EXEC = 4;
const MAP_PRIVATE = 2;
const MAP_ANONYMOUS_LINUX = 0x20;
const MAP_ANONYMOUS_BSD = 0x1000;
const MAP_FAILED = 0xffffffffffffffffn;
const MEM_COMMIT_RESERVE = 0x3000;
const MEM_RELEASE = 0x8000;
const PAGE_READWRITE = 0x04;
const PAGE_EXECUTE_READ = 0x20;

function refused(what: string): DasmError {
  return new DasmError("memory", `the system refused to ${what}`);
}

/** Page functions of Linux, macOS and other systems with mmap. */
export function openPosix(foreign: Foreign, anonymous: number): PageFunctions {
  const library = foreign.load(null);
  const mmap = library.func("mmap", "uintptr_t", ["uintptr_t", "size_t", "int", "int", "int", "int64_t"]);
  const mprotect = library.func("mprotect", "int", ["uintptr_t", "size_t", "int"]);
  const munmap = library.func("munmap", "int", ["uintptr_t", "size_t"]);
  const pageSize = library.func("getpagesize", "int", [])() as number;
  return {
    pageSize,
    allocate(size) {
      const flags = MAP_PRIVATE | anonymous;
      const address = BigInt(mmap(0, size, PROT_READ | PROT_WRITE, flags, -1, 0) as number | bigint);
      if (BigInt.asUintN(64, address) === MAP_FAILED)
        throw refused(`allocate ${size} bytes of memory for code`);
      return address;
    },
    makeExecutable(address, size) {
      if (mprotect(address, size, PROT_READ | PROT_EXEC) !== 0) throw refused("make memory executable");
    },
    release(address, size) {
      munmap(address, size);
    },
  };
}

/** Page functions of Windows. */
export function openWindows(foreign: Foreign): PageFunctions {
  const library = foreign.load("kernel32.dll");
  const virtualAlloc = library.func("VirtualAlloc", "uintptr_t", [
    "uintptr_t",
    "size_t",
    "uint32_t",
    "uint32_t",
  ]);
  const virtualProtect = library.func("VirtualProtect", "int", ["uintptr_t", "size_t", "uint32_t", "void *"]);
  const virtualFree = library.func("VirtualFree", "int", ["uintptr_t", "size_t", "uint32_t"]);
  const currentProcess = library.func("GetCurrentProcess", "intptr_t", []);
  const flush = library.func("FlushInstructionCache", "int", ["intptr_t", "uintptr_t", "size_t"]);
  return {
    pageSize: 4096,
    allocate(size) {
      const address = BigInt(virtualAlloc(0, size, MEM_COMMIT_RESERVE, PAGE_READWRITE) as number | bigint);
      if (address === 0n) throw refused(`allocate ${size} bytes of memory for code`);
      return address;
    },
    makeExecutable(address, size) {
      const previous = new Uint8Array(4);
      if (virtualProtect(address, size, PAGE_EXECUTE_READ, previous) === 0)
        throw refused("make memory executable");
      flush(currentProcess(), address, size);
    },
    release(address) {
      virtualFree(address, 0, MEM_RELEASE);
    },
  };
}

/** Page functions by koffi instance, made on first use. */
const openedPages = new WeakMap<object, PageFunctions>();

function openPages(foreign: Foreign): PageFunctions {
  const known = openedPages.get(foreign);
  if (known !== undefined) return known;
  const platform = findProcess()?.platform;
  const anonymous = platform === "linux" ? MAP_ANONYMOUS_LINUX : MAP_ANONYMOUS_BSD;
  const pages = platform === "win32" ? openWindows(foreign) : openPosix(foreign, anonymous);
  openedPages.set(foreign, pages);
  return pages;
}

/** Throws unless this process can run x86 code of the given pointer size. */
function requireProcessor(pointerSize: 4 | 8): void {
  const arch = findProcess()?.arch ?? "unknown";
  const needed = pointerSize === 8 ? "x64" : "ia32";
  if (arch === needed) return;
  throw new DasmError(
    "memory",
    `the code is for ${needed}, this process runs on ${arch}: encode works, running does not`,
  );
}

/** Gives pages back when the object that stands for their code is collected without being freed. */
const forgottenMemory = new FinalizationRegistry<CodeMemory>((memory) => releasePages(memory));

function releasePages(memory: CodeMemory): void {
  openPages(requireForeign()).release(memory.address, memory.size);
}

/**
 * Allocates writable pages, lets `write` make code for their address, copies it and makes the pages
 * executable.
 * @param size number of bytes needed
 * @param write returns the code for the address, at most `size` bytes
 * @throws DasmError if koffi is missing, the processor is another one, or the system refuses
 */
export function allocateCode(
  size: number,
  pointerSize: 4 | 8,
  write: (address: bigint) => Uint8Array,
): CodeMemory {
  requireProcessor(pointerSize);
  const foreign = requireForeign();
  const pages = openPages(foreign);
  const whole = Math.ceil(Math.max(size, 1) / pages.pageSize) * pages.pageSize;
  const address = pages.allocate(whole);
  try {
    const bytes = write(address);
    if (bytes.length > whole)
      throw new DasmError("memory", "the code does not fit the memory allocated for it");
    foreign.encode(address, "uint8_t", bytes, bytes.length);
    pages.makeExecutable(address, whole);
  } catch (error) {
    pages.release(address, whole);
    throw error;
  }
  return { address, size: whole };
}

/** Frees the memory when `owner` is collected, unless {@link releaseCode} comes first. */
export function releaseWithOwner(owner: object, memory: CodeMemory): void {
  forgottenMemory.register(owner, memory, owner);
}

/** Frees the memory of an owner now. */
export function releaseCode(owner: object, memory: CodeMemory): void {
  forgottenMemory.unregister(owner);
  releasePages(memory);
}
