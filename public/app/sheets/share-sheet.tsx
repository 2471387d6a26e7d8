// Bringing others to the table: the picture, the code, the link.
import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { useApp } from "../app-context.ts";
import { Icon } from "../ui/icons.tsx";
import { linkTo, QrPicture } from "../ui/qr-picture.tsx";

/** Copies without the clipboard's own interface, which plain http pages do not have. */
function copyField(field: HTMLInputElement | null): boolean {
  field?.select();
  return document.execCommand("copy");
}

export function ShareSheet(): JSX.Element | null {
  const { session, speech } = useApp();
  const field = useRef<HTMLInputElement>(null);
  const [copied, setCopied] = useState(false);
  const { gameId, table } = session.model.value;
  if (gameId === null) return null;
  const { t } = speech;
  const link = linkTo(gameId);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(link);
      setCopied(true);
    } catch {
      setCopied(copyField(field.current));
    }
  };
  const send = (): void => {
    navigator.share?.({ title: table?.name || "Tap-or-Tarp", url: link }).catch(() => setCopied(false));
  };
  return (
    <div class="share">
      <QrPicture code={gameId} />
      <p class="code num">{gameId}</p>
      <label class="field">
        <span>{t("share.link")}</span>
        <input ref={field} class="num" readOnly value={link} onFocus={(event) => event.currentTarget.select()} />
      </label>
      <div class="grid-2">
        <button type="button" class="row-button" onClick={() => void copy()}>
          <Icon name={copied ? "check" : "share"} />
          <span role="status">{t(copied ? "share.copied" : "share.copy")}</span>
        </button>
        {"share" in navigator ? (
          <button type="button" class="row-button" onClick={send}>
            <Icon name="next" />
            <span>{t("share.send")}</span>
          </button>
        ) : null}
      </div>
      <a class="quiet-link" href={`/overlay/${gameId}`} target="_blank" rel="noreferrer">
        {t("share.overlay")}
      </a>
    </div>
  );
}
