// One animation loop for everything that moves with time. It stands still when nothing asks for it.

export interface Frames {
  /** Calls `draw` on every frame until the answer is called. */
  readonly each: (draw: () => void) => () => void;
}

export function createFrames(host: Pick<Window, "requestAnimationFrame">): Frames {
  const draws = new Set<() => void>();
  let turning = false;
  const turn = (): void => {
    turning = draws.size > 0;
    if (turning) host.requestAnimationFrame(turn);
    for (const draw of draws) draw();
  };
  return {
    each(draw) {
      draws.add(draw);
      if (!turning) host.requestAnimationFrame(turn);
      turning = true;
      return () => {
        draws.delete(draw);
      };
    },
  };
}
