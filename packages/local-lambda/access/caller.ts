import type { IncomingHttpHeaders } from 'node:http';

/** Who signed a call: a function's role, whose session is named after the function. */
export interface Caller {
  readonly roleId: string;
  readonly session: string;
}

const SIGNED_BY = /(?:^|Credential=)(AROA[A-Z0-9]+):([^/]*)\//;

/** The role that signed a call, by a header or in a presigned URL. Undefined for anybody else. */
export function callerOf(request: {
  readonly headers: Pick<IncomingHttpHeaders, 'authorization'>;
  readonly url?: string | undefined;
}): Caller | undefined {
  const { headers, url = '' } = request;
  const presigned = () => URL.parse(url, 'http://local')?.searchParams.get('X-Amz-Credential');
  const [, roleId, session] = SIGNED_BY.exec(headers.authorization ?? presigned() ?? '') ?? [];
  return roleId === undefined || session === undefined ? undefined : { roleId, session };
}
