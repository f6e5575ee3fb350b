/** The paths of discriminators: the small part of FHIRPath that they may use. */

export type PathStep =
  | { readonly kind: 'member'; readonly name: string }
  | { readonly kind: 'resolve' }
  | { readonly kind: 'extension'; readonly url: string }
  | { readonly kind: 'type'; readonly type: string };

const STEP =
  /^(?:(\$this)|(resolve\(\))|(?:extension\(\s*['"]?([^'")]+)['"]?\s*\))|(?:(?:ofType|as)\(\s*([A-Za-z.]+)\s*\))|([A-Za-z]\w*)(?:\[x\])?)(?:\.|$)/;

/** The steps from the item on; none for the item itself. Undefined if the path is not supported. */
export function parseDiscriminator(path: string): PathStep[] | undefined {
  const steps: PathStep[] = [];
  for (let rest = path.trim(); rest !== ''; ) {
    const match = STEP.exec(rest);
    if (!match) return undefined;
    const [all, isThis, isResolve, url, type, name] = match;
    if (isResolve !== undefined) steps.push({ kind: 'resolve' });
    else if (url !== undefined) steps.push({ kind: 'extension', url });
    else if (type !== undefined) steps.push({ kind: 'type', type: type.replace(/^FHIR\./, '') });
    else if (name !== undefined) steps.push({ kind: 'member', name });
    else if (isThis === undefined) return undefined;
    rest = rest.slice(all.length);
  }
  return steps;
}
