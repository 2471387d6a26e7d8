// The picture to scan: the table's link. What draws it comes after the page: whoever comes back to a running game never needs it.
import type { JSX } from "preact";
import { useApp } from "../app-context.ts";
import { pathOf } from "../route.ts";
import { lazyPart } from "./lazy.tsx";

const Squares = lazyPart(async () => (await import("./qr-squares.tsx")).QrSquares);

export const linkTo = (code: string): string => `${location.origin}${pathOf(code)}`;

export function QrPicture({ code }: { readonly code: string }): JSX.Element {
  const { speech } = useApp();
  return (
    <div class="qr" role="img" aria-label={speech.t("share.qr", { code })}>
      <Squares text={linkTo(code)} />
    </div>
  );
}
