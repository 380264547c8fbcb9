import { spawnSync } from "node:child_process";

/**
 * Tells whether a command needed by a test is installed. With `DYNASM_REQUIRE_NATIVE=1` a missing command is a
 * failure instead, so that a run that is meant to cover everything cannot pass by skipping.
 *
 * @param command name of a program, looked up on PATH
 * @param probe arguments of a call that succeeds when the program works
 */
export function hasNative(command: string, probe: readonly string[] = ["--version"]): boolean {
  const found = spawnSync(command, probe, { stdio: "ignore" }).status === 0;
  const { DYNASM_REQUIRE_NATIVE: required } = process.env;
  if (!found && required === "1") {
    throw new Error(`DYNASM_REQUIRE_NATIVE is set, but '${[command, ...probe].join(" ")}' does not work`);
  }
  return found;
}
