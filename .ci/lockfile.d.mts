export function problemsOf(
  lockfile: { lockfileVersion: number; packages?: Readonly<Record<string, object>> },
  manifest: { allowScripts?: Readonly<Record<string, boolean>>; workspaces?: readonly string[] },
): string[];
