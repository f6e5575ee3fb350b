/** Never loads; says in a file, named by the settings, which process it is. */
import { writeFileSync } from 'node:fs';

const { pidFile } = JSON.parse(process.argv[2] ?? '');
writeFileSync(pidFile, String(process.pid));
process.on('disconnect', () => process.exit());
