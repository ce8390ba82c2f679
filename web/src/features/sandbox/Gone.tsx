import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { Empty } from '@/ui/States';

/** In place of a sandbox that is no more: why, and where to go. */
export function Gone({ why }: { why: string }) {
  const { t } = useTranslation('sandbox');
  return (
    <main className="gone" style={{ padding: 20 }}>
      <Empty heading={1} title={t('gone')} text={why}>
        <Button type="primary" href="/design">
          {t('toDesign')}
        </Button>
      </Empty>
    </main>
  );
}
