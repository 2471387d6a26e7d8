// Clients and server count the same run: L46.
import { describe, expect, test } from "vitest";
import { reconcile, total } from "../../load/reconcile.ts";
import { servedOf } from "../../load/served.ts";

const metrics = `# HELP tapotarp_commands_total Commands by type and outcome.
# TYPE tapotarp_commands_total counter
tapotarp_commands_total{type="create",outcome="ok"} 2
tapotarp_commands_total{type="passTurn",outcome="ok"} 40
tapotarp_commands_total{type="passTurn",outcome="refused"} 3
tapotarp_commands_total{type="sync",outcome="ok"} 9
tapotarp_commands_total{type="wake",outcome="ok"} 5
tapotarp_commands 7
`;
const summary = (done: number, syncs: number, games: { begun?: number; played?: number } = {}) => {
  const { begun = 2, played = 2 } = games;
  return {
    metrics: {
      commands_done: { count: done },
      syncs_done: { count: syncs },
      games_begun: { count: begun },
      games_played: { count: played },
    },
  };
};

describe("reconciling", () => {
  test("L46 adds up the samples of one metric, by label", () => {
    expect(total(metrics, "tapotarp_commands_total")).toBe(59);
    expect(total(metrics, "tapotarp_commands_total", (labels) => labels.includes("refused"))).toBe(3);
    expect(total(metrics, "absent")).toBe(0);
  });

  test("L46 agrees when the server did what the clients saw done, the shell's own commands and syncs aside", () => {
    expect(reconcile(summary(50, 8), metrics)).toMatchObject({ agrees: true, clients: 42, server: 42 });
  });

  test("L46 one command more or less on either side shows", () => {
    expect(reconcile(summary(51, 8), metrics).agrees).toBe(false);
    expect(reconcile({ metrics: {} }, metrics)).toMatchObject({ agrees: false, words: expect.stringContaining("DIFFER") });
  });

  test("L46 a table that was begun and never ended shows, as k6 passes a script that throws; so does a run without any table", () => {
    const cut = reconcile(summary(50, 8, { begun: 2, played: 1 }), metrics);
    expect(cut).toMatchObject({ agrees: false, begun: 2, played: 1, words: expect.stringContaining("ONLY 1") });
    expect(reconcile({ metrics: {} }, "").agrees).toBe(false);
  });
});

describe("the server's own clock", () => {
  const bucket = (le: string, count: number) => `tapotarp_command_duration_seconds_bucket{le="${le}"} ${count}\n`;

  test("says which share of the commands was answered within each bound, in ms, whatever a tester saw", () => {
    const told = servedOf(bucket("0.0025", 10) + bucket("0.05", 150) + bucket("0.1", 199) + bucket("+Inf", 200));
    expect(told).toMatchObject({ commands: 200, within: { "2.5": 0.05, "50": 0.75, "100": 0.995 } });
    expect(told.words).toBe("the server's own clock: 200 commands, 75.00 % within 50 ms, 99.50 % within 100 ms");
  });

  test("of a server that served nothing says so", () => {
    expect(servedOf(bucket("0.1", 0) + bucket("+Inf", 0))).toMatchObject({ commands: 0, within: { "100": 0 } });
    expect(servedOf("").commands).toBe(0);
  });
});
