/**
 * Finds the first occurrence of a chunk in the action list without searching the whole list.
 *
 * Every chunk ends with STOP (255) or with SECTION and its number, so an occurrence can only end
 * behind such bytes. Those places, the ends, are kept by the last few bytes in front of them.
 *
 * Chunks stay texts: the engine's own functions cut, hash and compare them many times faster than a
 * loop over bytes does in a run that is over before loops are compiled.
 */
export interface DedupeIndex {
  /** Length of the list in bytes. */
  length: number;
  /** The chunks that make up the list, in order: one character per byte. */
  readonly chunks: string[];
  /** Where each of them begins. */
  readonly starts: number[];
  /** Results of earlier searches: a first occurrence stays the first one. */
  readonly known: Map<string, number>;
  /** The number of the section that the last chunk switches to, as a character, else "". */
  lastSection: string;
  /** Whether some chunk's STOP or SECTION looks like an escaped literal. */
  endsLikeEscape: boolean;
  /** The ends in ascending order: offset in the list, number of the chunk, and the text that a plain chunk can be in. */
  readonly endOffsets: number[];
  readonly endChunks: number[];
  readonly endTexts: string[];
  /** The ends by suffixes of their texts, of the sizes in `suffixSizes`. */
  readonly levels: readonly Level[];
  /** The ends by as many bytes as a chunk has, for chunks that the others are no help for. */
  readonly furtherLevels: Map<number, Level>;
}

/** Ends by their suffixes of one size. */
interface Level {
  readonly size: number;
  /** The last end with a suffix. */
  readonly last: Map<string, number>;
  /** The end before with the same suffix, or -1. */
  readonly previous: number[];
  /** How many ends have been entered, where that is not done as they come. */
  entered: number;
}

/** Ascending; few enough that entering an end is cheap, and many enough that few ends share what a chunk ends with. */
const suffixSizes = [4, 8, 12] as const;

/** So many ends with the same suffix are looked at one by one. */
const manyEnds = 64;
const stopCode = "\u00ff";
const escapeCode = "\u00fc";
const looksLikeEnd = /[\u00fe\u00ff]/;
const innerEnds = /[\u00fe\u00ff]/g;
const unescapedEnd = /(?:^|[^\u00fc])[\u00fe\u00ff]/;

function createLevel(size: number): Level {
  return { size, last: new Map(), previous: [], entered: 0 };
}

export function createDedupeIndex(): DedupeIndex {
  return {
    length: 0,
    chunks: [],
    starts: [],
    known: new Map(),
    lastSection: "",
    endsLikeEscape: false,
    endOffsets: [],
    endChunks: [],
    endTexts: [],
    levels: suffixSizes.map(createLevel),
    furtherLevels: new Map(),
  };
}

/** Offset of the first occurrence of the chunk (one character per byte) in the list, or -1. */
export function findChunk(index: DedupeIndex, chunk: string): number {
  const known = index.known.get(chunk);
  if (known !== undefined) return known;
  const end = (isPlain(index, chunk) ? findPlain(index, chunk) : undefined) ?? findAnywhere(index, chunk);
  if (end < 0) return -1;
  const found = (index.endOffsets[end] as number) - chunk.length;
  index.known.set(chunk, found);
  return found;
}

/** The chunk without the STOP or SECTION at its end. */
function bodyOf(chunk: string): string {
  return chunk.slice(0, chunk.endsWith(stopCode) ? -1 : -2);
}

/**
 * Whether a chunk can be only where another one is, or where one and the number of the section in front
 * of it are. For that, each byte in it that looks like STOP or SECTION has to be an escaped literal, and
 * no end of a chunk may look like one of these.
 */
function isPlain(index: DedupeIndex, chunk: string): boolean {
  const body = bodyOf(chunk);
  if (body === "" || body.endsWith(escapeCode)) return false;
  return !looksLikeEnd.test(body) || (!index.endsLikeEscape && !unescapedEnd.test(body));
}

/** The level with the longest suffixes that are not longer than a chunk; undefined for a very short one. */
function levelFor({ levels }: DedupeIndex, length: number): Level | undefined {
  let at = levels.length - 1;
  while (at >= 0 && (levels[at] as Level).size > length) at--;
  return levels[at];
}

