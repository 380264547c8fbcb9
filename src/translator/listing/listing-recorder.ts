import type { RecordedStatement, StatementRecorder } from "../statement-recorder.js";

/** The put call that a row is the last one of. */
export interface ListedPut {
  /** Of its bytes in the action list. */
  readonly offset: number;
  /** The statement of the host language. */
  readonly call: string;
}

/** A statement, or the part of one that belongs to one put call. */
export interface ListedStatement {
  readonly statement: RecordedStatement;
  /** Whether the statement began in an earlier row. */
  readonly continued: boolean;
  /** Action bytes, one character each; U+0100 is a byte 0. */
  code: string;
  readonly args: string[];
  /** Offset of `code` in the bytes of the put call. */
  start: number;
  /** Number of the put call, from 0; -1 without code. */
  put: number;
}

/** Collects what a listing shows. */
export interface ListingRecorder extends StatementRecorder {
  readonly rows: readonly ListedStatement[];
  readonly puts: readonly ListedPut[];
}

/** Creates a recorder to give to a translation as its option `recorder`. */
export function createListingRecorder(): ListingRecorder {
  const rows: ListedStatement[] = [];
  const puts: ListedPut[] = [];
  /** Bytes collected for the next put call. */
  let pending = 0;
  const addRow = (statement: RecordedStatement, continued: boolean): ListedStatement => {
    const row = { statement, continued, code: "", args: [], start: 0, put: -1 };
    rows.push(row);
    return row;
  };
  return {
    rows,
    puts,
    statement(statement) {
      addRow(statement, false);
    },
    code(code, args) {
      const last = rows.at(-1);
      if (last === undefined) return;
      const row = last.put < 0 || last.put === puts.length ? last : addRow(last.statement, true);
      if (row.put < 0) row.start = pending;
      row.put = puts.length;
      row.code += code;
      row.args.push(...args);
      pending += code.length;
    },
    put(offset, call) {
      puts.push({ offset, call: call.trim() });
      pending = 0;
    },
  };
}
