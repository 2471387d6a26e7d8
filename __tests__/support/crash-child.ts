// A small process for crash.test.ts: wires the last words as the server does, then breaks in the way its first argument says.
import { realAmbient } from "../../lib/ops/ambient.ts";
import { createCrash, watchProcess } from "../../lib/ops/crash.ts";
import { openLog } from "../../lib/ops/log.ts";
import { noReporter, sentryReporter } from "../../lib/ops/report.ts";

const [how = "", dsn = ""] = process.argv.slice(2);
const ambient = realAmbient();
const log = openLog({ level: "info", pretty: false, base: { instance: "child" } });
const reporter =
  dsn === "" ? noReporter() : await sentryReporter({ dsn, release: "test@1", environment: "test", instanceId: "child", ambient });
watchProcess(process, createCrash({ ambient, log, reporter, base: { instance: "child" }, exit: (code) => process.exit(code) }));
ambient.every(1000, () => undefined);

log.info({}, "about to break");
if (how === "throw") {
  ambient.after(0, () => {
    throw new Error("planted throw with token=hunter2hunter2");
  });
} else if (how === "reject") {
  void Promise.reject(new Error("planted rejection"));
} else if (how === "odd") {
  void Promise.reject("not an error");
}
