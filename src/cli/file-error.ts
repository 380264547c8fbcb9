/** A file that cannot be read or written: `message` is one complete line for the user. */
export class FileError extends Error {
  override readonly name = "FileError";
}

/** Whether something caught is a FileError. Not by class: each lazily loaded bundle has a class of its own. */
export function isFileError(error: unknown): error is FileError {
  return error instanceof Error && error.name === "FileError";
}

const reasons: Readonly<Record<string, string>> = {
  EEXIST: "there is something of that name already",
  ENOENT: "no such file or directory",
  EACCES: "permission denied",
  EPERM: "operation not permitted",
  EISDIR: "is a directory",
  ENOTDIR: "a part of the path is not a directory",
  ENOSPC: "no space left on the device",
  EROFS: "read-only file system",
  ELOOP: "too many symbolic links",
  ENAMETOOLONG: "file name too long",
  EMFILE: "too many open files",
  ETXTBSY: "the file is being executed",
  ENXIO: "no such device or address",
  ERR_FS_FILE_TOO_LARGE: "file too large",
  ERR_STRING_TOO_LONG: "file too large",
  ERR_INVALID_ARG_VALUE: "not a possible file name",
};

/** The error code of a failed system call, for example `ENOENT`. */
export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/** Turns a failed system call into one line such as `cannot read x.lasm: no such file or directory`. */
export function describeFileError(action: string, path: string, error: unknown): FileError {
  const code = errorCode(error);
  const reason = (code && reasons[code]) ?? code ?? (error instanceof Error ? error.message : String(error));
  return new FileError(`cannot ${action} ${JSON.stringify(path).slice(1, -1)}: ${reason}`);
}
