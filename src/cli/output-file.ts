import {
  accessSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
  readlinkSync,
  renameSync,
  type Stats,
  statSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { describeFileError, errorCode } from "./file-error.js";
import { writeStandardOutput } from "./terminal.js";

export interface OutputFileOptions {
  /** Leave a file that already has this content alone, with its modification time. */
  readonly ifChanged?: boolean;
}

const mostLinks = 40;

function statPath(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}

/** The path at the end of a chain of symbolic links; it need not exist. */
function followLinks(path: string): string {
  let current = path;
  for (let hops = 0; hops < mostLinks; hops++) {
    if (!statPath(current)?.isSymbolicLink()) return current;
    current = resolve(dirname(current), readlinkSync(current));
  }
  throw Object.assign(new Error("too many symbolic links"), { code: "ELOOP" });
}

function writeAll(descriptor: number, segments: readonly Uint8Array[]): void {
  for (const segment of segments) {
    for (let offset = 0; offset < segment.length; ) {
      offset += writeSync(descriptor, segment, offset, segment.length - offset);
    }
  }
}

function hasContent(path: string, stat: Stats, segments: readonly Uint8Array[]): boolean {
  if (stat.size !== segments.reduce((sum, { length }) => sum + length, 0)) return false;
  const present = readFileSync(path);
  let offset = 0;
  return segments.every((segment) => {
    offset += segment.length;
    return present.subarray(offset - segment.length, offset).equals(segment);
  });
}

function removeQuietly(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // It is gone already, or nothing can be done about it.
  }
}

/** A new file takes over what the old one had: permissions, and owner where that is allowed. */
function takeOver(descriptor: number, old: Stats): void {
  const own = fstatSync(descriptor);
  if (own.uid !== old.uid || own.gid !== old.gid) {
    try {
      fchownSync(descriptor, old.uid, old.gid);
    } catch {
      // Only the superuser may give files away.
    }
  }
  if (own.mode !== old.mode) fchmodSync(descriptor, old.mode & 0o7777);
}

function createTemporary(folder: string): { path: string; descriptor: number } {
  for (let attempt = 0; ; attempt++) {
    const path = join(folder, `.dynasm-${process.pid}-${attempt}.tmp`);
    try {
      return { path, descriptor: openSync(path, "wx", 0o666) };
    } catch (error) {
      if (errorCode(error) !== "EEXIST" || attempt > 100) throw error;
    }
  }
}

function replaceFile(path: string, content: readonly Uint8Array[], old: Stats | undefined): void {
  const temporary = createTemporary(dirname(path));
  try {
    try {
      writeAll(temporary.descriptor, content);
      if (old !== undefined) takeOver(temporary.descriptor, old);
    } finally {
      closeSync(temporary.descriptor);
    }
    renameSync(temporary.path, path);
  } catch (error) {
    removeQuietly(temporary.path);
    throw error;
  }
}

/** Whether the permissions alone tell that this process may write the file. */
function isOwnAndWritable(stat: Stats): boolean {
  return stat.uid === process.geteuid?.() && (stat.mode & 0o200) !== 0;
}

function writeRegular(
  path: string,
  stat: Stats | undefined,
  content: readonly Uint8Array[],
  options: OutputFileOptions,
): boolean {
  if (stat !== undefined) {
    if (options.ifChanged && hasContent(path, stat, content)) return false;
    if (!isOwnAndWritable(stat)) accessSync(path, constants.W_OK);
  }
  replaceFile(path, content, stat);
  return true;
}

/** Devices, pipes and sockets are written through; they must not be replaced by a file. */
function writeThrough(path: string, content: readonly Uint8Array[]): void {
  const descriptor = openSync(path, constants.O_WRONLY);
  try {
    writeAll(descriptor, content);
  } catch (error) {
    if (errorCode(error) !== "EPIPE") throw error;
  } finally {
    closeSync(descriptor);
  }
}

function writePath(path: string, content: readonly Uint8Array[], options: OutputFileOptions): boolean {
  const stat = statPath(path);
  if (stat === undefined || stat.isFile()) return writeRegular(path, stat, content, options);
  // The links behind /dev/stdout lead to no path, so devices and pipes are recognized by following all.
  if (statSync(path, { throwIfNoEntry: false })?.isFile() === false) {
    writeThrough(path, content);
    return true;
  }
  const target = followLinks(path);
  return writeRegular(target, statPath(target), content, options);
}

function toSegments(content: Uint8Array | string | readonly Uint8Array[]): readonly Uint8Array[] {
  if (typeof content === "string") return [Buffer.from(content, "latin1")];
  return content instanceof Uint8Array ? [content] : content;
}

/**
 * Writes a file whole or not at all: into a temporary file of the same folder, which then takes the
 * place of the old one and keeps its permissions. A symbolic link stays one (its target is
 * written), a device or pipe is written through, and `-` is standard output. A string is written as
 * latin-1, one byte per character, segments one after the other.
 * @returns false when `ifChanged` left the file alone.
 * @throws FileError with one clear line when writing is impossible; an existing file is then as before.
 */
export function writeFileAtomically(
  path: string,
  content: Uint8Array | string | readonly Uint8Array[],
  options: OutputFileOptions = {},
): boolean {
  const segments = toSegments(content);
  try {
    if (path !== "-") return writePath(path, segments, options);
    for (const segment of segments) writeStandardOutput(segment);
    return true;
  } catch (error) {
    throw describeFileError("write", path === "-" ? "standard output" : path, error);
  }
}
