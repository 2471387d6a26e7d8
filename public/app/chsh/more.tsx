// What is not needed each round, folded away at the foot of a class's screens; the way out is always in it.
import type { ComponentChildren, JSX } from "preact";
import { useApp } from "../app-context.ts";
import { RowButton } from "../ui/sure-button.tsx";

export function More({ children }: { readonly children: ComponentChildren }): JSX.Element {
  const { session, speech, go } = useApp();
  const { t } = speech;
  const leave = (): void => {
    session.leave();
    go("/");
  };
  return (
    <details class="fold class-more">
      <summary>{t("class.more")}</summary>
      <div class="rows">
        {children}
        <RowButton icon="back" word={t("class.leave")} onClick={leave} />
      </div>
    </details>
  );
}
