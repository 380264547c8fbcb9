const segmentSize = 1 << 16;

/**
 * Growing ASCII text in segments of bytes: nothing is copied when it grows, and no strings are built
 * on the way.
 */
export interface TextWriter {
  /** Finished segments. */
  readonly segments: Uint8Array[];
  current: Uint8Array;
  /** Bytes used in `current`. */
  length: number;
  /** Where the line being written starts in `current`; negative when in an earlier segment. */
  lineStart: number;
}

export function createTextWriter(): TextWriter {
  return { segments: [], current: new Uint8Array(segmentSize), length: 0, lineStart: 0 };
}

function startSegment(writer: TextWriter, atLeast: number): void {
  writer.segments.push(writer.current.subarray(0, writer.length));
  writer.lineStart -= writer.length;
  writer.current = new Uint8Array(Math.max(segmentSize, atLeast));
  writer.length = 0;
}

/** Appends text of ASCII characters. */
export function put(writer: TextWriter, text: string): void {
  if (writer.length + text.length > writer.current.length) startSegment(writer, text.length);
  const { current } = writer;
  let at = writer.length;
  for (let index = 0; index < text.length; index++) current[at++] = text.charCodeAt(index);
  writer.length = at;
}

/** Appends a non-negative integer below 2^31 in decimal. */
export function putInteger(writer: TextWriter, value: number): void {
  if (writer.length + 10 > writer.current.length) startSegment(writer, 10);
  let digits = 1;
  for (let power = 10; power <= value; power *= 10) digits++;
  let rest = value;
  for (let at = writer.length + digits - 1; at >= writer.length; at--) {
    const quotient = (rest / 10) | 0;
    writer.current[at] = 48 + rest - quotient * 10;
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
  if (writer.length + count > writer.current.length) startSegment(writer, count);
  writer.current.fill(32, writer.length, writer.length + count);
  writer.length += count;
}

/** Ends the line. */
export function endLine(writer: TextWriter): void {
  if (writer.length === writer.current.length) startSegment(writer, 1);
  writer.current[writer.length++] = 10;
  writer.lineStart = writer.length;
}

/** Takes the text as segments; the writer must not be used afterwards. */
export function takeSegments(writer: TextWriter): readonly Uint8Array[] {
  return [...writer.segments, writer.current.subarray(0, writer.length)];
}
