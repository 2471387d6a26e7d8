// What a message may be at most, on both sides of the wire.

/** Longest text frame, bytes. */
export const frameBytesMax = 65_536;
/** Deepest nesting of objects and arrays in a message. */
export const jsonDepthMax = 8;
/** Most keys in a message, all objects together. */
export const jsonKeysMax = 64;
/** Most commas in a message: what stands side by side in its objects and lists, all together. */
export const jsonCommasMax = 256;
/** Longest client-made action id, characters. */
export const actionIdCharsMax = 64;
/** Longest feedback, graphemes. */
export const feedbackGraphemesMax = 255;
/** The same as it is sent, UTF-16 units. */
export const feedbackUnitsMax = feedbackGraphemesMax * 16;
/** Intervals of `tick` messages, ms. */
export const tickMsMin = 250;
export const tickMsMax = 5_000;
