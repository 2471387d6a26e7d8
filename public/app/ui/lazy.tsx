// A part of the page that is fetched when it is first shown.
import type { ComponentType, JSX } from "preact";
import { useEffect, useState } from "preact/hooks";

export function lazyPart(load: () => Promise<ComponentType>): () => JSX.Element | null {
  let loaded: ComponentType | null = null;
  return function LazyPart() {
    const [Part, setPart] = useState<ComponentType | null>(() => loaded);
    useEffect(() => {
      if (Part !== null) return;
      let here = true;
      load().then(
        (part) => {
          loaded = part;
          if (here) setPart(() => part);
        },
        // Offline or a newer build: the page as a whole is fetched again.
        () => location.reload(),
      );
      return () => {
        here = false;
      };
    }, [Part]);
    return Part === null ? null : <Part />;
  };
}
