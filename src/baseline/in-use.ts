// How proofs are tried on a machine in use, where nobody has put what the attempts of a VM test look for.

import type { InUse } from "../model/proof.ts";

/** A path that leads inside to something else than outside, or nowhere. */
export const elsewhere = (path: string): InUse => ({ attempt: ["same", path], must: "none" });

/** A local socket that nobody reaches inside; a user's service may have no such sockets at all. */
export const unreachable = (path: string): InUse => ({
  attempt: ["connect-local", path],
  must: ["ENOENT", "EAFNOSUPPORT"],
});

/** A file system that is mounted read-only inside. */
export const readOnly = (path: string): InUse => ({
  attempt: ["read-only", path],
  must: "yes",
  bare: "no",
});

/** A path where something is mounted inside: the kernel moves no such path. */
export const mountedAt = (path: string, how: "read-only" | "writable"): InUse => ({
  attempt: ["mounted", path],
  must: how,
  bare: "none",
});
