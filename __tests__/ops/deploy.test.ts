// F23, F32, F33, F36, F47: what is deployed fits the program: alerts and dashboard name metrics that exist, every alert has a runbook, the chart renders.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { createMetrics, loopResolutionMs } from "../../lib/ops/metrics.ts";
import { readConfig } from "../../lib/ops/config.ts";
import { limitVariables, settingVariables } from "../../lib/ops/variables.ts";
import { findProgram, lacks, programPath } from "../support/programs.ts";

const root = resolve(import.meta.dirname, "../..");
const read = (path: string) => readFileSync(join(root, path), "utf8");
const run = (program: "promtool" | "helm", args: readonly string[]) =>
  spawnSync(programPath(program), args, { cwd: root, encoding: "utf8" });

async function metricNames(): Promise<ReadonlySet<string>> {
  const metrics = createMetrics();
  const text = await metrics.text();
  metrics.close();
  const names = [...text.matchAll(/^# TYPE (\S+) (\w+)/gm)].flatMap(([, name = "", type]) =>
    type === "histogram" ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
  );
  return new Set(names);
}

describe("F47 monitoring", () => {
  test.for(["deploy/prometheus/alerts.yml", "deploy/grafana/dashboards/tapotarp.json"])(
    "%s names only metrics that exist",
    async (path) => {
      const names = await metricNames();
      const used = [...read(path).matchAll(/tapotarp_[a-z0-9_]+/g)].map(([name]) => name);
      expect(used.length).toBeGreaterThan(10);
      expect(used.filter((name) => !names.has(name))).toEqual([]);
    },
  );

  test("so do the documents, in whole words", async () => {
    const names = await metricNames();
    const known = new Set([...names, ...[...names].map((name) => name.replace(/_(bucket|sum|count)$/, ""))]);
    const pages = readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".md"));
    const used = pages.flatMap((path) =>
      [...read(`docs/${path}`).matchAll(/\b(?:tapotarp|nodejs|process)_[a-z0-9_]+/g)].map(([name]) => ({ path, name })),
    );
    expect(used.length).toBeGreaterThan(10);
    expect(used.filter(({ name }) => !known.has(name))).toEqual([]);
  });

  test("alerts, dashboard and documents ask only for label values that the metrics have", async () => {
    const metrics = createMetrics();
    for (const code of ["ok", "wrong-status", "busy", "store-unavailable", "internal"]) metrics.command("create", code).add();
    const lines = (await metrics.text()).split("\n");
    metrics.close();
    const pages = readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".md"));
    const paths = ["deploy/prometheus/alerts.yml", "deploy/grafana/dashboards/tapotarp.json", ...pages.map((path) => `docs/${path}`)];
    const asked = paths.flatMap((path) =>
      [...read(path).matchAll(/(tapotarp_\w+)\{([^}]*)\}/g)].flatMap(([, name = "", matchers = ""]) =>
        [...matchers.matchAll(/(\w+)(?:=~?|!=|!~)\\?"([^"\\]*)/g)]
          .filter(([, label]) => label !== "instance")
          .flatMap(([, label, values = ""]) => values.split("|").map((value) => `${name} ${label}="${value}"`)),
      ),
    );
    expect(asked.length).toBeGreaterThan(2);
    const has = (one: string) => {
      const [name = "", pair = ""] = one.split(" ");
      return lines.some((line) => line.startsWith(`${name}{`) && line.includes(pair));
    };
    expect(asked.filter((one) => !has(one))).toEqual([]);
  });

  test("games are not added up over instances: each counts all that the instances share", () => {
    const expressions = [...read("deploy/grafana/dashboards/tapotarp.json").matchAll(/"expr": "(.*tapotarp_games\{.*)"/g)].map(
      ([, text]) => text,
    );
    expect(expressions).toEqual([expect.stringMatching(/^max by \(status\)/)]);
  });

  test.for(["deploy/prometheus/alerts.yml", "deploy/grafana/dashboards/tapotarp.json"])(
    "%s: what an idle loop reads is no delay",
    (path) => {
      const after = [...read(path).matchAll(/: \S*eventloop_lag_\w+(?:\{[^}]*\})?([^,>)]*)/g)].map(([, text = ""]) => text.trim());
      expect(after).toEqual([`- ${loopResolutionMs / 1_000}`]);
    },
  );

  test("F49 every alert has a runbook, every runbook an alert, and every alert a test", () => {
    const alerts = read("deploy/prometheus/alerts.yml");
    const linked = [...alerts.matchAll(/runbook_url: (\S+)/g)].map(([, path = ""]) => path);
    expect(linked.filter((path) => !existsSync(join(root, path)))).toEqual([]);
    expect(
      readdirSync(join(root, "docs/runbooks")).filter((name) => name !== "README.md" && !linked.includes(`docs/runbooks/${name}`)),
    ).toEqual([]);
    const named = [...alerts.matchAll(/- alert: (\S+)/g)].map(([, name]) => name);
    const pairs = [...alerts.matchAll(/- alert: (\S+)[\s\S]*?runbook_url: (\S+)/g)].map(([, name = "", path = ""]) => ({ name, path }));
    expect(pairs.map(({ name }) => name)).toEqual(named);
    expect(pairs.filter(({ name, path }) => !/^Alerts?: .*$/m.exec(read(path))?.[0].includes(`\`${name}\``))).toEqual([]);
    const tested = [...read("deploy/prometheus/alerts.test.yml").matchAll(/- name: (\S+)/g)].map(([, name]) => name);
    expect(tested).toEqual([...named, "Silence"]);
  });

  test.skipIf(lacks("promtool"))("promtool: the rules are valid, each alert fires and clears, and none fires for less", () => {
    expect(run("promtool", ["check", "rules", "deploy/prometheus/alerts.yml"])).toMatchObject({ status: 0 });
    const tested = run("promtool", ["test", "rules", "deploy/prometheus/alerts.test.yml"]);
    expect([tested.stdout + tested.stderr, tested.status]).toEqual([expect.stringContaining("SUCCESS"), 0]);
  });
});

