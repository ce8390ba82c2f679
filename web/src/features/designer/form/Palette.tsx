import { useState } from 'react';
import { Input } from 'antd';
import { useTranslation } from 'react-i18next';
import { Icon } from '@/ui/Icon';
import { useThing } from '@/ui/drag';
import type { FieldType } from '@/model/definition';
import { GROUPS, iconOf, useTypeName } from './types';

/** The field types: drag one to its place, or click it to put it after what is selected. */
export function Palette({ onAdd }: { onAdd: (type: FieldType) => void }) {
  const { t } = useTranslation('designer');
  const [query, setQuery] = useState('');
  const typeName = useTypeName();
  const q = query.trim().toLowerCase();
  const shown = GROUPS.map((g) => ({
    ...g,
    types: g.types.filter((type) => q === '' || typeName(type).toLowerCase().includes(q) || type.includes(q)),
  })).filter((g) => g.types.length > 0);
  return (
    <nav className="d-palette" aria-label={t('palette')}>
      <header>
        <Input
          variant="borderless"
          prefix={<Icon name="search" size={14} />}
          aria-label={t('searchTypes')}
          placeholder={t('searchTypes')}
          value={query}
          onChange={(e) => setQuery(e.target.value)}
        />
      </header>
      <div className="d-palettebody">
        {shown.map((g) => (
          <section key={g.key}>
            <h2 className="s">{t(`group_${g.key}`)}</h2>
            <div className="d-types">
              {g.types.map((type) => (
                <TypeButton key={type} type={type} onAdd={onAdd} />
              ))}
            </div>
          </section>
        ))}
        {shown.length === 0 ? <p className="s">{t('noSuchType')}</p> : null}
      </div>
    </nav>
  );
}

function TypeButton({ type, onAdd }: { type: FieldType; onAdd: (type: FieldType) => void }) {
  const typeName = useTypeName();
  const { ref, isDragging } = useThing(`new:${type}`);
  return (
    <button ref={ref} type="button" title={typeName(type)} className={`d-type${isDragging ? ' dragging' : ''}`} onClick={() => onAdd(type)}>
      <Icon name={iconOf(type)} size={14} />
      <span className="el">{typeName(type)}</span>
    </button>
  );
}
