// How many CPUs this process may use: the scheduler's mask and the container's quota together.
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";

/**
 * The number of CPUs that this process may use, at least 1: the CPUs it may be scheduled on, limited by the quota of
 * its control group (Linux, versions 1 and 2). A quota of 1.5 CPUs counts as 1, as libuv counts it since 1.49.
 */
export function availableCpus(): number {
  return limitedCpus(availableParallelism(), quotaCpus());
}

/** What the log tells where the container's quota, and not the machine, made the number of nodes what it is. */
export function quotaNote(nodes: number): string | undefined {
  return describeQuota(nodes, availableParallelism(), quotaCpus());
}

/** Pure: the same for what is given. */
export function describeQuota(nodes: number, cpus: number, quota: number | undefined): string | undefined {
  if (quota === undefined || quota >= cpus || nodes !== limitedCpus(cpus, quota)) return undefined;
  return `nodes: ${nodes}, as the quota of this control group is ${Number(quota.toFixed(2))} of ${cpus} CPUs`;
}

/** The CPUs left of `cpus` under a quota in CPUs, `undefined` for none; a whole number, at least 1. */
export function limitedCpus(cpus: number, quota: number | undefined): number {
  return Math.max(1, Math.floor(Math.min(cpus, quota ?? Number.POSITIVE_INFINITY)));
}

/** CPUs that `cpu.max` of a version 2 control group grants, such as `"150000 100000"` or `"max 100000"`. */
export function parseCpuMax(text: string): number | undefined {
  const [quota = "", period = ""] = text.trim().split(/\s+/);
  return cpusOf(quota, period);
}

/** CPUs that `cpu.cfs_quota_us` and `cpu.cfs_period_us` of a version 1 control group grant; a quota of -1 is none. */
export function parseCfsQuota(quota: string, period: string): number | undefined {
  return cpusOf(quota.trim(), period.trim());
}

/** The folders of this process' control group in /proc/self/cgroup, from its own up to the root, for one hierarchy. */
export function groupFolders(procSelfCgroup: string, hierarchy: "unified" | "cpu"): string[] {
  for (const line of procSelfCgroup.split("\n")) {
    const [id, controllers = "", ...path] = line.split(":");
    const wanted = hierarchy === "unified" ? id === "0" && controllers === "" : controllers.split(",").includes("cpu");
    if (wanted) return ancestors(path.join(":"));
  }
  return ["/"];
}

function cpusOf(quota: string, period: string): number | undefined {
  const cpus = Number(quota) / Number(period);
  return Number.isFinite(cpus) && cpus > 0 ? cpus : undefined;
}

function ancestors(path: string): string[] {
  const parts = path.split("/").filter((part) => part !== "");
  return [...parts.map((_, depth) => `/${parts.slice(0, parts.length - depth).join("/")}`), "/"];
}

/** A group is bound by its own quota and by those of all groups around it: the smallest holds. */
function quotaCpus(): number | undefined {
  const membership = readText("/proc/self/cgroup") ?? "";
  const quotas = [
    ...groupFolders(membership, "unified").map((folder) =>
      parseCpuMax(readText(`/sys/fs/cgroup${folder}/cpu.max`) ?? ""),
    ),
    ...groupFolders(membership, "cpu").map((folder) =>
      parseCfsQuota(
        readText(`/sys/fs/cgroup/cpu${folder}/cpu.cfs_quota_us`) ?? "",
        readText(`/sys/fs/cgroup/cpu${folder}/cpu.cfs_period_us`) ?? "",
      ),
    ),
  ].filter((quota) => quota !== undefined);
  return quotas.length === 0 ? undefined : Math.min(...quotas);
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
