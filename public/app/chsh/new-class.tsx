// A new class: which questions, a name, and one button. The host's screen follows.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Mode } from "../../../lib/chsh/items.ts";
import { limits } from "../../../lib/chsh/limits.ts";
import { useApp } from "../app-context.ts";
import { Field, IconButton } from "../ui/parts.tsx";
import { typing } from "../ui/typing.ts";
import { quietTint, tintOf } from "../ui/tint.ts";
import { ModeChoice } from "./mode-choice.tsx";
import { useClassWords } from "./words.ts";
import "../../styles/chsh.css";

export function NewClass(): JSX.Element {
  useClassWords();
  const { session, speech, go } = useApp();
  const [mode, setMode] = useState<Mode>("simplified");
  const [name, setName] = useState("");
  const { t } = speech;
  const { link } = session.model.value;
  const isAway = link === "lost" || link === "outdated";
  return (
    <main class="page new-game tint" style={tintOf(quietTint)} data-class="new">
      <header class="bar">
        <IconButton name="back" label={t("common.back")} onClick={() => go("/")} />
        <h1 class="bar-title">{t("class.new")}</h1>
      </header>
      <div class="form">
        <p class="class-about">{t("class.about")}</p>
        <Field label={t("class.name")}>
          <input value={name} {...typing({ graphemes: limits.gameNameGraphemesMax }, setName)} />
        </Field>
        <ModeChoice mode={mode} onPick={setMode} />
      </div>
      <footer class="new-foot">
        <button type="button" class="go go-short" data-act="create" onClick={() => session.create({ mode }, name.trim() || null, "chsh")}>
          <span class="go-word">{t("class.open")}</span>
          <small>{t(isAway ? `link.${link}` : "class.openSub")}</small>
        </button>
      </footer>
    </main>
  );
}
