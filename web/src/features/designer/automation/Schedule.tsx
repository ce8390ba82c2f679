import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useFormat } from '@/ui/locale';
import { useDraft } from '../context';
import { automationsQuery } from '../api';

/** The coming fires of a published schedule. */
export function Schedule({ auto }: { auto: string }) {
  const { t } = useTranslation('designer');
  const app = useDraft((s) => s.app);
  const format = useFormat();
  const { data } = useQuery(automationsQuery(app));
  const fires = data?.find((a) => a.key === auto)?.nextFires ?? [];
  if (fires.length === 0) return null;
  return (
    <div className="d-part">
      <h3>{t('nextFires')}</h3>
      <ul className="d-fires">
        {fires.slice(0, 10).map((at) => (
          <li key={at} className="tag">
            {format.full(at)}
          </li>
        ))}
      </ul>
      <p className="s">{t('nextFiresHint')}</p>
    </div>
  );
}
