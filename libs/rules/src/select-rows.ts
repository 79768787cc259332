/** Positions at which `mask` has the value `wanted`. */
export function selectRows(mask: Uint8Array, wanted: 0 | 1): Uint32Array {
  let count = 0;
  for (let row = 0; row < mask.length; row++) if (mask[row] === wanted) count++;
  const rows = new Uint32Array(count);
  for (let row = 0, at = 0; row < mask.length; row++) if (mask[row] === wanted) rows[at++] = row;
  return rows;
}
