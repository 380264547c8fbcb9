import { Option } from "commander";
import type { CommandOption } from "./translate-options.js";

/** commander's form of an option; one that has only an odd letter such as `-?` is left out. */
export function toCommanderOption<Request>(option: CommandOption<Request>): Option | undefined {
  const { short, long, parameter, choices, help } = option;
  if (short !== undefined && !/^[A-Za-z]$/.test(short)) return undefined;
  const flags = [short && `-${short}`, long && `--${long}`].filter(Boolean).join(", ");
  const result = new Option(parameter === undefined ? flags : `${flags} <${parameter}>`, help);
  return choices === undefined ? result : result.choices([...choices]);
}
