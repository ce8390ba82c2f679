import { noSettings, type CellProps, type FieldKind, type InputProps } from './kind';
import { LineInput } from './LineInput';

function EmailInput({ field: _field, path: _path, ...rest }: InputProps) {
  return <LineInput {...rest} mode="email" maxLength={254} placeholder="name@example.com" />;
}

function EmailCell({ value }: CellProps) {
  if (typeof value !== 'string' || value === '') return null;
  return (
    <a href={`mailto:${encodeURIComponent(value).replace('%40', '@')}`} onClick={(e) => e.stopPropagation()}>
      {value}
    </a>
  );
}

export const email: FieldKind = {
  type: 'email', icon: 'mail', Input: EmailInput, Cell: EmailCell, Settings: noSettings, links: true, filters: ['contains', 'is', 'isNot', 'empty', 'notEmpty'],
};
