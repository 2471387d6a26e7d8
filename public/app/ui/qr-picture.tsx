// The picture to scan: the table's link as one SVG path.
import { generate } from "lean-qr";
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { useApp } from "../app-context.ts";
import { pathOf } from "../route.ts";

export const linkTo = (code: string): string => `${location.origin}${pathOf(code)}`;

export function QrPicture({ code }: { readonly code: string }): JSX.Element {
  const { speech } = useApp();
  const { size, path } = useMemo(() => squares(linkTo(code)), [code]);
  return (
    <svg
      class="qr"
      viewBox={`-2 -2 ${size + 4} ${size + 4}`}
      role="img"
      aria-label={speech.t("share.qr", { code })}
      shapeRendering="crispEdges"
    >
      <path d={path} />
    </svg>
  );
}

function squares(text: string): { readonly size: number; readonly path: string } {
  const picture = generate(text);
  let path = "";
  for (let y = 0; y < picture.size; y += 1) {
    for (let x = 0; x < picture.size; x += 1) if (picture.get(x, y)) path += `M${x} ${y}h1v1h-1z`;
  }
  return { size: picture.size, path };
}
