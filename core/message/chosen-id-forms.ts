/** The form of ids that a producer may choose, used where they are read and where they are written. */

const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const ULID = '[0-7][0-9a-hjkmnp-tv-z]{25}';
const TRACE_ID = '[0-9a-f]{32}';
/** A correlation id of a producer's own. */
export const CORRELATION_ID = new RegExp(`^(?:${UUID}|${ULID}|${TRACE_ID})$`, 'i');

/** https://www.w3.org/TR/trace-context/#traceparent-header, version 00; ids of zeros are none. */
export const TRACEPARENT = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;
export const TRACESTATE = /^[\x20-\x7e]{1,512}$/;
