// The site in a real browser, from file://: search, filter, permalinks, no message on the console, no request to
// elsewhere, nothing that axe-core finds, at two widths, in light and dark.

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { AxeResults } from "axe-core";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { createSite } from "../../tools/site/site.ts";
import { lacking } from "../support/lacking.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const program = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
const isMissing = !existsSync(program);
const note = lacking(isMissing ? ["chromium"] : []);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let browser: Browser;
let directory: string;
let complaints: string[];

beforeAll(async () => {
  if (isMissing) return;
  directory = mkdtempSync(join(tmpdir(), "site-"));
  for (const { path, text } of (await createSite(root)).files) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  }
  browser = await chromium.launch({ executablePath: program, args: ["--no-sandbox"] });
});

afterAll(async () => {
  if (isMissing) return;
  await browser.close();
  rmSync(directory, { recursive: true });
});

/** Opens a page, and collects what the browser says and what it asks of others. */
async function open(path: string, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  complaints = [];
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => {
    if (!request.url().startsWith("file:")) complaints.push(request.url());
  });
  const [file = "", query = ""] = path.split(/(?=[?#])(.*)/);
  await page.goto(`${pathToFileURL(join(directory, file)).href}${query}`);
  return page;
}

/** Types into the search, a key at a time; the milliseconds that each key took. */
async function type(page: Page, text: string): Promise<readonly number[]> {
  const form = page.locator("form.search");
  const times: number[] = [];
  await form.locator("input").focus();
  for (const [index, key] of text.split(/(?!^)/).entries()) {
    await page.keyboard.type(key);
    const query = text.slice(0, index + 1).trim();
    await page.locator(`form.search[data-query="${query}"]`).waitFor();
    times.push(Number(await form.getAttribute("data-ms")));
  }
  return times;
}

describe.skipIf(isMissing)(`in a browser${note}`, () => {
  test.each([
    [
      "telegram.allowFrom",
      "providers.telegram.allowFrom",
      "options.html#providers.telegram.allowFrom",
    ],
    ["ssh keys homes", "homes", "promises.html#homes"],
    ["reverse proxy", "A reverse proxy on the same machine", "guides/guides.html#"],
    [
      "no model can be used",
      "no model can be used without a credential",
      "guides/troubleshooting.html#",
    ],
    ["channels discord token", "channels.discord.token", "settings/channels.discord.html#"],
    ["telegarm", "providers.telegram.enable", "options.html#"],
  ])("the search for %s finds %s", async (query, title, address) => {
    const page = await open("index.html");
    await type(page, query);
    const result = page.locator("[role=option]", { has: page.getByText(title, { exact: true }) });
    expect(await result.first().getAttribute("data-href")).toContain(address);
    expect(complaints).toEqual([]);
  });

  test("Enter goes to the chosen result, arrows choose, Escape closes", async () => {
    const page = await open("guides/secrets.html");
    await page.keyboard.press("/");
    await type(page, "gateway.port");
    const chosen = page.locator("[role=option][aria-selected=true]");
    const first = await chosen.getAttribute("data-href");
    await page.keyboard.press("ArrowDown");
    expect(await chosen.getAttribute("data-href")).not.toBe(first);
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Escape");
    expect(await page.locator("[role=listbox]").isVisible()).toBe(false);
    await page.keyboard.press("ArrowDown");
    await page.locator("[role=listbox]").waitFor();
    await page.keyboard.press("Enter");
    await page.waitForURL(/options\.html#gateway\.port$/);
    expect(complaints).toEqual([]);
  });

  test("a key costs at most 50 ms, with all settings in the index", async () => {
    const page = await open("index.html");
    const queries = ["channels telegram groups", "confinement", "a model in the local network"];
    for (const query of queries) {
      // The machine may be busy with something else for a moment: the best of three counts.
      const runs: (readonly number[])[] = [];
      for (let run = 0; run < 3; run += 1) {
        await page.locator("form.search input").fill("");
        runs.push(await type(page, query));
      }
      const best = query
        .split(/(?!^)/)
        .map((_, index) => Math.min(...runs.map((run) => run[index] ?? 0)));
      expect(Math.max(...best), query).toBeLessThanOrEqual(50);
    }
  });

  test("the filter hides the options of other platforms, and is in the address", async () => {
    const page = await open("options.html");
    const configPath = page.locator("article[id='configPath']");
    const uid = page.locator("article[id='uid']");
    expect(await uid.isVisible()).toBe(true);
    await page.getByLabel("NixOS", { exact: true }).check();
    expect(await uid.isVisible()).toBe(false);
    expect(await configPath.isVisible()).toBe(true);
    expect(page.url()).toContain("platform=nixos");
    const again = await open("options.html?platform=darwin");
    expect(await again.locator("article[id='configPath']").isVisible()).toBe(false);
    expect(await again.locator("article[id='uid']").isVisible()).toBe(true);
  });

  test("a permalink shows its option", async () => {
    const page = await open("options.html#confinement.egress");
    const box = await page.locator("article[id='confinement.egress']").boundingBox();
    expect(box?.y).toBeGreaterThanOrEqual(0);
    expect(box?.y).toBeLessThan(300);
  });

  test("without JavaScript everything can be read and filtered, and there is no dead search", async () => {
    const page = await open("options.html", { javaScriptEnabled: false });
    expect(await page.locator("form.search").isVisible()).toBe(false);
    await page.getByLabel("nix-darwin", { exact: true }).check();
    expect(await page.locator("article[id='configPath']").isVisible()).toBe(false);
    expect(await page.locator("article[id='uid']").isVisible()).toBe(true);
  });

  const paths = [
    "index.html",
    "options.html",
    "promises.html",
    "settings/index.html",
    "settings/gateway.html",
    "guides/index.html",
    "guides/quick-start.html",
    "guides/troubleshooting.html",
    "guides/migration.html",
  ];
  // The pages share their colours and their frame, so some are enough for the second view.
  const views = [
    [380, "light", paths],
    [1280, "dark", paths.filter((path) => /^(index|options|guides\/quick-start)/.test(path))],
  ] as const;

  describe.each(views)("%s pixels, %s", (width, colorScheme, ofView) => {
    test.each(ofView)(
      "%s: axe-core finds nothing, and nothing is wider than the page",
      async (path) => {
        const page = await open(path, { viewport: { width, height: 800 }, colorScheme });
        await page.evaluate(axe);
        const results = await page.evaluate<AxeResults>("axe.run({ preload: false })");
        const found = results.violations.map(({ id, nodes }) => ({
          id,
          nodes: nodes
            .slice(0, 3)
            .map(({ html, failureSummary }) => `${html} ${failureSummary ?? ""}`),
        }));
        expect(found).toEqual([]);
        const excess = await page
          .locator("html")
          .evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth);
        expect(excess).toBe(0);
        expect(complaints).toEqual([]);
        await page.context().close();
      },
    );
  });
});
