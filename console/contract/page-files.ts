/**
 * The files that the server serves as the page. `bundlePage()` in `console/page/bundle.ts` bundles
 * them in memory when a console starts, so there is no build step and no stale bundle.
 *
 * The page is served under this policy: no inline script or style element (styles that a script
 * sets in the DOM are allowed), no `eval`, nothing from another origin.
 */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

export interface PageFile {
  readonly contentType: string;
  readonly body: string | Uint8Array;
}

/** By path: `/` is the page itself, then `/page.js`, `/page.css`, `/icon.svg`. */
export type PageFiles = ReadonlyMap<string, PageFile>;
