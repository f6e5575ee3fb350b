/** Texts and lists of objects in the XML of S3. */

export const unescaped = (xml: string) =>
  xml
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&');

export const escaped = (text: string) =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');

/** Each object in the list of a request that deletes many. */
export const LISTED = /<Object>(.*?)<\/Object>/gs;

export interface ListedObject {
  readonly key: string;
  readonly versionId: string | undefined;
}

/** @param xml what is in an `Object` element */
export function listedObject(xml: string): ListedObject {
  const [, key = ''] = /<Key>(.*?)<\/Key>/s.exec(xml) ?? [];
  const [, versionId] = /<VersionId>(.*?)<\/VersionId>/.exec(xml) ?? [];
  return { key: unescaped(key), versionId };
}
