/** Folders of `runtime` that are meant for the user's builds. */
export const runtimeKinds = ["c", "lua", "cmake"] as const;

export type RuntimeKind = (typeof runtimeKinds)[number];
