/** Wrong usage. `classic` is what the reference prints behind its prefix. */
export class UsageError extends Error {
  override readonly name = "UsageError";
  readonly classic: string;

  constructor(message: string, classic: string) {
    super(message);
    this.classic = classic;
  }
}

/** Whether something caught is a UsageError. Not by class: each lazily loaded bundle has a class of its own. */
export function isUsageError(error: unknown): error is UsageError {
  return error instanceof Error && error.name === "UsageError";
}
