// bundle entry

/** Runs the `luabyteasm` command. Returns the exit code: 0 fine, 1 the input has errors, 2 wrong usage. */
export function main(_argv: readonly string[]): number {
  return 2;
}
