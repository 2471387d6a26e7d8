// The head of every screen of a class: whose it is, the line to the server, and the way to the settings.
import type { ComponentChildren, JSX } from "preact";
import { useApp } from "../app-context.ts";
import { IconButton, LineDot } from "../ui/parts.tsx";

export function ClassBar({ title, children }: { readonly title: string; readonly children?: ComponentChildren }): JSX.Element {
  const { speech, sheet } = useApp();
  return (
    <header class="bar">
      <h1 class="bar-title" dir="auto">
        {title}
      </h1>
      <LineDot />
      <span class="grow" />
      {children}
      <IconButton name="gear" label={speech.t("settings.title")} onClick={() => (sheet.value = { name: "settings" })} />
    </header>
  );
}