/** The first end that a plain chunk stands in front of, or -1; undefined if too many have to be looked at. */
function findPlain(index: DedupeIndex, chunk: string): number | undefined {
  const { endTexts } = index;
  const { length } = chunk;
  const level = levelFor(index, length);
  if (level === undefined) return undefined;
  const { size, last, previous } = level;
  let end = last.get(chunk.slice(-size)) ?? -1;
  let found = -1;
  for (let looked = 0; end >= 0; looked++) {
    if (looked === manyEnds) return undefined;
    if ((endTexts[end] as string).endsWith(chunk)) found = end;
    end = previous[end] as number;
  }
  return found;
}

/** The first end that a chunk stands in front of, or -1. */
function findAnywhere(index: DedupeIndex, chunk: string): number {
  const { length } = chunk;
  const level = furtherLevel(index, length);
  enterEnds(index, level);
  let end = level.last.get(chunk.slice(-level.size)) ?? -1;
  let found = -1;
  while (end >= 0) {
    if (textBefore(index, end, length) === chunk) found = end;
    end = level.previous[end] as number;
  }
  return found;
}

/** Long suffixes have few lengths, to limit the memory that they take. */
const longSuffixes = [128, 96, 64, 48, 32] as const;

function furtherLevel({ furtherLevels }: DedupeIndex, length: number): Level {
  const size = longSuffixes.find((suffix) => suffix <= length) ?? length;
  const level = furtherLevels.get(size) ?? createLevel(size);
  furtherLevels.set(size, level);
  return level;
}

function enterEnds(index: DedupeIndex, level: Level): void {
  const { length } = index.endOffsets;
  for (; level.entered < length; level.entered++) {
    enterEnd(level, textBefore(index, level.entered, level.size), level.entered);
  }
}

/** The bytes in front of an end: `size` of them, or fewer at the start of the list. */
function textBefore(index: DedupeIndex, end: number, size: number): string {
  const near = index.endTexts[end] as string;
  if (near.length >= size) return near.slice(-size);
  let number = index.endChunks[end] as number;
  let text = (index.chunks[number] as string).slice(
    0,
    (index.endOffsets[end] as number) - (index.starts[number] as number),
  );
  while (text.length < size && number > 0) {
    text = (index.chunks[--number] as string).slice(text.length - size) + text;
  }
  return text;
}

/** Adds an end to a level. */
function enterEnd({ size, last, previous }: Level, text: string, end: number): void {
  if (text.length < size) {
    previous.push(-1);
    return;
  }
  const suffix = text.slice(-size);
  previous.push(last.get(suffix) ?? -1);
  last.set(suffix, end);
}

/** Appends a chunk, of at least 2 bytes, to the list and returns its offset. */
export function appendChunk(index: DedupeIndex, chunk: string): number {
  const offset = index.length;
  const text = index.lastSection + chunk;
  const body = bodyOf(chunk);
  index.length = offset + chunk.length;
  index.known.set(chunk, offset);
  index.chunks.push(chunk);
  index.starts.push(offset);
  if (looksLikeEnd.test(body)) addInnerEnds(index, body, text);
  addEnd(index, text, index.length, true);
  index.lastSection = body.length < chunk.length - 1 ? chunk.slice(-1) : "";
  if (body.endsWith(escapeCode)) index.endsLikeEscape = true;
  return offset;
}

/** Adds the ends in a chunk that has bytes like those of STOP or SECTION inside. */
function addInnerEnds(index: DedupeIndex, body: string, text: string): void {
  const offset = index.starts.at(-1) ?? 0;
  const ahead = text.indexOf(body);
  for (const { index: at } of body.matchAll(innerEnds)) {
    const end = body[at] === stopCode ? at + 1 : at + 2;
    if (end <= body.length)
      addEnd(index, text.slice(0, ahead + end), offset + end, body[at - 1] !== escapeCode);
  }
}

/** Adds an end; those of escaped literals are no ends of plain chunks. */
function addEnd(index: DedupeIndex, text: string, offset: number, ofPlainChunks: boolean): void {
  const end = index.endOffsets.push(offset) - 1;
  index.endChunks.push(index.chunks.length - 1);
  index.endTexts.push(text);
  const searched = ofPlainChunks ? text : "";
  const { levels } = index;
  for (let at = 0; at < levels.length; at++) enterEnd(levels[at] as Level, searched, end);
}

/** The bytes of the list, as one character per byte. */
export function actionText({ chunks }: DedupeIndex): string {
  return chunks.join("");
}
