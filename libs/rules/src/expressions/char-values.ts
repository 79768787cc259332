/** Letters that Databento documents for its char columns, by column. Columns that are not here take any. */
const ACTIONS = ['A', 'C', 'M', 'R', 'T', 'F', 'N'];
const SIDES = ['A', 'B', 'N'];
const TRISTATE = ['Y', 'N', '~'];
const CLASSES = ['B', 'C', 'F', 'I', 'K', 'M', 'P', 'S', 'T', 'X', 'Y'];

export const CHAR_VALUES: Readonly<Record<string, readonly string[]>> = {
  action: ACTIONS,
  side: SIDES,
  unpaired_side: SIDES,
  leg_side: SIDES,
  is_trading: TRISTATE,
  is_quoting: TRISTATE,
  is_short_sell_restricted: TRISTATE,
  security_update_action: ['A', 'M', 'D'],
  instrument_class: CLASSES,
  leg_instrument_class: CLASSES,
  user_defined_instrument: ['Y', 'N'],
};
