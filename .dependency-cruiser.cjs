// Which part may import which (ARCHITECTURE.md, "code map"). Everything not allowed here is an error; __tests__/tidy proves that the rules bite.
/** `npm run db` is a program of its own and reads its settings as the server does. */
const adapters = "^lib/(store/(store-|db-command\\.ts$)|bus/bus-)";
const node = ["core"];
const npm = ["npm", "npm-dev", "npm-optional", "npm-peer", "npm-no-pkg", "npm-unknown"];

/** A rule that lets files under `from` import project files matching `allowed` only. */
function only(name, from, allowed, comment) {
  return {
    name,
    severity: "error",
    comment,
    from: { path: from, pathNot: adapters },
    to: { path: "^(lib|public|__tests__|scripts|load|server\\.ts)", pathNot: allowed },
  };
}

module.exports = {
  forbidden: [
    { name: "no-circular", severity: "error", from: {}, to: { circular: true } },
    { name: "not-resolvable", severity: "error", from: {}, to: { couldNotResolve: true } },
    only("game-imports-nothing", "^lib/game/", "^lib/game/", "The rules are pure and shared with the browser."),
    { name: "game-is-pure", severity: "error", from: { path: "^lib/(game|chsh)/" }, to: { dependencyTypes: [...node, ...npm] } },
    only(
      "second-game-stands-alone",
      "^lib/chsh/",
      "^lib/chsh/|^lib/game/(ids|refusals|contract|commands|wire-event|holders|state|names|random|limits)\\.ts$",
      "Of the clock game only what any game needs: ids, contract, refusals, holders of seats, names, chance.",
    ),
    only(
      "protocol-imports-game",
      "^lib/protocol/",
      "^lib/(protocol|game|chsh)/",
      "The wire knows the game's words, nothing of the server.",
    ),
    { name: "protocol-runs-in-the-browser", severity: "error", from: { path: "^lib/protocol/" }, to: { dependencyTypes: node } },
    {
      name: "adapters-know-stores-and-buses",
      severity: "error",
      comment: "Adapters are let off the rules of their folders, to know each other and the ports; of games and players they know nothing.",
      from: { path: adapters },
      to: { path: "^(lib/(room|gateway|protocol|chsh)|public|scripts|load|__tests__)/" },
    },
    only("store-port", "^lib/store/", "^lib/(store|game)/|^lib/ops/(ambient|log|metrics)\\.ts$"),
    only("bus-port", "^lib/bus/", "^lib/(bus|game)/|^lib/ops/(ambient|log|metrics)\\.ts$"),
    only(
      "room-imports-game-and-ports",
      "^lib/room/",
      "^lib/(room|game|ops|protocol)/|^lib/store/(store|chain|state-text)\\.ts$|^lib/bus/bus\\.ts$",
    ),
    only(
      "gateway-imports-protocol-and-room",
      "^lib/gateway/",
      "^lib/(gateway|protocol|room|ops)/|^lib/game/|^lib/store/store\\.ts$|^lib/bus/bus\\.ts$",
    ),
    only(
      "ops-imports-ports",
      "^lib/ops/",
      "^lib/(ops|game|protocol)/|^lib/room/[^/]+\\.ts$|^lib/store/(store|chain)\\.ts$|^lib/bus/bus\\.ts$",
    ),
    only(
      "public-imports-game-and-protocol",
      "^public/",
      "^public/|^lib/(game|protocol|chsh)/",
      "The page shares the rules and the wire with the server.",
    ),
    {
      name: "only-its-own-screens-know-the-second-game",
      severity: "error",
      comment: "The clock's first load carries nothing of it.",
      from: { path: "^public/", pathNot: "^public/app/chsh/" },
      to: { path: "^lib/chsh/" },
    },
    {
      name: "adapters-only-in-the-composition-root",
      severity: "error",
      comment: "Concrete stores and buses are chosen for server.ts by lib/store/store-choice.ts; other parts know the ports.",
      from: { pathNot: "^(server\\.ts|__tests__/|scripts/|load/|lib/(store|bus)/)" },
      to: { path: adapters },
    },
    { name: "nothing-imports-the-server", severity: "error", from: { pathNot: "^__tests__/" }, to: { path: "^server\\.ts$" } },
    {
      name: "nothing-imports-tests",
      severity: "error",
      from: { path: "^(lib|public|server\\.ts)" },
      to: { path: "^(__tests__|scripts|load)/" },
    },
    {
      name: "production-needs-no-dev-dependency",
      severity: "error",
      from: { path: "^(lib|server\\.ts)" },
      to: { dependencyTypes: ["npm-dev"], dependencyTypesNot: ["type-only"] },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "require", "node", "default", "types"] },
  },
};
