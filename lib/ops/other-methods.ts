// An address that is known says by which methods it may be asked; only one that nobody knows is said not to be there.
import type { Response, Router } from "express";

interface Known {
  readonly path: string;
  readonly methods: Set<string>;
}

/** The addresses of a router's routes, each with its methods. */
function knownOf({ stack }: Pick<Router, "stack">): readonly Known[] {
  const known = new Map<string, Known>();
  for (const { route } of stack) {
    if (route === undefined) continue;
    const { path } = route;
    const one = known.get(String(path)) ?? { path, methods: new Set() };
    for (const { method } of route.stack) one.methods.add(method.toUpperCase());
    // Express answers it as GET, without the body.
    if (one.methods.has("GET")) one.methods.add("HEAD");
    known.set(String(path), one);
  }
  return [...known.values()];
}

/** Called when a router has all of its routes: what asks one of them by another method is answered by `refuse`, with 405 and `Allow`. */
export function refuseOtherMethods(router: Router, refuse: (response: Response) => void): void {
  for (const { path, methods } of knownOf(router)) {
    router.all(path, (_request, response) => {
      response.set("Allow", [...methods].join(", "));
      refuse(response);
    });
  }
}
