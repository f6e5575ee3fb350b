export function problemsOf(
  sbom: {
    bomFormat?: string;
    components?: readonly {
      purl: string;
      hashes?: readonly { alg: string; content: string }[];
    }[];
  },
  lockfile: { packages: Readonly<Record<string, object>> },
): string[];
