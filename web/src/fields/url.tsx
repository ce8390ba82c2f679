import { noSettings, type CellProps, type FieldKind, type InputProps } from './kind';
import { LineInput } from './LineInput';

function UrlInput({ field: _field, path: _path, ...rest }: InputProps) {
  return <LineInput {...rest} mode="url" maxLength={2000} placeholder="https://" />;
}

/** Only web addresses become links, whatever a draft or an older release holds. */
function UrlCell({ value }: CellProps) {
  if (typeof value !== 'string' || value === '') return null;
  if (!/^https?:\/\/[^\s\\]+$/i.test(value)) return <>{value}</>;
  return (
    <a href={value} target="_blank" rel="noopener noreferrer nofollow" onClick={(e) => e.stopPropagation()}>
      {value.replace(/^https?:\/\//i, '').replace(/\/$/, '')}
    </a>
  );
}

export const url: FieldKind = {
  type: 'url', icon: 'link', Input: UrlInput, Cell: UrlCell, Settings: noSettings, links: true, filters: ['contains', 'is', 'isNot', 'empty', 'notEmpty'],
};