describe("F33 the workflows", () => {
  const workflow = (name: string) => read(`.github/workflows/${name}.yml`);
  /** Each stands in the text, one after the other. */
  function inOrder(text: string, wanted: readonly string[]): void {
    let from = 0;
    for (const part of wanted) {
      const at = text.indexOf(part, from);
      expect([part, at >= 0]).toEqual([part, true]);
      from = at + part.length;
    }
  }

  test("each push is checked, tested with coverage, and made into an image that starts; its packages, code and image are scanned", () => {
    for (const name of ["ci", "security"]) inOrder(workflow(name), ["\non:\n", "push:\n    branches: [main]", "pull_request:", "\njobs:"]);
    inOrder(workflow("ci"), ["npm run check", ".ci/run", "npm run coverage", "docker build", "docker run", "--read-only", "/ready"]);
    inOrder(workflow("security"), [
      "npm audit --omit=dev",
      "license-checker-rseidelsohn",
      "codeql-action/analyze",
      "trivy-action",
      'exit-code: "1"',
    ]);
  });

  test("a release is built, deployed, smoke-tested, and put back when that fails", () => {
    const deploy = workflow("deploy");
    inOrder(deploy, ["build-push-action", "needs: image", "environment: production", "BEFORE=$(flyctl releases"]);
    // The strategy is a variable of the repository: canary where there are machines for it.
    inOrder(deploy, [
      'flyctl deploy --image "$IMAGE" --strategy "${{ vars.DEPLOY_STRATEGY',
      "npm run smoke --",
      "if: failure() && env.BEFORE != ''",
    ]);
    inOrder(deploy.slice(deploy.indexOf("if: failure()")), ['flyctl deploy --image "$BEFORE"', "npm run smoke --"]);
    expect(deploy).toMatch(/canary/);
  });

  test("an image is named without capital letters, which a registry refuses, whatever the repository is called", () => {
    const deploy = workflow("deploy");
    const [, line = ""] = /id: name\n +run: (.*) >> "\$GITHUB_OUTPUT"/.exec(deploy) ?? [];
    const env = { PATH: process.env["PATH"], GITHUB_REPOSITORY: "Somebody/Tap-or-Tarp", GITHUB_REF_NAME: "v1.2.3" };
    expect(spawnSync("bash", ["-c", line], { encoding: "utf8", env }).stdout).toBe("name=ghcr.io/somebody/tap-or-tarp:v1.2.3\n");
    const used = [...deploy.matchAll(/^ +(?:tags|IMAGE): \$\{\{ (.*) \}\}$/gm)].map(([, given]) => given);
    expect(used).toEqual(["steps.name.outputs.name", "needs.image.outputs.name"]);
  });

  test("every npm script that they run is there, and nothing of theirs may fail unseen", () => {
    const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
    const all = ["ci", "deploy", "security"].map(workflow).join("\n");
    const named = [...all.matchAll(/npm run ([\w:]+)/g)].map(([, name = ""]) => name);
    expect(named.length).toBeGreaterThan(4);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
    expect(all).not.toMatch(/continue-on-error|\|\| true/);
  });
});

