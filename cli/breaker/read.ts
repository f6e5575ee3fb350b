import { breakersTable, listBreakers } from '../../aws/breakers-table.ts';
import { resourceName } from '../../lib/config/stage-config.ts';
import { hastyTableNamed, tableNamed } from '../clients.ts';
import { explained } from '../target.ts';

export const breakersTableOf = (stage: string) => resourceName(stage, 'breakers');

/** All breakers of a stage, including the switches of plugins. @throws as `openTarget` does */
export function readBreakers(stage: string): ReturnType<typeof listBreakers> {
  const table = breakersTableOf(stage);
  return listBreakers(tableNamed(table)).catch((error: unknown) => {
    throw explained(error, `table ${table}`);
  });
}

/** One, undefined if it does not exist. @throws as `openTarget` does */
export async function readBreaker(stage: string, service: string) {
  const table = breakersTableOf(stage);
  try {
    return await breakersTable(hastyTableNamed(table)).load(service);
  } catch (error) {
    throw explained(error, `table ${table}`);
  }
}
