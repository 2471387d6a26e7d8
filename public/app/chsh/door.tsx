// For whoever is in the class but in no team: found one by name, join one that waits for a partner, or come back to the old one.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { limits } from "../../../lib/chsh/limits.ts";
import { useApp } from "../app-context.ts";
import { Icon } from "../ui/icons.tsx";
import { typing } from "../ui/typing.ts";
import { quietTint, tintOf } from "../ui/tint.ts";
import { ClassBar } from "./class-bar.tsx";
import type { LeftTeams } from "./left-team.ts";
import { doors, isOddName, mayHaveRoom, type WatcherTable } from "./model/class-table.ts";

interface Shown {
  readonly table: WatcherTable;
  readonly left: LeftTeams;
}

export function Door({ table, left }: Shown): JSX.Element {
  const { session, speech } = useApp();
  const { t } = speech;
  const kept = left.of(table.id);
  const old = kept !== null && mayHaveRoom(table.teams, kept.key.playerId) ? kept : null;
  const { open, full } = doors(table.teams);
  const join = (teamId: number): void => session.giveAnswer({ type: "joinTeam", data: { teamId } });
  return (
    <main class="page class-door tint" style={tintOf(quietTint)} data-class="door" data-status={table.status} data-v={table.v}>
      <ClassBar title={table.name} />
      <p class="class-about">{t("class.rules")}</p>
      {old === null ? null : (
        <button type="button" class="wide quiet-button" data-act="comeBack" onClick={() => left.comeBack(table.id)}>
          {t("class.comeBack", { name: old.name })}
        </button>
      )}
      {open.length === 0 ? null : (
        <section aria-labelledby="class-waiting">
          <h2 class="section-title" id="class-waiting">
            {t("class.waitingTeams")}
          </h2>
          <ul class="rows">
            {open.map(({ id, name }) => (
              <li key={id}>
                <button type="button" class="row-button" data-join={id} onClick={() => join(id)}>
                  <Icon name="person" />
                  <span>{name}</span>
                  <em>{t("class.join")}</em>
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
      <NewTeam />
      {full.length === 0 ? null : <p class="hint">{t("class.fullTeams", { names: full.map(({ name }) => name).join(", ") })}</p>}
    </main>
  );
}

function NewTeam(): JSX.Element {
  const { session, speech } = useApp();
  const [name, setName] = useState("");
  const { t } = speech;
  const wanted = name.trim();
  const isOdd = isOddName(name);
  return (
    <form
      class="new-team"
      onSubmit={(event) => {
        event.preventDefault();
        if (wanted !== "" && !isOdd) session.giveAnswer({ type: "createTeam", data: { name: wanted } });
      }}
    >
      <label class="field">
        <span>{t("class.teamName")}</span>
        <input
          name="team"
          value={name}
          autoComplete="off"
          placeholder={t("class.teamExample")}
          aria-invalid={isOdd}
          aria-describedby="class-name-rule"
          {...typing({ graphemes: limits.teamNameGraphemesMax }, setName)}
        />
      </label>
      <p class="hint" id="class-name-rule" role="status" hidden={!isOdd}>
        {isOdd ? t("class.teamNameRule") : null}
      </p>
      <button type="submit" class="go go-short" data-act="createTeam" aria-disabled={wanted === "" || isOdd}>
        <span class="go-word">{t("class.createTeam")}</span>
      </button>
    </form>
  );
}
