import { address } from './address';
import { attachment } from './attachment';
import { autonumber } from './autonumber';
import { barcode } from './barcode';
import { bool } from './bool';
import { cascade } from './cascade';
import { date } from './date';
import { datetime } from './datetime';
import { duration } from './duration';
import { email } from './email';
import { idcode } from './idcode';
import { image } from './image';
import type { FieldKind } from './kind';
import { register } from './kindOf';
import { location } from './location';
import { longtext } from './longtext';
import { lookupField } from './lookup';
import { money } from './money';
import { multiselect } from './multiselect';
import { number } from './number';
import { percent } from './percent';
import { phone } from './phone';
import { rating } from './rating';
import { reference } from './reference';
import { richtext } from './richtext';
import { role } from './role';
import { rollup } from './rollup';
import { select } from './select';
import { signature } from './signature';
import { slider } from './slider';
import { staticText } from './static';
import { table } from './table';
import { team } from './team';
import { text } from './text';
import { time } from './time';
import { url } from './url';
import { user } from './user';

/** Every field type, in the order of the palette. A new type is a file and a line here. */
export const kinds: FieldKind[] = [
  text, longtext, richtext, phone, email, url, idcode, barcode, autonumber, number, money, percent, duration, rating, slider, select, multiselect, cascade, bool,
  date, datetime, time, user, role, team, reference, lookupField, rollup, table, location, address, attachment, image, signature, staticText,
];

register(kinds);

export { kindOf } from './kindOf';
