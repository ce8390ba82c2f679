import { Link } from '@tanstack/react-router';
import { usePeople } from '@/api/people';
import type { RecordItem } from '@/api/types';
import { kindOf } from '@/fields/registry';
import { fieldOf, stageColor, stageOf, type Model } from '@/records/model';
import { Avatar } from '@/ui/Avatar';
import { isMoney, shiftDecimal } from '@/ui/format';
import { Icon } from '@/ui/Icon';
import { useFormat } from '@/ui/locale';
import { useText } from '@/ui/text';

/** One value of a record in a list: a field, or what every record has. */
export function RowCell({ model, row, column }: { model: Model; row: RecordItem; column: string }) {
  const text = useText();
  const format = useFormat();
  const { nameOf } = usePeople();
  const process = model.processOf(row.form);
  switch (column) {
    case 'title':
      return (
        <Link to="/r/$id" params={{ id: row.id }} className="title">
          {row.title || row.number || row.id}
        </Link>
      );
    case 'number':
      return <span className="dim">{row.number}</span>;
    case 'stage': {
      const stage = stageOf(process, row.stage);
      return stage ? (
        <span className="row" style={{ gap: 6, whiteSpace: 'nowrap' }}>
          <i className="dot" style={{ background: stageColor(process, stage) }} />
          {text(stage.name, stage.key)}
          {row.approval ? <Icon name="stamp" size={14} className="acc" label={text(row.approval.step)} /> : null}
        </span>
      ) : null;
    }
    case 'owner':
      return row.owner ? (
        <span className="row" style={{ gap: 6, whiteSpace: 'nowrap' }}>
          <Avatar name={nameOf(row.owner)} />
          {nameOf(row.owner)}
        </span>
      ) : null;
    case 'updatedAt':
    case 'createdAt':
      return (
        <time dateTime={row[column]} title={format.full(row[column])} className="dim" style={{ whiteSpace: 'nowrap' }}>
          {format.moment(row[column])}
        </time>
      );
    case 'since':
    case 'dueAt':
      return row[column] ? <span className="dim">{format.moment(row[column])}</span> : null;
    case 'weighted': {
      const value = row.data[column] ?? (row as unknown as Record<string, unknown>)[column];
      return isMoney(value) ? <>{format.money(value)}</> : null;
    }
    case 'probability': {
      const stage = stageOf(process, row.stage);
      return stage?.probability === undefined ? null : <>{shiftDecimal(String(stage.probability), 0)}%</>;
    }
    default: {
      const field = fieldOf(model.form(row.form), column);
      if (!field) return null;
      const part = row.masked?.[column];
      if (part !== undefined) return <span className="dim">{part}</span>;
      const { Cell } = kindOf(field.type);
      return <Cell field={field} value={row.data[column]} />;
    }
  }
}
