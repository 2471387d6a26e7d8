// A word to whoever runs this server.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { feedbackGraphemesMax, feedbackUnitsMax } from "../../../lib/protocol/limits.ts";
import { useApp } from "../app-context.ts";
import { typing } from "../ui/typing.ts";

const feedbackRoom = { graphemes: feedbackGraphemesMax, units: feedbackUnitsMax };

export function FeedbackSheet(): JSX.Element {
  const { session, speech, sheet } = useApp();
  const { t } = speech;
  const [text, setText] = useState("");
  const [failed, setFailed] = useState(false);
  const send = (): void => {
    // On a line that is known to be lost the words stay with their writer. What is sent is sent until the server has it.
    if (session.model.peek().link !== "open") return setFailed(true);
    session.give({ type: "feedback", data: { text: text.trim() } });
    session.dispatch({ type: "notice", tone: "info", key: "feedback.sent" });
    sheet.value = null;
  };
  return (
    <div class="form">
      <label class="field">
        <span>{t("feedback.text")}</span>
        <textarea rows={5} value={text} {...typing(feedbackRoom, setText)} />
      </label>
      {failed ? (
        <p class="field-error" role="alert">
          {t("feedback.notSent")}
        </p>
      ) : null}
      <button type="button" class="go go-short" disabled={text.trim() === ""} onClick={send}>
        {t("feedback.send")}
      </button>
    </div>
  );
}
