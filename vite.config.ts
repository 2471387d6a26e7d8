import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineConfig, type Plugin } from "vite";
import { VitePWA } from "vite-plugin-pwa";

const server = process.env["TAPOTARP_DEV_SERVER"] ?? "http://localhost:3000";

/** Big libraries get chunks of their own, so that a change of ours does not make browsers fetch them again. */
function chunkOf(id: string): string | undefined {
  if (!id.includes("node_modules")) return undefined;
  if (id.includes("/preact/") || id.includes("/@preact/")) return "preact";
  if (id.includes("/i18next/")) return "i18next";
  if (id.includes("/swagger-ui-dist/")) return "swagger";
  if (id.includes("/uplot/")) return "uplot";
  return undefined;
}

/** workbox leaves a folder behind among the system's temporary ones at each build: it gets a place that goes with the build. */
const ownTemporaryFolder: Plugin = {
  name: "own-temporary-folder",
  apply: "build",
  buildStart() {
    const folder = mkdtempSync(join(tmpdir(), "tapotarp-build-"));
    process.env["TMPDIR"] = folder;
    process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  },
};

// Preact's own types want the automatic runtime; everything else is vite's default.
export default defineConfig({
  root: "public",
  publicDir: "static",
  cacheDir: "../.vite",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: "../dist/public",
    emptyOutDir: true,
    sourcemap: true,
    target: ["es2022", "safari16.4"],
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    // swagger-ui comes as one file of 1.5 MB, for /api/docs only.
    chunkSizeWarningLimit: 1600,
    rollupOptions: {
      input: ["public/index.html", "public/admin/index.html", "public/api-docs/index.html"],
      output: { manualChunks: chunkOf },
    },
  },
  server: {
    proxy: { "/ws": { target: server, ws: true }, "/api": server, "/admin/api": server },
  },
  plugins: [
    ownTemporaryFolder,
    VitePWA({
      registerType: "prompt",
      injectRegister: null,
      manifestFilename: "manifest.webmanifest",
      manifest: {
        name: "Tap-or-Tarp",
        short_name: "Tap-or-Tarp",
        description: "A chess clock for Magic tables",
        start_url: "/",
        scope: "/",
        display: "standalone",
        background_color: "#0e1217",
        theme_color: "#0e1217",
        icons: [
          { src: "/icon-192.png", sizes: "192x192", type: "image/png" },
          { src: "/icon-512.png", sizes: "512x512", type: "image/png" },
          { src: "/icon-512.png", sizes: "512x512", type: "image/png", purpose: "maskable" },
        ],
      },
      workbox: {
        globPatterns: ["**/*.{js,css,html,woff2,svg,png}"],
        // Players never need the operator's pages.
        globIgnores: ["**/admin*", "**/admin/**", "**/api-docs*", "**/api-docs/**", "**/swagger*", "**/uplot*"],
        navigateFallback: "/index.html",
        navigateFallbackAllowlist: [/^\/$/, /^\/g\//],
        cleanupOutdatedCaches: true,
      },
    }),
  ],
});
