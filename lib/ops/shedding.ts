// What is refused when there is more to do than can be done, and from which pressure on. The edge refuses by it, `/health` and metrics
// tell of it.

/** Kinds of work, the first to be refused first. Pressure 1: the loop is late by its limit, or the store's queue is an eighth full. */
export const refusedFrom = { create: 1, join: 2, watch: 4, tap: 8 } as const;

export type Work = keyof typeof refusedFrom;
