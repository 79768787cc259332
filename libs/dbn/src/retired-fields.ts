import type { DbnVersion, SchemaName } from '@tapeline/records';

/** A field of older versions that version 3 dropped, and what "not set" is there, low byte first. */
export interface RetiredField {
  readonly name: string;
  readonly offset: number;
  readonly unset: readonly number[];
}

const UNDEF_PRICE_BYTES = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f];
const field = (name: string, offset: number, unset: readonly number[]) => ({ name, offset, unset });

const NONE: readonly RetiredField[] = [];

const DEFINITION: Readonly<Record<DbnVersion, readonly RetiredField[]>> = {
  1: [
    field('trading_reference_price', 80, UNDEF_PRICE_BYTES),
    field('trading_reference_date', 176, [0xff, 0xff]),
    field('md_security_trading_status', 343, [0xff]),
    field('settl_price_type', 346, [0xff]),
  ],
  2: [
    field('trading_reference_price', 80, UNDEF_PRICE_BYTES),
    field('trading_reference_date', 176, [0xff, 0xff]),
    field('md_security_trading_status', 376, [0xff]),
    field('settl_price_type', 379, [0xff]),
  ],
  3: NONE,
};

/** Fields that records of the version have, but canonical columns do not: written as "not set". */
export function retiredFields(schema: SchemaName, version: DbnVersion): readonly RetiredField[] {
  return schema === 'definition' ? DEFINITION[version] : NONE;
}
