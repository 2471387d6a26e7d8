// Loaded before a server whose memory is measured, with --expose-gc: at SIGUSR2 it collects all its garbage.
const collect = (globalThis as { readonly gc?: (how: object) => void }).gc;

process.on("SIGUSR2", () => collect?.({ type: "major", flavor: "last-resort" }));
