/**
 * A request that deletes many objects of S3 is answered by 200 for all together: those that a role may not delete stay, and
 * the answer names them. https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
 */
import { escaped, LISTED, listedObject } from '../emulators/object-xml.ts';
import { type ObjectCall, onObject } from './object-calls.ts';
import type { Asked } from './permissions.ts';

export const deletesMany = ({ method, key, query }: ObjectCall) =>
  method === 'POST' && key === '' && query['delete'] !== undefined;

/** What is left of the request's XML, and the XML of what stays. `refused` gives the XML of a refusal. */
export function withoutRefused(
  xml: string,
  bucket: string,
  refused: (asked: Asked) => string | undefined,
): { left: string; errors: string } {
  let errors = '';
  const left = xml.replaceAll(LISTED, (whole, object: string) => {
    const { key, versionId } = listedObject(object);
    const action = versionId === undefined ? 's3:DeleteObject' : 's3:DeleteObjectVersion';
    const refusal = refused(onObject(action, bucket, key));
    if (refusal === undefined) return whole;
    const version = versionId === undefined ? '' : `<VersionId>${versionId}</VersionId>`;
    errors += `<Error><Key>${escaped(key)}</Key>${version}${refusal}</Error>`;
    return '';
  });
  return { left, errors };
}

/** Adds what stays to the answer about what was deleted. */
export function withErrors(answer: string, errors: string): string {
  return answer
    .replace('<DeleteResult/>', '<DeleteResult></DeleteResult>')
    .replace('</DeleteResult>', () => `${errors}</DeleteResult>`);
}
