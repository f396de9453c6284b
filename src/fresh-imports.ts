// A hook for module resolution: if a fresh module (`loadDefaultExport`) imports a module of the author's own, that
// is loaded again, too. The mark is in the URL and passes from importer to import, because Node
// keeps one module per URL and cannot forget it. The library and packages are loaded once.

import type { ResolveHook } from "node:module";

const libraryUrl = new URL(".", import.meta.url).href;

export const resolve: ResolveHook = async (specifier, context, next) => {
  const result = await next(specifier, context);
  const mark = context.parentURL && new URL(context.parentURL).searchParams.get("fresh");
  if (!mark || !isOwn(result.url)) return result;
  const url = new URL(result.url);
  url.searchParams.set("fresh", mark);
  return { ...result, url: url.href };
};

function isOwn(url: string): boolean {
  return url.startsWith("file:") && !url.includes("/node_modules/") && !url.startsWith(libraryUrl);
}
