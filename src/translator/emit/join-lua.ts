/**
 * Joins pieces of Lua source in one line. Comments in all but the last piece are removed, and line
 * ends in long strings and elsewhere are replaced, so that the meaning stays the same.
 */
export function joinLuaLines(pieces: readonly string[]): string {
  if (pieces.length === 0) return "";
  if (pieces.length === 1 && !pieces[0]?.includes("\n")) return pieces[0] ?? "";
  const code: string[] = [];
  let comment = "";
  for (const piece of pieces) {
    if (/^\s*--\|/.test(piece) && !piece.includes("\n")) {
      comment += `${comment === "" ? "" : " "}${piece.trim()}`;
      continue;
    }
    const flat = flattenLua(piece).trim();
    if (flat !== "") code.push(flat);
  }
  const indentation = /^\s*/.exec(pieces[0] ?? "")?.[0].replace(/\n/g, "") ?? "";
  const text = code.join(" ");
  if (text === "") return comment === "" ? "" : indentation + comment;
  return indentation + text + (comment === "" ? "" : ` ${comment}`);
}

const luaToken =
  /--\[(=*)\[[\s\S]*?\]\1\]|--[^\n]*|\[(=*)\[([\s\S]*?)\]\2\]|"(?:\\[\s\S]|[^"\\\n])*"|'(?:\\[\s\S]|[^'\\\n])*'|[^-["']+|[\s\S]/g;

/** One line of Lua with the same meaning. */
function flattenLua(text: string): string {
  return text.replace(
    luaToken,
    (token: string, _c: unknown, level: string | undefined, body: string | undefined) => {
      if (token.startsWith("--")) return " ";
      if (level !== undefined && body !== undefined) {
        return body.includes("\n") ? quoteLua(body) : token;
      }
      if (/^["']/.test(token)) return token.replace(/\\\r?\n/g, "\\n");
      return token.replace(/\r?\n/g, " ");
    },
  );
}

/** A long string's contents as a quoted string; its first line end does not count. */
function quoteLua(body: string): string {
  const text = body.replace(/^\r?\n/, "").replace(/\r\n/g, "\n");
  const escaped = text.replace(/["\\\n\r\0]/g, (character) =>
    character === "\n" ? "\\n" : character === "\r" ? "\\r" : character === "\0" ? "\\0" : `\\${character}`,
  );
  return `"${escaped}"`;
}