describe("F36 deployment files", () => {
  const settings = new Set(
    [...Object.values(settingVariables), ...Object.values(limitVariables)].map(({ variable }) => variable as string),
  );
  for (const { variable, secret } of Object.values(settingVariables)) if (secret) settings.add(`${variable}_FILE`);
  // Node's own, and the C library's.
  for (const variable of ["NODE_COMPILE_CACHE", "MALLOC_ARENA_MAX"]) settings.add(variable);

  test.for([
    ["fly.toml", /^ {2}([A-Z][A-Z_]+) = /gm],
    ["deploy/helm/tap-or-tarp/values.yaml", /^ {2}([A-Z][A-Z_]+): /gm],
    ["deploy/kubernetes/tap-or-tarp.yaml", /(?:^ {2}([A-Z][A-Z_]+): |name: ([A-Z][A-Z_]+),)/gm],
    ["Dockerfile", /^(?:ENV |ARG )(.*)$/gm],
  ] as const)("%s sets only variables that exist", ([path, pattern]) => {
    const names = [...read(path).matchAll(pattern)].flatMap(([, a = "", b = ""]) =>
      path === "Dockerfile" ? a.split(" ").map((pair) => pair.split("=")[0] ?? "") : [a || b],
    );
    expect(names.length).toBeGreaterThan(2);
    expect(names.filter((name) => !settings.has(name))).toEqual([]);
  });

  test("a stop has time to finish everywhere: more than the 30 s it may take", () => {
    expect(Number(/kill_timeout = "(\d+)s"/.exec(read("fly.toml"))?.[1])).toBeGreaterThan(30);
    for (const path of ["deploy/compose.yml", "deploy/compose.instances.yml"])
      expect(Number(/stop_grace_period: (\d+)s/.exec(read(path))?.[1])).toBeGreaterThan(30);
    const values = read("deploy/helm/tap-or-tarp/values.yaml");
    const [grace, preStop] = [/terminationGraceSeconds: (\d+)/, /preStopSeconds: (\d+)/].map((pattern) =>
      Number(pattern.exec(values)?.[1]),
    );
    expect((grace ?? 0) - (preStop ?? 0)).toBeGreaterThan(30);
  });

  test("F32 the container runs as nobody special, in exec form, with a health check", () => {
    const dockerfile = read("Dockerfile");
    expect(dockerfile.match(/^FROM /gm)).toHaveLength(3);
    expect(dockerfile).toMatch(/^USER node$/m);
    expect(dockerfile).toMatch(/^CMD \["node", "--import", "\.\/scripts\/early-signals\.mjs", "server\.ts"\]$/m);
    expect(dockerfile).toContain("HEALTHCHECK");
    expect(dockerfile.slice(dockerfile.lastIndexOf("FROM "))).not.toContain("npm ci");
  });

  test("the cache of compiled code is filled by the user who runs the server: Node keeps each user's in a folder of its own", () => {
    const stage = read("Dockerfile").slice(read("Dockerfile").lastIndexOf("FROM "));
    const places = ["chown node:node compile-cache", "\nUSER node\n", "RUN node scripts/first-life.mjs"].map((text) => stage.indexOf(text));
    expect(places[0]).toBeGreaterThan(0);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  test("an image that is built without a release, as compose builds it, leaves its name to the program, which knows its version", () => {
    expect(read("Dockerfile")).toMatch(/^ARG RELEASE$/m);
    expect(read("Dockerfile")).toMatch(/^ENV .*RELEASE=\$\{RELEASE\}$/m);
    expect(readConfig({ RELEASE: "" }).release).toBeNull();
  });

  test("the image that the manifests name is the one that a release makes: the tag is that of the release, and begins with v", () => {
    const { version } = JSON.parse(read("package.json")) as { version: string };
    expect(read("deploy/helm/tap-or-tarp/Chart.yaml")).toContain(`appVersion: "${version}"`);
    expect(read(".github/workflows/deploy.yml")).toMatch(
      /tags: \["v\*"\][\s\S]*run: echo "name=ghcr\.io\/.*:\$GITHUB_REF_NAME" >> "\$GITHUB_OUTPUT"$/m,
    );
    expect(/image: "\S+:(.*)"/.exec(read("deploy/kubernetes/tap-or-tarp.yaml"))?.[1]).toBe(`v${version}`);
    expect(read("deploy/helm/tap-or-tarp/templates/deployment.yaml")).toContain('default (printf "v%s" .Chart.AppVersion)');
  });

  test("the autoscaler adds a server at the CPU at which the capacity page does, not at that share of what a pod asks for", () => {
    const coreShare = Number(/CPU stays above (\d+) %/.exec(read("docs/capacity.md"))?.[1]) / 100;
    const [values, manifests] = [read("deploy/helm/tap-or-tarp/values.yaml"), read("deploy/kubernetes/tap-or-tarp.yaml")];
    const asked = [/requests: \{ cpu: (\d+)m/.exec(values)?.[1], /requests:\n +cpu: (\d+)m/.exec(manifests)?.[1]];
    const percent = [/cpuPercent: (\d+)/.exec(values)?.[1], /averageUtilization: (\d+)/.exec(manifests)?.[1]];
    const cores = asked.map((milli, place) => (Number(milli) / 1_000) * (Number(percent[place]) / 100));
    expect(cores).toEqual([coreShare, coreShare]);
  });

  test("the manifests have what a cluster needs, and pods that may write nowhere but their volumes", () => {
    const manifests = read("deploy/kubernetes/tap-or-tarp.yaml");
    const kinds = [...manifests.matchAll(/^kind: (\w+)$/gm)].map(([, kind]) => kind);
    const wanted = [
      "Deployment",
      "Service",
      "ConfigMap",
      "Secret",
      "HorizontalPodAutoscaler",
      "PodDisruptionBudget",
      "Ingress",
      "NetworkPolicy",
    ];
    expect(wanted.filter((kind) => !kinds.includes(kind))).toEqual([]);
    for (const line of [
      "readOnlyRootFilesystem: true",
      "runAsNonRoot: true",
      "allowPrivilegeEscalation: false",
      "readinessProbe:",
      "livenessProbe:",
      "preStop:",
    ]) {
      expect(manifests).toContain(line);
    }
  });

  test("F23 Fly.io: a volume where the data goes, a check of readiness, limits that fit the program's, and no name that machines would share", () => {
    const fly = read("fly.toml");
    const value = (name: string) => new RegExp(`^ *${name} = "?([^"\\n]+)"?$`, "m").exec(fly)?.[1];
    expect(value("destination")).toBe(value("DATA_DIR"));
    expect(value("internal_port")).toBe(value("PORT"));
    expect(/^\[metrics\]\n {2}port = (\d+)/m.exec(fly)?.[1]).toBe(value("METRICS_PORT"));
    expect(fly).toMatch(/\[\[http_service\.checks\]\]\n {4}method = "GET"\n {4}path = "\/ready"/);
    expect([value("force_https"), value("auto_stop_machines"), value("type")]).toEqual(["true", "off", "connections"]);
    expect(Number(value("soft_limit"))).toBeLessThan(Number(value("hard_limit")));
    expect(Number(value("hard_limit"))).toBeLessThanOrEqual(Number(value("LIMIT_CONNECTIONS")));
    // Each machine draws a name at its start: one that is written here would be that of all.
    expect(value("INSTANCE_ID")).toBeUndefined();
  });

  test("F36 compose: server, Redis that keeps what it acknowledged, Prometheus and Grafana, with files that are there and variables that exist", () => {
    const compose = read("deploy/compose.yml");
    const services = compose.slice(compose.indexOf("\nservices:\n"), compose.indexOf("\nvolumes:\n"));
    expect([...services.matchAll(/^ {2}(\w+):$/gm)].map(([, name]) => name)).toEqual(["server", "redis", "prometheus", "grafana"]);
    expect(services).toContain('"--appendonly", "yes", "--appendfsync", "always", "--maxmemory-policy", "noeviction"');
    expect(services).toMatch(/depends_on:\n {6}redis: \{ condition: service_healthy \}/);
    const mounted = [...services.matchAll(/- (\.\/[^:]+):/g)].map(([, path = ""]) => join(root, "deploy", path));
    expect(mounted.length).toBeGreaterThan(2);
    expect(mounted.filter((path) => !existsSync(path))).toEqual([]);
    for (const path of ["deploy/compose.yml", "deploy/compose.instances.yml"]) {
      const names = [...read(path).matchAll(/(?:^ {6}|^ {2}|[{,] )([A-Z][A-Z_]+): /gm)].map(([, name = ""]) => name);
      expect(names.length).toBeGreaterThan(2);
      expect(names.filter((name) => !settings.has(name) && !name.startsWith("GF_"))).toEqual([]);
    }
  });

  test("the proxy of three servers looks their names up again, and starts without those that are not there: one that died kept it from starting", () => {
    expect(read("deploy/haproxy/haproxy.cfg")).toMatch(/^ {2}default-server .* resolvers names init-addr last,libc,none$/m);
  });

  test("the proxy takes as many connections as the machine lets it, and starts: where 100,000 files were not allowed it ended with an alert", () => {
    const proxy = read("deploy/haproxy/haproxy.cfg");
    expect(proxy).not.toMatch(/^ *maxconn/m);
    expect(proxy).toMatch(/^ {2}fd-hard-limit 100100$/m);
  });

  const chart = ["deploy/helm/tap-or-tarp", "--kube-version", "1.30.0", "--namespace", "tap-or-tarp"];
  // Helm is no Debian package, so it is not asked for in CI: without it the checks above are all there is.
  if (findProgram("helm") !== null) {
    test("helm lint passes and the manifests are the chart's rendering", () => {
      expect(run("helm", ["lint", "deploy/helm/tap-or-tarp"]).status).toBe(0);
      const rendered = run("helm", ["template", "tap-or-tarp", ...chart, "--set", "ingress.enabled=true"]);
      expect(rendered.status).toBe(0);
      expect(read("deploy/kubernetes/tap-or-tarp.yaml").split("\n").slice(2).join("\n")).toBe(rendered.stdout);
    });

    const template = (...sets: string[]) =>
      run("helm", ["template", "tap-or-tarp", ...chart, ...sets.flatMap((assignment) => ["--set", assignment])]);
    const fileVariables = (text: string) =>
      [...text.matchAll(/name: (\w+_FILE), value: (\S+)/g)].map(([, name, path]) => `${name} ${path}`);

    test("the pods name a file for the keys that their secret has, and for no other: a missing one would end the start", () => {
      expect(fileVariables(template("secret.existingSecret=mine").stdout)).toEqual(["REDIS_URL_FILE /secrets/redis-url"]);
      expect(fileVariables(template("secret.existingSecret=mine", "secret.existingKeys={redis-url,admin-token}").stdout)).toEqual([
        "ADMIN_TOKEN_FILE /secrets/admin-token",
        "REDIS_URL_FILE /secrets/redis-url",
      ]);
      expect(fileVariables(template("secret.values.metrics-token=a-token-of-enough-length").stdout)).toEqual([
        "METRICS_TOKEN_FILE /secrets/metrics-token",
        "REDIS_URL_FILE /secrets/redis-url",
      ]);
      const wrong = [
        template("secret.existingSecret=mine", "secret.existingKeys={redis}"),
        template("secret.existingKeys={}", "secret.create=false"),
      ];
      expect(wrong.map(({ status, stderr }) => [status === 0, /key redis/.test(stderr)])).toEqual([
        [false, true],
        [false, true],
      ]);
    });

    test("the pods are made anew when a setting or a secret of the chart changes, and for nothing else: a new token opened nothing until they were", () => {
      const podsOf = (...sets: string[]) => [...template(...sets).stdout.matchAll(/^ {8}checksum\/(\w+: .+)$/gm)].map(([, sum]) => sum);
      const token = (last: string) => `secret.values.metrics-token=a-token-of-enough-length-${last}`;
      const [config, secret] = podsOf(token("1"));
      expect([config, secret]).toEqual([expect.stringMatching(/^config: \w{64}$/), expect.stringMatching(/^secret: \w{64}$/)]);
      expect(podsOf(token("1"), "replicas=3")).toEqual([config, secret]);
      expect(podsOf(token("2"))).toEqual([config, expect.not.stringContaining(secret ?? "")]);
      expect(podsOf(token("1"), "config.LOG_LEVEL=debug")).toEqual([expect.not.stringContaining(config ?? ""), secret]);
    });

    test("a setting that is a bare number in a values file reaches the pods in the digits that the server reads", () => {
      const values = "config: { LIMIT_STORE_QUEUE_BYTES: 67108864, LIMIT_ROOMS: 20000, LOG_LEVEL: debug }";
      const input = { cwd: root, encoding: "utf8", input: values } as const;
      const { stdout } = spawnSync(programPath("helm"), ["template", "tap-or-tarp", ...chart, "-f", "-"], input);
      for (const line of ['LIMIT_STORE_QUEUE_BYTES: "67108864"', 'LIMIT_ROOMS: "20000"', 'LOG_LEVEL: "debug"'])
        expect(stdout).toContain(line);
    });

    test("with SQLite there is one replica, no autoscaler that would make it two, and no Redis", () => {
      const { status, stdout } = template("persistence.enabled=true", "replicas=1");
      expect([status, stdout.includes("kind: HorizontalPodAutoscaler")]).toEqual([0, false]);
      expect(stdout).toMatch(/^ {2}replicas: 1$/m);
      expect(fileVariables(stdout)).toEqual([]);
    });

    test("a pod whose /data outlives it has the name of the one before, by which it finds that one's audit log; others have their own", () => {
      const nameOf = (text: string) => /name: INSTANCE_ID(?:, value: "(.*)" }|\n +valueFrom: (.*))/.exec(text)?.slice(1);
      expect(nameOf(template("persistence.enabled=true", "replicas=1").stdout)).toEqual(["tap-or-tarp", undefined]);
      expect(nameOf(template().stdout)).toEqual([undefined, "{ fieldRef: { fieldPath: metadata.name } }"]);
    });

    test("another secret of the chart's own makes other pods: else those that are there would stay on the Redis of before, and new ones not", () => {
      const pods = (...sets: string[]) => /kind: Deployment[\s\S]*?\n---/.exec(template(...sets).stdout)?.[0];
      expect(pods("secret.values.redis-url=redis://other:6379")).not.toBe(pods());
      expect(pods("secret.existingSecret=mine")).toContain("secretName: mine");
    });

    test("the chart refuses a grace period that ends before the stop does: its time begins with preStop's", () => {
      expect(template("preStopSeconds=10").status).toBe(0);
      expect(template("preStopSeconds=15").stderr).toContain("terminationGraceSeconds");
      expect(template("preStopSeconds=15", "terminationGraceSeconds=50").status).toBe(0);
    });

    test("the chart refuses settings that are its own: its map would have them twice, and the ports and probes would not follow", () => {
      for (const name of ["NODE_ENV", "PORT", "METRICS_PORT", "DATA_DIR"])
        expect(template(`config.${name}=8080`).stderr).toContain(`config may not have ${name}`);
    });

    test("the chart refuses two servers on one SQLite file", () => {
      const refused = run("helm", ["template", "tap-or-tarp", ...chart, "--set", "persistence.enabled=true"]);
      expect([refused.status === 0, refused.stderr]).toEqual([false, expect.stringContaining("one replica alone")]);
    });
  }
});
