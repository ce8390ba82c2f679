import { bool } from './bool';
import { date } from './date';
import { datetime } from './datetime';
import type { FieldKind } from './kind';
import { longtext } from './longtext';
import { register } from './lookup';
import { money } from './money';
import { multiselect } from './multiselect';
import { number } from './number';
import { percent } from './percent';
import { reference } from './reference';
import { select } from './select';
import { table } from './table';
import { text } from './text';
import { user } from './user';

/** Every field type, in the order of the palette. A new type is a file and a line here. */
export const kinds: FieldKind[] = [text, longtext, number, money, percent, bool, date, datetime, select, multiselect, user, reference, table];

register(kinds);

export { kindOf } from './lookup';
