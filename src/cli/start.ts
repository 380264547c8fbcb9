// bundle entry
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Script } from "node:vm";
import { ALIASES } from "./luabyteasm/aliases.js";

/** The commands of this package. */
type CommandName = "dynasm" | "luabyteasm";

/** What a command bundle exports. */
interface CommandBundle {
  readonly main: (argv: readonly string[]) => number | Promise<number>;
}

interface LoadedBundle {
  readonly exports: CommandBundle;
  readonly script: Script;
}

/** The part of node:module that Node 20 does not have. */
interface CompileCache {
  readonly enableCompileCache?: () => unknown;
}

/** This file's own require: the bundles stand beside it. */
declare const require: NodeJS.Require;
const loadBesideThis = require;

const bundleWrapper = ["(function (exports, require, module, __filename, __dirname) {", "\n})"] as const;

/** Path of the V8 code cache that belongs to a bundle and to the running Node. */
export function cachePath(bundle: string): string {
  return `${bundle}.${process.version}-${process.arch}.cache`;
}

function readCache(bundle: string): Buffer | undefined {
  try {
    return readFileSync(cachePath(bundle));
  } catch {
    return undefined;
  }
}

/**
 * Loads a CommonJS bundle through its V8 code cache: compiling the bundle anew costs more than
 * translating a small file. A missing or outdated cache only costs time.
 *
 * @param cachedData the cache, if there is one
 */
export function loadBundle(bundle: string, cachedData: Buffer | undefined): LoadedBundle {
  const source = bundleWrapper[0] + readFileSync(bundle, "latin1") + bundleWrapper[1];
  const script = new Script(source, {
    filename: bundle,
    ...(cachedData === undefined ? {} : { cachedData }),
  });
  const module = { exports: {} as CommandBundle };
  const wrapper = script.runInThisContext() as (...parts: readonly unknown[]) => void;
  wrapper(module.exports, loadBesideThis, module, bundle, dirname(bundle));
  return { exports: module.exports, script };
}

/**
 * Loads a bundle as the running Node does it best. The package has the code cache of the Node that built it; later
 * versions keep one of their own, in a place that can be written even if the folder of the package cannot.
 */
function loadCommand(bundle: string): CommandBundle {
  const cachedData = readCache(bundle);
  if (cachedData !== undefined) return loadBundle(bundle, cachedData).exports;
  const { enableCompileCache } = loadBesideThis("node:module") as CompileCache;
  enableCompileCache?.();
  return loadBesideThis(bundle) as CommandBundle;
}

/** What is left when a command fails in a way that it ought not to: one line instead of a stack trace. */
function reportDefect(command: string, error: unknown): void {
  const { DYNASM_DEBUG: debug } = process.env;
  const text = error instanceof Error ? ((debug ? error.stack : undefined) ?? error.message) : String(error);
  process.stderr.write(`${command}: internal error: ${text}\n`);
  process.exitCode = 1;
}

/**
 * Bytes of bytecode that a function of the translator executes before the optimizing compiler looks at it.
 * Most runs are so short that this compiler costs more than it saves, and on small machines it takes time
 * from the main thread.
 */
const interruptBudget = 1_000_000;

/**
 * The engine options of a run of `dynasm`. Later engines than that of Node 20 do not know the one that there
 * is and would complain on standard error. Options of the garbage collector cannot be among them: it has
 * started already, and fails when they change. `luabyteasm` has no options: setting them takes 2 MB of
 * memory, as much as all that a small run of it needs.
 *
 * @param engineVersion version of V8, as in `process.versions.v8`
 */
export function engineOptions(engineVersion: string): readonly string[] {
  return engineVersion.startsWith("11.") ? [`--interrupt-budget=${interruptBudget}`] : [];
}

/** What setting engine options takes. */
interface EngineBinding {
  readonly setFlagsFromString: (option: string) => void;
}

/**
 * The part of node:v8 that sets options. All of that module brings the streams along, which takes 3 ms of the 40 that
 * a small run has. So this takes the binding beneath it where Node still gives it out, without its note of deprecation.
 */
function loadEngineBinding(): EngineBinding {
  const settings = process as { binding?: (name: string) => Partial<EngineBinding>; noDeprecation?: boolean };
  const { noDeprecation } = settings;
  try {
    settings.noDeprecation = true;
    const { setFlagsFromString } = settings.binding?.("v8") ?? {};
    if (setFlagsFromString !== undefined) return { setFlagsFromString };
  } catch {
    // Not given out any more.
  } finally {
    settings.noDeprecation = noDeprecation ?? false;
  }
  return loadBesideThis("node:v8") as EngineBinding;
}

/** Sets the engine options of a run of `dynasm`; the code cache is valid only under the options it was made with. */
export function tuneEngine(): void {
  const options = engineOptions(process.versions.v8);
  if (options.length === 0) return;
  const { setFlagsFromString } = loadEngineBinding();
  for (const option of options) setFlagsFromString(option);
}

/**
 * The bundle for a run: each command of `luabyteasm` has its own, beside the one for all.
 *
 * @param argv the arguments behind the command's name
 */
function chooseBundle(command: CommandName, argv: readonly string[]): string {
  const [name = ""] = argv;
  const own = join(__dirname, `luabyteasm-${ALIASES[name] ?? name}.cjs`);
  const hasOwn = command === "luabyteasm" && /^[a-z]+$/.test(name) && existsSync(own);
  return hasOwn ? own : join(__dirname, `${command}.cjs`);
}

/** Runs a command of this package with the process's arguments and sets the process's exit code. */
export function start(command: CommandName): void {
  if (command === "dynasm") tuneEngine();
  const setExitCode = (code: number): void => {
    process.exitCode = code;
  };
  try {
    const argv = process.argv.slice(2);
    const { main } = loadCommand(chooseBundle(command, argv));
    const exitCode = main(argv);
    // Everything has been written, so nothing needs the time that an orderly end takes.
    if (typeof exitCode === "number") process.exit(exitCode);
    else exitCode.then(setExitCode, (error: unknown) => reportDefect(command, error));
  } catch (error) {
    reportDefect(command, error);
  }
}
