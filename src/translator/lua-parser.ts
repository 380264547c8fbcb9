/**
 * The part of luaparse that is needed. It is passed in so that it can be loaded on first use. The statements are
 * unknown here, so that the declarations of this package do not need those of luaparse.
 */
export interface LuaParser {
  parse(
    code: string,
    options: { luaVersion: "LuaJIT"; comments: false; encodingMode: "pseudo-latin1" },
  ): { readonly body: readonly unknown[] };
}
