// A text as squares to scan, in one SVG path.
import { generate } from "lean-qr";
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";

export function QrSquares({ text }: { readonly text: string }): JSX.Element {
  const { size, path } = useMemo(() => squares(text), [text]);
  return (
    <svg viewBox={`-2 -2 ${size + 4} ${size + 4}`} aria-hidden="true" shapeRendering="crispEdges">
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
