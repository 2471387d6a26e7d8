// An address that is known and is asked by a method it does not have says which it has: it had been said not to be there.
import request from "supertest";
import { describe, expect, test } from "vitest";
import { openApiDocument } from "../../lib/gateway/openapi.ts";
import { virtualEdge } from "../support/virtual-edge.ts";
import { virtualAdminToken, virtualHttp, virtualOperatorRoutes } from "../support/virtual-http.ts";

const edge = virtualEdge();
const app = virtualHttp(edge, { operatorRoutes: virtualOperatorRoutes(edge) });

const { paths } = openApiDocument("0") as { paths: Record<string, object> };
const pages = ["/", "/overlay/ABC234", "/g/ABC234", "/admin", "/admin/", "/api/docs"];
/** What each address may be asked by, as `Allow` says it. */
const known: readonly (readonly [path: string, allow: string])[] = [
  ...Object.entries(paths).map(
    ([path, { ...methods }]) => [path.replace("{code}", "ABC234"), "get" in methods ? "GET, HEAD" : "POST"] as const,
  ),
  ...pages.map((path) => [path, "GET, HEAD"] as const),
];

async function ask(method: "get" | "post" | "put" | "patch" | "delete" | "options" | "head", path: string) {
  const { status, headers, body, text } = await request(app)[method](path).set("Authorization", `Bearer ${virtualAdminToken}`);
  return { status, allow: headers["allow"], body, text };
}

describe("a method that a known address does not have", () => {
  test.for(known)("%s, which has %s", async ([path, allow]) => {
    const refused = { status: 405, allow, body: { code: "not-allowed", message: "You may not do this." } };
    for (const method of ["put", "patch", "delete", "options", allow === "POST" ? "get" : "post"] as const)
      expect([method, await ask(method, path)]).toMatchObject([method, refused]);
    if (allow === "POST") expect(await ask("head", path)).toMatchObject({ status: 405, allow });
  });

  test("is refused, and those it has are answered as ever; of an unknown address it is said that it is not there", async () => {
    expect(await ask("get", "/live")).toMatchObject({ status: 200, allow: undefined });
    expect(await ask("head", "/live")).toMatchObject({ status: 200, allow: undefined });
    expect(await ask("get", "/api/games/ABC234")).toMatchObject({ status: 404, body: { code: "no-such-game" } });
    for (const method of ["get", "post", "options"] as const) {
      expect(await ask(method, "/nowhere")).toMatchObject({ status: 404, allow: undefined, text: "There is nothing here." });
      expect(await ask(method, "/admin/api/nowhere")).toMatchObject({ status: 404, allow: undefined, body: { code: "not-found" } });
    }
  });
});
