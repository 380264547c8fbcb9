/**
 * Bytes handed over at a time: few at first and then ever more. So the engine has seen what happens at the end
 * of a segment before it optimizes the functions below, and need not do so again when that end comes.
 */
const SEGMENT_SIZE = { first: 1 << 10, last: 1 << 16 };

/**
 * Takes a piece of text as ASCII bytes. They are valid during the call only: what is to be kept has to
 * be copied.
 */
export type TextSink = (segment: Uint8Array) => void;

/**
 * ASCII text on its way to a sink, in one buffer that is used again and again: however long the text
 * is, no more of it is held, and no strings are built on the way.
 */
export interface TextWriter {
  readonly sink: TextSink;
  buffer: Uint8Array;
  /** Bytes of `buffer` that are used before it is handed over. */
  room: number;
  /** Bytes used in `buffer`. */
  length: number;
  /** Where the line being written starts in `buffer`; negative when it has left it. */
  lineStart: number;
}

export function createTextWriter(sink: TextSink): TextWriter {
  const buffer = new Uint8Array(SEGMENT_SIZE.last);
  return { sink, buffer, room: SEGMENT_SIZE.first, length: 0, lineStart: 0 };
}

/** Hands over what has been written so far. */
export function flushText(writer: TextWriter): void {
  if (writer.length > 0) writer.sink(writer.buffer.subarray(0, writer.length));
  writer.lineStart -= writer.length;
  writer.length = 0;
}

/** Makes room for that many bytes. */
function makeRoom(writer: TextWriter, count: number): void {
  flushText(writer);
  writer.room = Math.min(2 * writer.room, SEGMENT_SIZE.last);
  if (count <= writer.room) return;
  writer.room = count;
  if (count > writer.buffer.length) writer.buffer = new Uint8Array(count);
}

/** Appends text of ASCII characters. */
export function put(writer: TextWriter, text: string): void {
  if (writer.length + text.length > writer.room) makeRoom(writer, text.length);
  const { buffer } = writer;
  let at = writer.length;
  for (let index = 0; index < text.length; index++) buffer[at++] = text.charCodeAt(index);
  writer.length = at;
}

const encoder = new TextEncoder();

/** Appends text of any characters, as UTF-8. */
export function putUnicode(writer: TextWriter, text: string): void {
  if (/^[\0-\x7f]*$/.test(text)) {
    put(writer, text);
    return;
  }
  const bytes = encoder.encode(text);
  if (writer.length + bytes.length > writer.room) makeRoom(writer, bytes.length);
  writer.buffer.set(bytes, writer.length);
  writer.length += bytes.length;
}

/** Appends a non-negative integer below 2^31 in decimal. */
export function putInteger(writer: TextWriter, value: number): void {
  if (writer.length + 10 > writer.room) makeRoom(writer, 10);
  let digits = 1;
  for (let power = 10; power <= value; power *= 10) digits++;
  let rest = value;
  for (let at = writer.length + digits - 1; at >= writer.length; at--) {
    const quotient = (rest / 10) | 0;
    writer.buffer[at] = 48 + rest - quotient * 10;
    rest = quotient;
  }
  writer.length += digits;
}

/** Appends blanks up to a column of the line, counted from 0, but at least two. */
export function padTo(writer: TextWriter, column: number): void {
  const wanted = Math.max(2, column - (writer.length - writer.lineStart));
  putBlanks(writer, wanted);
}

export function putBlanks(writer: TextWriter, count: number): void {
  if (writer.length + count > writer.room) makeRoom(writer, count);
  writer.buffer.fill(32, writer.length, writer.length + count);
  writer.length += count;
}

/** Ends the line. */
export function endLine(writer: TextWriter): void {
  if (writer.length === writer.room) makeRoom(writer, 1);
  writer.buffer[writer.length++] = 10;
  writer.lineStart = writer.length;
}
