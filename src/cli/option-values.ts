import { isIdentifier } from "../translator/characters.js";
import type { Target, TargetOs } from "../translator/options.js";
import { UsageError } from "./usage-error.js";

/** A parameter that is one of a few words. */
export function choose<T extends string>(option: string, value: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === value);
  if (found !== undefined) return found;
  const message = `bad value \`${value}' for ${option}: it is one of ${choices.join(", ")}`;
  throw new UsageError(message, message);
}

/** A parameter `NAME=TEXT` or `NAME`, which is short for `NAME=1`. */
export function readDefine(option: string, text: string): readonly [name: string, value: string] {
  const equals = text.indexOf("=");
  const name = equals < 0 ? text : text.slice(0, equals);
  if (!isIdentifier(name))
    throw new UsageError(`bad define \`${text}': a name is needed, as in ${option} NAME=VALUE`, "bad define");
  return [name, equals < 0 ? "1" : text.slice(equals + 1)];
}

const osNames: Readonly<Record<string, TargetOs>> = {
  windows: "Windows",
  win32: "Windows",
  linux: "Linux",
  osx: "OSX",
  macos: "OSX",
  darwin: "OSX",
  bsd: "BSD",
  freebsd: "BSD",
  openbsd: "BSD",
  netbsd: "BSD",
  posix: "POSIX",
  sunos: "POSIX",
  aix: "POSIX",
  other: "Other",
};

/** The operating system of a name such as `linux` or `win32`, in the reference's spelling. */
export function targetOs(name: string): TargetOs | undefined {
  const key = name.toLowerCase();
  return Object.hasOwn(osNames, key) ? osNames[key] : undefined;
}

/** A parameter `OS-ARCH`. */
export function parseTarget(value: string): Target {
  const [osName = "", archName = "", ...rest] = value.split("-");
  const os = targetOs(osName);
  const arch = { x64: "x64", x86_64: "x64", amd64: "x64", x86: "x86", ia32: "x86", i386: "x86" }[
    archName.toLowerCase()
  ];
  if (os !== undefined && (arch === "x64" || arch === "x86") && rest.length === 0) return { os, arch };
  const message = `bad target \`${value}': write OS-ARCH, such as linux-x64; OS is windows, linux, osx, bsd, posix or other, ARCH is x64 or x86`;
  throw new UsageError(message, message);
}

/** A parameter that is a number from 0 to 999999999. */
export function parseCount(option: string, value: string): number {
  if (/^[0-9]{1,9}$/.test(value)) return Number(value);
  const message = `bad value \`${value}' for ${option}: a number is needed`;
  throw new UsageError(message, message);
}
