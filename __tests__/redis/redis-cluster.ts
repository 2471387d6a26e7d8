// A real Redis Cluster of a test's own: three nodes on loopback that share the slots, without replicas.
import { eventually } from "./instances.ts";
import { freePort, TestRedis } from "./redis-server.ts";

const slotCount = 16_384;
const nodeCount = 3;

export class TestCluster {
  readonly nodes: readonly TestRedis[];
  /** Slots of each: the first node has the first of them. */
  readonly share = Math.ceil(slotCount / nodeCount);

  private constructor(nodes: readonly TestRedis[]) {
    this.nodes = nodes;
  }

  /** The address servers are given: all nodes. */
  get url(): string {
    return this.nodes.map(({ url }) => url).join(",");
  }

  static async start(): Promise<TestCluster> {
    const busPorts = await Promise.all(Array.from({ length: nodeCount }, () => freePort()));
    const settings = ["--cluster-enabled", "yes", "--cluster-node-timeout", "1000", "--cluster-require-full-coverage", "no"];
    const nodes = await Promise.all(
      busPorts.map((port) =>
        TestRedis.start({ appendonly: "yes", appendfsync: "always", more: [...settings, "--cluster-port", String(port)] }),
      ),
    );
    const cluster = new TestCluster(nodes);
    const { share } = cluster;
    for (const [place, node] of nodes.entries()) {
      const inside = await node.client();
      await inside.call("CLUSTER", "ADDSLOTSRANGE", place * share, Math.min(slotCount, (place + 1) * share) - 1);
      const [first] = nodes;
      if (place > 0 && first !== undefined) await inside.call("CLUSTER", "MEET", "127.0.0.1", first.port, busPorts[0] as number);
      inside.disconnect();
    }
    await cluster.agreed();
    return cluster;
  }

  /** Waits until every node knows who owns which slot. */
  async agreed(): Promise<void> {
    const isAgreed = async (node: TestRedis) => {
      const inside = await node.client();
      const info = String(await inside.call("CLUSTER", "INFO"));
      inside.disconnect();
      return info.includes("cluster_state:ok") && info.includes(`cluster_slots_ok:${slotCount}`) && info.includes("cluster_known_nodes:3");
    };
    await eventually("the nodes agree", async () => (await Promise.all(this.nodes.map(isAgreed))).every(Boolean), 20_000);
  }

  /** Forgets all keys. */
  async flush(): Promise<void> {
    for (const node of this.nodes) {
      const inside = await node.client();
      await inside.flushall();
      inside.disconnect();
    }
  }

  async end(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.end()));
  }
}
