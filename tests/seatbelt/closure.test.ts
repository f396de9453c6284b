// The real bash runs the script that replaces the whole store by the closure of a service.

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

import { withTemporaryDir } from "../support/tools.ts";
import { compileProfile, decide } from "./evaluator.ts";
import { closureScript, daemon, isMissing, renderProfiles, titled } from "./profiles.ts";
import { requestOf } from "./request.ts";

interface Built {
  readonly status: number | null;
  readonly stderr: string;
  readonly profile: string;
}

/** Runs the build of a profile, with Nix's variables. */
function build(profile: string, paths: readonly string[]): Built {
  const { script } = closureScript();
  return withTemporaryDir((directory) => {
    const file = (name: string): string => join(directory, name);
    writeFileSync(file("profile"), profile);
    writeFileSync(file("store-paths"), paths.map((path) => `${path}\n`).join(""));
    const { status, stderr } = spawnSync("bash", ["--norc", "-euc", script], {
      encoding: "utf8",
      env: {
        PATH: process.env["PATH"],
        name: "it.sb",
        profilePath: file("profile"),
        storePaths: file("store-paths"),
        out: file("out"),
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    return {
      status,
      stderr,
      profile: existsSync(file("out")) ? readFileSync(file("out"), "utf8") : "",
    };
  });
}

describe.skipIf(isMissing)(titled("the profile of a closure"), () => {
  const store = !isMissing ? closureScript().store : "/nix/store";
  const node = `${store}/abc-node-24`;
  const bash = `${store}/bbb-bash`;
  const [whole = "", named = ""] = !isMissing
    ? renderProfiles([daemon, { ...daemon, storePaths: [node, bash] }])
    : [];

  it("is the one that names these paths from the start", () => {
    expect(build(whole, [node, bash])).toEqual({ status: 0, stderr: "", profile: named });
  });

  it.each([
    [`file-read-data`, `${node}/bin/node`, "allow"],
    [`process-exec`, `${bash}/bin/bash`, "allow"],
    [`file-read-data`, `${store}/ccc-secret/config.json`, "deny"],
    [`process-exec`, `${store}/ccc-nmap/bin/nmap`, "deny"],
    [`file-map-executable`, `${store}/ccc-lib/lib/x.dylib`, "deny"],
    [`file-read-data`, store, "deny"],
  ])("%s %s: %s", (operation, subject, want) => {
    const profile = compileProfile(build(whole, [node, bash]).profile);
    expect(decide(profile, requestOf(operation, subject))).toBe(want);
  });

  it.each([
    [0, whole.replace(`(subpath "${store}")`, '(subpath "/other/store")')],
    [2, `${whole}(allow file-read* (literal "/a")\n  (subpath "${store}"))\n`],
  ])("is not made of a profile that names the store %i times", (times, profile) => {
    expect(build(profile, [node])).toMatchObject({
      status: 1,
      stderr: `it.sb has to name the store once, not ${String(times)} times\n`,
    });
  });
});
