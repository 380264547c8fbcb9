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

/** Hands the bytes of an output over, in pieces that are valid during the call only. */
export type ProduceOutput = (write: (piece: Uint8Array) => void) => void;

function writeTo(descriptor: number, produce: ProduceOutput): void {
  produce((piece) => {
    for (let offset = 0; offset < piece.length; ) {
      offset += writeSync(descriptor, piece, offset, piece.length - offset);
    }
  });
}

function hasContent(path: string, produce: ProduceOutput): boolean {
  const present = readFileSync(path);
  let offset = 0;
  let same = true;
  produce((piece) => {
    same &&= present.subarray(offset, offset + piece.length).equals(piece);
    offset += piece.length;
  });
  return same && offset === present.length;
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

function replaceFile(path: string, content: ProduceOutput, old: Stats | undefined): void {
  const temporary = createTemporary(dirname(path));
  try {
    try {
      writeTo(temporary.descriptor, content);
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
  content: ProduceOutput,
  options: OutputFileOptions,
): boolean {
  if (stat !== undefined) {
    if (options.ifChanged && hasContent(path, content)) return false;
    if (!isOwnAndWritable(stat)) accessSync(path, constants.W_OK);
  }
  replaceFile(path, content, stat);
  return true;
}

/** Devices, pipes and sockets are written through; they must not be replaced by a file. */
function writeThrough(path: string, content: ProduceOutput): void {
  const descriptor = openSync(path, constants.O_WRONLY);
  try {
    writeTo(descriptor, content);
  } catch (error) {
    if (errorCode(error) !== "EPIPE") throw error;
  } finally {
    closeSync(descriptor);
  }
}

function writePath(path: string, content: ProduceOutput, options: OutputFileOptions): boolean {
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

/**
 * Writes a file whole or not at all: into a temporary file of the same folder, which then takes the
 * place of the old one and keeps its permissions. A symbolic link stays one (its target is
 * written), a device or pipe is written through, and `-` is standard output.
 *
 * @param produce hands over the content piece by piece; with `ifChanged` it may be called twice
 * @returns false when `ifChanged` left the file alone.
 * @throws FileError with one clear line when writing is impossible; an existing file is then as before.
 */
export function produceFileAtomically(
  path: string,
  produce: ProduceOutput,
  options: OutputFileOptions = {},
): boolean {
  try {
    if (path !== "-") return writePath(path, produce, options);
    produce(writeStandardOutput);
    return true;
  } catch (error) {
    throw describeFileError("write", path === "-" ? "standard output" : path, error);
  }
}

/**
 * As {@link produceFileAtomically}, with the whole content. A string is written as latin-1, one byte
 * per character.
 */
export function writeFileAtomically(
  path: string,
  content: Uint8Array | string,
  options: OutputFileOptions = {},
): boolean {
  const bytes = typeof content === "string" ? Buffer.from(content, "latin1") : content;
  return produceFileAtomically(path, (write) => write(bytes), options);
}
