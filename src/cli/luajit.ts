import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import type { TranslationSuccess } from "../translator/translate.js";
import { crashRecordSize, describeCrash, readCrashRecord } from "./crash-record.js";
import { describeFileError, errorCode, FileError } from "./file-error.js";
import { packagePath } from "./package-path.js";
import type { RunRequest } from "./run-options.js";

/** How a process ended. */
export type ProcessEnd =
  | { readonly kind: "exit"; readonly code: number }
  | { readonly kind: "signal"; readonly signal: NodeJS.Signals };

/** Lua code to run, with its action list and the names that belong to it. One character per byte. */
export type Program = Pick<TranslationSuccess, "output" | "actions" | "globals" | "externs">;

/** Signals that other processes send to a command; they are meant for the program that it runs. */
const forwarded: readonly NodeJS.Signals[] = ["SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2"];

const installHint = `LuaJIT runs .dasl programs. Install it, for example with
  Debian, Ubuntu:  apt install luajit        Fedora:  dnf install luajit
  macOS:           brew install luajit       Windows: scoop install luajit
or name it with --luajit PATH or the environment variable LUAJIT.`;

/** One word of a command line for the shell. */
function quoteForShell(word: string): string {
  return process.platform === "win32" ? `"${word}"` : `'${word.replaceAll("'", "'\\''")}'`;
}

/** The environment of the program: the runtime's `dynasm` module calls this very command. */
function createEnvironment(): NodeJS.ProcessEnv {
  const command = [process.execPath, packagePath("bin/dynasm.js")].map(quoteForShell).join(" ");
  return { ...process.env, DYNASM: command };
}

function describeStartError(luajit: string, error: unknown): FileError {
  if (errorCode(error) !== "ENOENT") return describeFileError("run", luajit, error);
  return new FileError(`LuaJIT was not found: there is no command \`${luajit}'\n${installHint}`);
}

function waitForEnd(child: ChildProcess, luajit: string): Promise<ProcessEnd> {
  return new Promise((resolve, reject) => {
    child.on("error", (error) => reject(describeStartError(luajit, error)));
    child.on("exit", (code, signal) =>
      resolve(signal === null ? { kind: "exit", code: code ?? 1 } : { kind: "signal", signal }),
    );
  });
}

/**
 * Runs a driver script of this package under LuaJIT and waits for its end.
 *
 * @param standardOutput where the program's standard output goes; the other streams are those of this process.
 * @throws FileError if LuaJIT cannot be started.
 */
export async function runDriver(
  request: RunRequest,
  driver: string,
  driverArguments: readonly string[],
  standardOutput: "inherit" | 2 = "inherit",
): Promise<ProcessEnd> {
  const { LUAJIT: fromEnvironment } = process.env;
  const luajit = request.luajit ?? (fromEnvironment || "luajit");
  const script = packagePath(`runtime/driver/${driver}`);
  let child: ChildProcess | undefined;
  const forward = (signal: NodeJS.Signals): void => {
    child?.kill(signal);
  };
  // The terminal sends its signals to the program, too; this process has to wait for its answer.
  const interrupt = (signal: NodeJS.Signals): void => {
    if (process.stdin.isTTY !== true) child?.kill(signal);
  };
  for (const signal of forwarded) process.on(signal, forward);
  for (const signal of ["SIGINT", "SIGQUIT"]) process.on(signal, interrupt);
  try {
    child = spawn(luajit, [script, ...driverArguments], {
      stdio: ["inherit", standardOutput, "inherit"],
      env: createEnvironment(),
    });
    return await waitForEnd(child, luajit);
  } finally {
    for (const signal of forwarded) process.off(signal, forward);
    for (const signal of ["SIGINT", "SIGQUIT"]) process.off(signal, interrupt);
  }
}

/** Calls `use` with a new folder that is removed afterwards. */
export async function withScratchFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  let folder: string;
  try {
    folder = mkdtempSync(join(tmpdir(), "dynasm-run-"));
  } catch (error) {
    throw describeFileError("create a folder in", tmpdir(), error);
  }
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Puts what the drivers need into a scratch folder. */
export function writeProgram(folder: string, program: Program): void {
  const writeNames = (file: string, names: readonly string[]): void =>
    writeFileSync(join(folder, file), names.map((name) => `${name}\n`).join(""), "latin1");
  writeFileSync(join(folder, "program.lua"), program.output, "latin1");
  writeFileSync(join(folder, "actions"), program.actions);
  writeNames("names", program.globals);
  writeNames("externnames", program.externs);
}

/** Lets the program keep a record of crashes. `recorder` is the translation of runtime/driver/crash.dasl. */
export function writeRecorder(folder: string, recorder: string): void {
  writeFileSync(join(folder, "crash.lua"), recorder, "latin1");
  writeFileSync(join(folder, "record"), "");
  truncateSync(join(folder, "record"), crashRecordSize);
}

/** The architecture that LuaJIT must have to run the program; empty if the user has chosen a target. */
export function neededArchitecture(request: RunRequest, ownArchitecture: string): string {
  return request.target === undefined ? ownArchitecture : "";
}

const crashes: Readonly<Record<string, string>> = {
  SIGSEGV: "invalid memory access",
  SIGBUS: "invalid memory access",
  SIGILL: "illegal instruction",
  SIGFPE: "division by zero or overflow",
  SIGTRAP: "breakpoint or trap",
  SIGABRT: "aborted",
  SIGSYS: "bad system call",
};

/** Exit codes of Windows for what are signals elsewhere. */
const windowsCrashes: Readonly<Record<number, string>> = {
  3221225477: "invalid memory access",
  3221225501: "illegal instruction",
  3221225620: "division by zero",
  3221225725: "stack overflow",
  2147483651: "breakpoint",
};

function describeRecord(folder: string, signal: string): string {
  try {
    const record = readCrashRecord(readFileSync(join(folder, "record")));
    return record === undefined ? "" : describeCrash(record, signal);
  } catch {
    return "";
  }
}

/** What the user is told about the end of the program; empty if the program speaks for itself. */
export function describeEnd(end: ProcessEnd, file: string, folder: string): string {
  if (end.kind === "exit") {
    const reason = process.platform === "win32" ? windowsCrashes[end.code] : undefined;
    if (reason === undefined) return "";
    return `dynasm: error: ${file} crashed: exception 0x${end.code.toString(16)} (${reason})\n`;
  }
  const { signal } = end;
  if (signal === "SIGINT" || signal === "SIGPIPE") return "";
  const reason = crashes[signal];
  if (reason === undefined) return `dynasm: error: ${file} was ended by ${signal}\n`;
  return `dynasm: error: ${file} crashed: ${signal} (${reason})\n${describeRecord(folder, signal)}`;
}

/** The exit code that a shell would show. */
export function exitCodeOf(end: ProcessEnd): number {
  return end.kind === "exit" ? end.code : 128 + constants.signals[end.signal];
}
