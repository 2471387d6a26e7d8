// A part of the page that is fetched when it is first shown, or earlier by whoever knows that it will be needed.
import type { ComponentType, JSX } from "preact";
import { useEffect, useState } from "preact/hooks";

const askAgainMs = 1_000;
/** Whoever has waited so long for a screen is told what for; sooner it would only flicker. */
const tellAfterMs = 600;

function Late({ Waiting }: { readonly Waiting: ComponentType }): JSX.Element | null {
  const [isLate, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), tellAfterMs);
    return () => clearTimeout(timer);
  }, []);
  return isLate ? <Waiting /> : null;
}

export interface LazyPart<Props> {
  (props: Props): JSX.Element | null;
  /** Fetches it now, if it can be had. */
  readonly fetch: () => void;
}

/** Until then there is nothing to fetch from, and a page that is loaded anew would be gone. A proxy may answer for a server that is away. */
async function serverIsThere(): Promise<void> {
  while (
    !(await fetch("/", { method: "HEAD" }).then(
      ({ ok }) => ok,
      () => false,
    ))
  )
    await new Promise((again) => setTimeout(again, askAgainMs));
}

/** `Waiting` stands in its place while it is long in coming: a screen must never be empty. */
export function lazyPart<Props extends object = object>(
  load: () => Promise<ComponentType<Props>>,
  Waiting?: ComponentType,
): LazyPart<Props> {
  let loaded: ComponentType<Props> | null = null;
  const fetched = async (): Promise<ComponentType<Props>> => {
    loaded ??= await load();
    return loaded;
  };
  const fetchedInTheEnd = (): Promise<ComponentType<Props>> =>
    fetched().catch(async () => {
      await serverIsThere();
      return fetched();
    });
  function Part(props: Props): JSX.Element | null {
    const [Shown, setShown] = useState<ComponentType<Props> | null>(() => loaded);
    useEffect(() => {
      if (Shown !== null) return;
      let here = true;
      fetchedInTheEnd().then(
        (part) => {
          if (here) setShown(() => part);
        },
        // A newer build has other parts: the page as a whole is fetched again.
        () => location.reload(),
      );
      return () => {
        here = false;
      };
    }, [Shown]);
    if (Shown !== null) return <Shown {...props} />;
    return Waiting === undefined ? null : <Late Waiting={Waiting} />;
  }
  return Object.assign(Part, { fetch: () => void fetched().catch(() => undefined) });
}
