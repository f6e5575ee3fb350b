/** Glue's API uses CloudFormation's own names. */
import { GetDatabaseCommand, GetTableCommand } from '@aws-sdk/client-glue';
import { z } from 'zod';
import { type LiveProperties, NAME } from './live-property.ts';

const named = z.object({ Name: z.string() });

/** By the name in its input. */
export const DATABASE: LiveProperties = {
  CatalogId: NAME,
  DatabaseInput: {
    read: async ({ glue }, _, wanted) => {
      const { Name } = named.parse(wanted);
      return (await glue.send(new GetDatabaseCommand({ Name }))).Database;
    },
  },
};

/** By its database, and the name in its input. */
export const GLUE_TABLE: LiveProperties = {
  CatalogId: NAME,
  DatabaseName: NAME,
  TableInput: {
    read: async ({ glue }, DatabaseName, wanted) => {
      const { Name } = named.parse(wanted);
      return (await glue.send(new GetTableCommand({ DatabaseName, Name }))).Table;
    },
  },
};
