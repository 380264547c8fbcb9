import { fileURLToPath } from "node:url";

/** Path of a file or folder of this package, given relative to its root. */
export function packagePath(relative: string): string {
  return fileURLToPath(new URL(`../../${relative}`, import.meta.url));
}
