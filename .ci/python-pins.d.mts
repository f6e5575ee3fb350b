export const FILES: readonly string[];
export function problemsOf(text: string): string[];
