export const LAYERS: Readonly<Record<string, readonly string[]>>;
export function layerOf(path: string): string;
export function importsOf(path: string, source: string): string[];
export function violations(sources: Iterable<readonly [path: string, source: string]>): string[];
export function drawing(): string;
