// Writes the reports of the public interface into `etc/`, from the built package: each entry with everything that its
// types name. A change of the interface changes a report, so a reviewer sees it. With `--check`, only compares.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Extractor, ExtractorConfig, ExtractorLogLevel } from "@microsoft/api-extractor";
import { z } from "../../src/zod.ts";

const repository = fileURLToPath(new URL("../..", import.meta.url));
const dist = join(repository, "dist");

const packageSchema = z.object({
  exports: z.record(z.union([z.string(), z.object({ types: z.string() })])),
});

/** The declarations of each entry of the built package, by the name of its report. */
function entries(): readonly (readonly [string, string])[] {
  const text = readFileSync(join(dist, "package.json"), "utf8");
  return Object.entries(packageSchema.parse(JSON.parse(text)).exports).flatMap(([name, entry]) =>
    typeof entry === "string"
      ? []
      : [[name === "." ? "nixmodgen" : name.slice("./".length), join(dist, entry.types)] as const],
  );
}

/** @returns the report of an entry */
function reportOf(name: string, declarations: string): string {
  const folder = mkdtempSync(join(tmpdir(), "nixmodgen-api-"));
  try {
    mkdirSync(join(folder, "report"));
    const config = ExtractorConfig.prepare({
      configObjectFullPath: undefined,
      packageJsonFullPath: join(dist, "package.json"),
      configObject: {
        projectFolder: dist,
        mainEntryPointFilePath: declarations,
        compiler: {
          overrideTsconfig: {
            compilerOptions: {
              target: "es2023",
              module: "nodenext",
              types: [],
              strict: true,
              skipLibCheck: true,
            },
            files: [declarations],
          },
        },
        apiReport: {
          enabled: true,
          reportFileName: `${name}.api.md`,
          reportFolder: join(folder, "report"),
          reportTempFolder: join(folder, "temporary"),
          // Types that an entry names and does not export are part of what a user sees.
          includeForgottenExports: true,
        },
        docModel: { enabled: false },
        dtsRollup: { enabled: false },
        tsdocMetadata: { enabled: false },
        messages: {
          // The report shows what it has to say; warnings there are about tags that nobody here uses.
          extractorMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
          tsdocMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
        },
      },
    });
    Extractor.invoke(config, {
      localBuild: true,
      messageCallback: (message) => (message.handled = true),
    });
    return readFileSync(join(folder, "report", `${name}.api.md`), "utf8");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const isCheck = process.argv.includes("--check");
mkdirSync(join(repository, "etc"), { recursive: true });
for (const [name, declarations] of entries()) {
  const file = join(repository, "etc", `${name}.api.md`);
  const report = reportOf(name, declarations);
  if (!isCheck) writeFileSync(file, report);
  else if (readFileSync(file, "utf8") !== report) {
    process.stderr.write(
      `etc/${name}.api.md is not the interface: run \`pnpm api-report\`, and read the change\n`,
    );
    process.exitCode = 1;
  }
}
