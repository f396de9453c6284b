// A hook for module resolution: what a fresh module (`loadDefaultExport`) imports is fresh, too, if it
// is the author's own. The mark is in the URL, and handed on from importer to import, because Node
// keeps a module for each URL and cannot forget one. The library and packages stay as they are.

import type { ResolveHook } from "node:module";

const librarySource = new URL(".", import.meta.url).href;

export const resolve: ResolveHook = async (specifier, context, next) => {
  const result = await next(specifier, context);
  const mark = context.parentURL && new URL(context.parentURL).searchParams.get("fresh");
  if (!mark || !isOwn(result.url)) return result;
  const url = new URL(result.url);
  url.searchParams.set("fresh", mark);
  return { ...result, url: url.href };
};

function isOwn(url: string): boolean {
  return (
    url.startsWith("file:") && !url.includes("/node_modules/") && !url.startsWith(librarySource)
  );
}
