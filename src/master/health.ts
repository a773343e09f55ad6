// Pure: what a node's heartbeats say about it: well, hung, or due to be replaced.

import type { Beat } from "../protocol.js";
import type { NodeRecord } from "./fleet.js";

export interface HealthLimits {
  /** Milliseconds without a heartbeat after which a node is hung; 0: never. */
  hangTimeout: number;
  /** Bytes; 0: no limit. */
  maxMemory: number;
  /** Milliseconds; 0: no limit. */
  maxLifetime: number;
  /** 0: no limit. */
  maxRequests: number;
}

export interface Vitals {
  servingSince: number;
  lastBeatAt: number;
  beat: Beat | undefined;
  /** 0 to 1, drawn once for each node, so that those which started together do not end together. */
  jitter: number;
}

/** Why a node is replaced while it serves. */
export type RecycleReason = "memory" | "lifetime" | "requests";
export type Verdict = "well" | "hung" | RecycleReason;

export interface Finding {
  node: NodeRecord;
  verdict: Exclude<Verdict, "well">;
}

/** The share by which lifetime and requests of a node may fall short of their limit. */
const JITTER_SHARE = 0.1;

/** The nodes that are not well; one that goes is not due any more, one whose successor has just failed not for a while. */
export function findings(nodes: readonly NodeRecord[], limits: HealthLimits, now: number): Finding[] {
  return nodes.flatMap((node) => {
    const verdict = judge({ ...node, servingSince: node.servingSince ?? now }, limits, now);
    const known = verdict !== "hung" && (node.state !== "serving" || node.due || now < node.notDueBefore);
    return verdict === "well" || known ? [] : [{ node, verdict }];
  });
}

export function judge(vitals: Vitals, limits: HealthLimits, now: number): Verdict {
  const { beat, servingSince, lastBeatAt } = vitals;
  const early = 1 - JITTER_SHARE * vitals.jitter;
  const exceeds = (value: number, limit: number): boolean => limit > 0 && value >= limit;
  if (!beat?.inspected && exceeds(now - lastBeatAt, limits.hangTimeout)) return "hung";
  if (exceeds(beat?.rss ?? 0, limits.maxMemory)) return "memory";
  if (exceeds(now - servingSince, limits.maxLifetime * early)) return "lifetime";
  if (exceeds(beat?.served ?? 0, limits.maxRequests * early)) return "requests";
  return "well";
}

/**
 * When a node counts as heard of last: its silence counts only while the master itself could hear. A master that stood
 * still, or whose clock was set, finds every node silent for as long.
 */
export function heardAt(lastBeatAt: number, now: number, ownPause: number): number {
  return Math.min(now, lastBeatAt + Math.max(0, ownPause));
}
