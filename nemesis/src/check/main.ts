import { checkFile, pickLines } from './checkFile.ts';

/*
 * node --import tsx -C @trialogue/source nemesis/src/check/main.ts history.jsonl [--json]
 *
 * Prints what is wrong with a history, each anomaly with the fewest lines that show it. Ends with 1 when there is one,
 * with 2 when the file is no history.
 */

const LONGEST = 400;
const cut = (text: string) => (text.length > LONGEST ? `${text.slice(0, LONGEST)} …` : text);

async function check(path: string, isJson: boolean): Promise<number> {
  const verdict = await checkFile(path);
  const { anomalies, ...counts } = verdict;
  if (isJson) process.stdout.write(`${JSON.stringify(verdict)}\n`);
  else {
    const lines = await pickLines(path, new Set(anomalies.flatMap(({ witness }) => witness)));
    process.stdout.write(
      `${Object.entries(counts)
        .map(([name, count]) => `${count} ${name}`)
        .join(', ')}\n`,
    );
    for (const { name, invariant, count, says, witness } of anomalies) {
      process.stdout.write(`\n${name}(${invariant}) × ${count}: ${says}\n`);
      for (const line of witness) process.stdout.write(`  ${line}: ${cut(lines.get(line) ?? '')}\n`);
    }
    if (anomalies.length === 0) process.stdout.write('No anomaly.\n');
  }
  return anomalies.length === 0 ? 0 : 1;
}

const [path, flag] = process.argv.slice(2);
try {
  if (path === undefined) throw new Error('Which history? Expected: check/main.ts <file of JSON lines> [--json]');
  process.exitCode = await check(path, flag === '--json');
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
