// bundle entry
import { type FSWatcher, statSync, watch as watchFolder } from "node:fs";
import { basename, dirname } from "node:path";
import { fromByteText, toByteText } from "./byte-text.js";
import { describeFileError, isFileError } from "./file-error.js";
import type { CliIo } from "./io.js";
import { createIncludeReader } from "./node-includes.js";
import { type Outcome, translateInColor } from "./translate-command.js";
import type { TranslateRequest } from "./translate-request.js";
import { UsageError } from "./usage-error.js";

/** Editors write a file in several steps; changes within this time count as one. In milliseconds. */
const settleTime = 60;

/** Names to watch in folders; undefined stands for every name. */
type Watched = ReadonlyMap<string, ReadonlySet<string> | undefined>;

/**
 * What the next translation depends on. After an error it may be a file that does not exist yet, so
 * that every new file where includes are searched counts.
 */
function listWatched(outcome: Outcome, request: TranslateRequest): Watched {
  const watched = new Map<string, Set<string> | undefined>();
  for (const file of outcome.sources) {
    const folder = dirname(file);
    const names = watched.get(folder) ?? new Set();
    watched.set(folder, names.add(basename(file)));
  }
  if (outcome.exitCode === 0) return watched;
  for (const folder of request.includeDirectories) {
    if (statSync(folder || ".", { throwIfNoEntry: false })?.isDirectory())
      watched.set(folder || ".", undefined);
  }
  return watched;
}

/** A text that differs when a file has changed. */
function stampOf(file: string): string {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat === undefined ? "" : `${stat.mtimeMs} ${stat.size} ${stat.ino}`;
}

/**
 * The same reading functions, which note what each file was like just before it was read: a change
 * that comes before the watching begins must not be lost.
 */
function createStampingIo(io: CliIo, stamps: Map<string, string>): CliIo {
  const readInclude = createIncludeReader();
  const note = (file: string): void => {
    if (!stamps.has(file)) stamps.set(file, stampOf(file));
  };
  return {
    ...io,
    readInput: (path) => {
      note(path);
      return io.readInput(path);
    },
    readInclude: (path) => {
      note(fromByteText(path));
      return readInclude(path);
    },
  };
}

function haveChanged(stamps: ReadonlyMap<string, string>): boolean {
  return [...stamps].some(([file, stamp]) => stampOf(file) !== stamp);
}

/**
 * Waits until a watched file changes. The folders are watched, because many editors replace a
 * file instead of writing into it.
 *
 * @param isLate tells, once the watching has begun, whether a file has changed before.
 */
function nextChange(watched: Watched, isLate: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const watchers: FSWatcher[] = [];
    let timer: NodeJS.Timeout | undefined;
    const settle = (): void => {
      for (const watcher of watchers) watcher.close();
      resolve();
    };
    const noteChange = (): void => {
      clearTimeout(timer);
      timer = setTimeout(settle, settleTime);
    };
    for (const [folder, names] of watched) {
      try {
        const watcher = watchFolder(folder, (_, name) => {
          if (name === null || names === undefined || names.has(name)) noteChange();
        });
        // A folder that goes away; whether it is missed shows when it is watched again.
        watcher.on("error", noteChange);
        watchers.push(watcher);
      } catch (error) {
        for (const watcher of watchers) watcher.close();
        reject(describeFileError("watch", folder, error));
        return;
      }
    }
    if (isLate()) noteChange();
  });
}

async function translateReporting(request: TranslateRequest, io: CliIo): Promise<Outcome> {
  try {
    return await translateInColor(request, io);
  } catch (error) {
    // The input may be missing for a moment while an editor replaces it.
    if (!isFileError(error)) throw error;
    io.stderr(toByteText(`dynasm: error: ${error.message}\n`));
    return { exitCode: 1, sources: request.files };
  }
}

/**
 * Translates now and after every change of the input or an include file, until it is interrupted.
 *
 * @throws UsageError without files to watch and write; FileError if a folder cannot be watched.
 */
export async function watch(request: TranslateRequest, io: CliIo): Promise<number> {
  if (request.files[0] === "-" || request.output === "-") {
    throw new UsageError("--watch needs an input file and an output file", "");
  }
  for (;;) {
    const stamps = new Map<string, string>();
    const outcome = await translateReporting(request, createStampingIo(io, stamps));
    await nextChange(listWatched(outcome, request), () => haveChanged(stamps));
  }
}
