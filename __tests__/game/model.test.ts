import { modelAgrees, often } from "./model-agrees.ts";

modelAgrees({ initially: 400, mustReach: often, timeoutMs: () => 120_000 });
