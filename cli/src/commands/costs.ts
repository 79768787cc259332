import { formatUsd } from '../format-usd.js';
import { GatewayClient } from '../gateway-client.js';
import { formatTable } from '../print-table.js';
import { gatewayUrl } from '../stack/stack-file.js';

/** `tapeline costs`: what was received and paid for, by month, dataset and schema. */
export async function costs(options: { readonly json?: boolean }): Promise<void> {
  const answer = await new GatewayClient(gatewayUrl()).costs();
  if (options.json) {
    console.log(JSON.stringify(answer));
    return;
  }
  if (answer.costs.length > 0) {
    const columns = [
      'month',
      'dataset',
      'schema',
      'responses',
      'cut',
      'records',
      'twice',
      'bytes',
      'price',
    ];
    const rows = answer.costs.map((row) => [
      row.month,
      row.dataset,
      row.schema,
      row.responses,
      row.cut,
      row.records,
      row.repeated,
      row.bytes,
      formatUsd(row.usd),
    ]);
    console.log(formatTable(columns, rows));
  }
  const spent = formatUsd(answer.spent_usd);
  console.log(
    `${answer.month}: ${spent} spent, ${formatUsd(answer.committed_usd)} quoted for jobs under way`,
  );
}
