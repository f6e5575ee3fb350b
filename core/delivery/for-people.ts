/**
 * Answers for people with a browser: a login page, a maintenance page, or a test whether there is a browser. Whatever
 * their status, something in front of the FHIR server gave them, and the server knows nothing of the request.
 */

/** XHTML begins with a declaration, and some pages with comments. */
const BEFORE_PAGE = /<\?xml\b[^>]*>\s*|<!--(?:[^-]|-(?!->))*-->\s*/;
const IS_PAGE = new RegExp(
  `^\\s*(?:${BEFORE_PAGE.source})*<(?:!doctype\\s+html|html|head|body)\\b`,
  'i',
);
const SAYS_HTML = /\bx?html\b/i;
const IS_MARKUP = /^\s*</;

/**
 * AWS WAF puts a client to the test by 202 and this header. Who asks for no page gets no body.
 * https://docs.aws.amazon.com/waf/latest/developerguide/waf-captcha-and-challenge-actions.html
 */
const WAF_TEST = 'x-amzn-waf-action';

export function isForPeople(body: string, headers: Pick<Headers, 'get'>): boolean {
  if (headers.get(WAF_TEST) !== null || IS_PAGE.test(body)) return true;
  // It may be the script of a page. Some servers say HTML of whatever they send, even of JSON.
  return SAYS_HTML.test(headers.get('content-type') ?? '') && IS_MARKUP.test(body);
}
