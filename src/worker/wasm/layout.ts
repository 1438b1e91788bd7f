// Where what stands in the transcoder's memory. Shared by the WebAssembly side and the side that fills it.
// Everything has a fixed place, so nothing is ever allocated; the input and, behind it, the output come last and may grow.

/** 128-bit powers of ten, 16 bytes each, for shortest doubles. */
export const POWERS: usize = 0x10000;
/** What was captured, {@link CAPTURE_BYTES} a field: kind, start, end. */
export const CAPTURES: usize = 0x13000;
export const CAPTURE_BYTES: usize = 16;
export const MAX_CAPTURES: usize = 256;
/** The tree of fields to look out for; behind it those of what is kept and of what is left out at the top. */
export const FIELDS: usize = 0x14000;
export const FIELDS_END: usize = 0x1f000;
/** By depth: which object is open there. */
export const OPEN_OBJECTS: usize = 0x1f000;
/** Hash slots of the known keys: the place of each, or 0. */
export const KEY_SLOTS: usize = 0x20000;
export const KEY_SLOT_COUNT = 16_384;
/** The known keys themselves. */
export const KEYS: usize = 0x30000;
/** Keys of enclosing objects that came again further in: what to put back when the inner object ends. */
export const SHADOWED: usize = 0x200000;
/** Programs of Avro schemas. */
export const PROGRAMS: usize = 0x280000;
/** The message, decompressed; behind it the output. */
export const INPUT: usize = 0x600000;

/** How large the memory may become, in pages of 64 KiB: what needs more is left to the other way. */
export const MAX_PAGES: usize = 1_024;

/** A key: its name padded with zeros to a multiple of 16, and its quoted form with the colon, likewise. */
export const KEY_NEXT = 0;
export const KEY_SEEN_IN = 4;
export const KEY_SEEN_DEPTH = 8;
export const KEY_NAME_BYTES = 12;
export const KEY_QUOTED_AT = 16;
export const KEY_QUOTED_BYTES = 20;
export const KEY_NAME = 32;

/** A field to look out for: its place in the list or -1, how many children, and for each its name and node. */
export const FIELD_PLACE = 0;
export const FIELD_CHILDREN = 4;
export const FIELD_FIRST_CHILD = 8;
export const CHILD_BYTES: usize = 12;

/** Kinds of captured values: a text in the memory, or one that has no place there. */
export const CAPTURED_TEXT: u32 = 1;
export const CAPTURED_TRUE: u32 = 2;
export const CAPTURED_FALSE: u32 = 3;
export const CAPTURED_NAN: u32 = 4;
export const CAPTURED_INFINITY: u32 = 5;
export const CAPTURED_MINUS_INFINITY: u32 = 6;

/** Operations of an Avro program: the first word of each type. */
export const OP_NULL: u32 = 0;
export const OP_BOOLEAN: u32 = 1;
export const OP_INT: u32 = 2;
export const OP_LONG: u32 = 3;
export const OP_FLOAT: u32 = 4;
export const OP_DOUBLE: u32 = 5;
export const OP_BYTES: u32 = 6;
export const OP_STRING: u32 = 7;
/** Size. */
export const OP_FIXED: u32 = 8;
/** Count; of each symbol: quoted form and its length, 0 where it is none. */
export const OP_ENUM: u32 = 9;
/** Count; of each field: key, or 0 where it is left out, and type. */
export const OP_RECORD: u32 = 10;
/** Type of the items. */
export const OP_ARRAY: u32 = 11;
export const OP_MAP: u32 = 12;
/** Count; types. */
export const OP_UNION: u32 = 13;
export const OP_DATE: u32 = 14;
/** Digits behind the second. */
export const OP_TIME_OF_DAY: u32 = 15;
/** Digits behind the second; whether a Z follows. */
export const OP_TIMESTAMP: u32 = 16;
/** Something that only the other way reads. */
export const OP_GIVE_UP: u32 = 17;
