/** Never loads; writes its process id to a file that the settings name. */
import { writeFileSync } from 'node:fs';

const { pidFile } = JSON.parse(process.argv[2] ?? '');
writeFileSync(pidFile, String(process.pid));
process.on('disconnect', () => process.exit());
