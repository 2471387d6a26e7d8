import { modelAgrees, often } from "./model-agrees.ts";

const mustReach = [...often, "campaign blitz", "campaign endurance"];
modelAgrees({ initially: 10_000, mustReach, timeoutMs: (runs) => 60_000 + runs * 15 });
