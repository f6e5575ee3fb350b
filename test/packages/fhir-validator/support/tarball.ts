/** A `.tgz` like those of npm: JSON files under `package/`. */
import { gzipSync } from 'node:zlib';

const BLOCK = 512;

export function tarball(files: Readonly<Record<string, unknown>>): Buffer {
  const entries = Object.entries(files).flatMap(([name, content]) => {
    const bytes = Buffer.from(typeof content === 'string' ? content : JSON.stringify(content));
    const rest = Buffer.alloc((BLOCK - (bytes.length % BLOCK)) % BLOCK);
    return [header(`package/${name}`, bytes.length), bytes, rest];
  });
  return gzipSync(Buffer.concat([...entries, Buffer.alloc(2 * BLOCK)]));
}

function header(path: string, size: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  block.write(path, 0, 100);
  block.write('0000644\0', 100);
  block.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
  block.write('0', 156);
  block.write('ustar\0', 257);
  return block;
}

/** Files of a package with one value set, so that it has a definition. */
export function packageFiles(
  name: string,
  version: string,
  dependencies: Readonly<Record<string, string>> = {},
) {
  const url = `http://example.org/${name}`;
  return {
    'package.json': { name, version, fhirVersions: ['4.0.1'], dependencies },
    'ValueSet-a.json': { resourceType: 'ValueSet', url, version, status: 'active' },
  };
}
