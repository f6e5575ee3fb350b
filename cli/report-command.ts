/** `report`: the figures of a day, by source; computed now from the facts that reporting keeps. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { DayReport } from '../core/report/day-report.ts';
import { dayOf, startOfDay } from '../core/report/utc-day.ts';
import { print, printCsv } from '../terminal/print.ts';

interface Options {
  readonly stage: string;
  readonly day: string;
  readonly csv?: true;
  readonly json?: true;
  readonly html?: string;
  readonly open?: true;
}

export function addReport(program: Command): void {
  const forms = ['csv', 'json', 'html', 'open'];
  const form = (flags: string, description: string) => {
    const option = new Option(flags, description);
    return option.conflicts(forms.filter((name) => name !== option.attributeName()));
  };
  program
    .command('report')
    .description('the figures of a day: endings and latencies by source, reasons, incidents')
    .addOption(
      new Option('--day <day>', 'in UTC, such as 2026-01-31')
        .argParser(day)
        .default(dayOf(Date.now()), 'today'),
    )
    .addOption(form('--csv', 'one row for each source and lane'))
    .addOption(form('--json', 'as one JSON object'))
    .addOption(form('--html <file>', 'write the page into a file'))
    .addOption(form('--open', 'open the page in your browser'))
    .option('--stage <stage>', 'the stage', 'dev')
    .action(report);
}

function day(text: string): string {
  if (startOfDay(text) !== undefined) return text;
  throw new InvalidArgumentError('It must be a day such as 2026-01-31.');
}

async function report(options: Options): Promise<void> {
  const { findReports } = await import('./report/find.ts');
  const { countDay } = await import('../functions/reporting/facts-of-day.ts');
  const { bucketNamed } = await import('./clients.ts');
  const bucket = bucketNamed(await findReports(options.stage));
  const counted = await countDay(bucket, options.day);
  if (options.html !== undefined || options.open) await page(counted.report, options);
  else await show(counted.report, options);
}

async function show(counted: DayReport, { csv, json }: Options): Promise<void> {
  if (json) return print(JSON.stringify(counted));
  if (csv) {
    const { csvOf } = await import('../functions/reporting/report-csv.ts');
    return printCsv(csvOf(counted));
  }
  const { describeDay } = await import('./report/describe.ts');
  print(describeDay(counted));
}

async function page(counted: DayReport, { html, stage }: Options): Promise<void> {
  const { htmlOf } = await import('../functions/reporting/report-html.ts');
  const { showPage, writePage } = await import('./report/page.ts');
  const text = htmlOf(counted, stage);
  const file = html === undefined ? await showPage(counted.day, text) : await writePage(html, text);
  print(file);
}
