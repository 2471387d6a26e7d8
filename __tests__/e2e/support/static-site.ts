// The built page from a plain file server with the server's own content policy: enough where no game server is needed.
import { createReadStream, existsSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".woff2": "font/woff2",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".webmanifest": "application/manifest+json",
};
const policy =
  "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'";

export interface StaticSite {
  readonly origin: string;
  /** From now on this path has this text. */
  readonly replace: (pathname: string, text: string) => void;
  readonly close: () => Promise<void>;
}

export async function startStaticSite(root: string): Promise<StaticSite> {
  const replaced = new Map<string, string>();
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    const wanted = join(root, normalize(pathname));
    const file = extname(pathname) !== "" && existsSync(wanted) ? wanted : join(root, "index.html");
    if (pathname.startsWith("/api/")) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { "content-type": types[extname(file)] ?? "application/octet-stream", "content-security-policy": policy });
    const text = replaced.get(pathname);
    if (text === undefined) createReadStream(file).pipe(response);
    else response.end(text);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  return {
    replace: (pathname, text) => void replaced.set(pathname, text),
    origin: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}
