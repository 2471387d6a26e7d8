/** Finds a number that stands in a text by itself: in no time and no key, whose digits are many. */
export const wholeNumber = (secret: number): RegExp => new RegExp(`(?<!\\d)${secret}(?!\\d)`);
