// A word to whoever runs this server.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { useApp } from "../app-context.ts";

const charsMax = 255;

export function FeedbackSheet(): JSX.Element {
  const { session, speech, sheet } = useApp();
  const { t } = speech;
  const [text, setText] = useState("");
  const send = (): void => {
    session.say("feedback", { text: text.trim() });
    session.dispatch({ type: "notice", tone: "info", key: "feedback.sent" });
    sheet.value = null;
  };
  return (
    <div class="form">
      <label class="field">
        <span>{t("feedback.text")}</span>
        <textarea rows={5} maxLength={charsMax} value={text} onInput={(event) => setText(event.currentTarget.value)} />
      </label>
      <button type="button" class="go go-short" disabled={text.trim() === ""} onClick={send}>
        {t("feedback.send")}
      </button>
    </div>
  );
}
