import { useText } from '@/ui/text';
import { noSettings, type CellProps, type FieldKind } from './kind';
import './fields.css';

/** What the page says between the fields. It has no value; the definition holds the words. */
function StaticText({ field }: Pick<CellProps, 'field'>) {
  const text = useText();
  return <p className="static-text">{text(field.text)}</p>;
}

export const staticText: FieldKind = {
  type: 'static', icon: 'note', Input: StaticText, Cell: () => null, Settings: noSettings, wide: true, automatic: true, ownLabel: true, filters: [],
};
