// The great button: always says what can be done now; if nothing, why.
import type { JSX } from "preact";
import { useApp } from "../app-context.ts";
import { type Offer, tapPending } from "../model/offer.ts";
import { useOneTap } from "./one-tap.ts";
import { useWords } from "./parts.tsx";

export function GreatButton({ offer, forName }: { readonly offer: Offer; readonly forName?: string | null }): JSX.Element {
  const { session, speech } = useApp();
  const words = useWords();
  const { resting, give } = useOneTap();
  const { outbox, link } = session.model.value;
  const pending = tapPending(outbox);
  const waits = pending !== undefined && link === "lost";
  const sub = waits ? speech.t("offer.sentLater") : offer.sub ? words(offer.sub) : "";
  const prefix = forName ? `${speech.t("offer.forSeat", { name: forName })} · ` : "";
  const { command } = offer;
  return (
    <button
      type="button"
      class={`go ${offer.weight}`}
      data-act={command?.type ?? "none"}
      aria-disabled={command === null || pending !== undefined || resting}
      data-pending={pending !== undefined}
      onClick={() => {
        if (command !== null && tapPending(session.model.peek().outbox) === undefined) give(command);
      }}
    >
      <span class="go-word" key={words(offer.label)}>
        {words(offer.label)}
      </span>
      <small>
        {prefix}
        {sub}
      </small>
    </button>
  );
}
