// bundle entry
import { type FSWatcher, watch as watchFolder } from "node:fs";
import { basename, dirname } from "node:path";
import { isFileError } from "./file-error.js";
import type { CliIo } from "./io.js";
import { createIncludeReader } from "./node-includes.js";
import { translateInColor } from "./translate-command.js";
import { type TranslateRequest, UsageError } from "./translate-options.js";

/** Editors write a file in several steps; changes within this time count as one. In milliseconds. */
const settleTime = 60;

/**
 * Waits until one of the files changes. The folders are watched, because many editors replace a
 * file instead of writing into it.
 */
function nextChange(files: readonly string[]): Promise<void> {
  const namesByFolder = new Map<string, Set<string>>();
  for (const file of files) {
    const names = namesByFolder.get(dirname(file)) ?? new Set();
    namesByFolder.set(dirname(file), names.add(basename(file)));
  }
  return new Promise((resolve) => {
    const watchers: FSWatcher[] = [];
    let timer: NodeJS.Timeout | undefined;
    const settle = (): void => {
      for (const watcher of watchers) watcher.close();
      resolve();
    };
    for (const [folder, names] of namesByFolder) {
      const watcher = watchFolder(folder, (_, name) => {
        if (name !== null && !names.has(name)) return;
        clearTimeout(timer);
        timer = setTimeout(settle, settleTime);
      });
      watchers.push(watcher);
    }
  });
}

async function translateReporting(request: TranslateRequest, io: CliIo): Promise<readonly string[]> {
  try {
    return (await translateInColor(request, { ...io, readInclude: createIncludeReader() })).sources;
  } catch (error) {
    // The input may be missing for a moment while an editor replaces it.
    if (!isFileError(error)) throw error;
    io.stderr(Buffer.from(`dynasm: error: ${error.message}\n`, "utf8"));
    return request.files;
  }
}

/** Translates now and after every change of the input or an include file, until it is interrupted. */
export async function watch(request: TranslateRequest, io: CliIo): Promise<number> {
  if (request.files[0] === "-" || request.output === "-") {
    throw new UsageError("--watch needs an input file and an output file", "");
  }
  let sources: readonly string[] = request.files;
  for (;;) {
    sources = await translateReporting(request, io);
    await nextChange(sources);
  }
}
