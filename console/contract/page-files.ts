/**
 * What the server serves as the page. `console/page/bundle.ts` exports `bundlePage(): Promise<PageFiles>`, which
 * bundles the page in memory when a console starts, so that nobody builds anything and nothing is ever stale.
 *
 * The page is served under this policy: no inline script or style element (a style set by script is one of the
 * DOM and allowed), no `eval`, nothing of another origin.
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

/** By path: `/` is the page itself, `/page.js`, `/page.css`, `/icon.svg`. */
export type PageFiles = ReadonlyMap<string, PageFile>;
