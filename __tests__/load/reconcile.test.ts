// Clients and server count the same run: L46.
import { describe, expect, test } from "vitest";
import { reconcile, total } from "../../load/reconcile.ts";

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
