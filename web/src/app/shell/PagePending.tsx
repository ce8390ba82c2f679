import { Skeleton } from '@/ui/States';

/** What stands in the page while its code or data is on its way. */
export function PagePending() {
  return (
    <div style={{ padding: 20 }}>
      <div className="card">
        <Skeleton rows={6} />
      </div>
    </div>
  );
}
