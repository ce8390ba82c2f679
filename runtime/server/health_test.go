package server

import (
	"context"
	"testing"
	"time"
)

// shelf keeps what was made in memory.
type shelf struct {
	all  []Backup
	busy bool
}

func (s *shelf) Make(_ context.Context, at time.Time) (Backup, error) {
	if s.busy {
		return Backup{}, ErrBackupRunning
	}
	one := Backup{Name: "backup-" + at.Format(time.DateOnly), At: at, Size: 42}
	s.all = append([]Backup{one}, s.all...)
	return one, nil
}

func (s *shelf) List() ([]Backup, string, error) { return s.all, "data/backups", nil }

// Health names the store, counts the queues and says what needs a hand; backups are made where the store allows it.
func TestHealthAndBackups(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	admin := w.as("admin")
	a := admin.must("GET", "/api/health", nil)
	if a.str("store.kind") != "sqlite" || a.str("store.version") == "" || a.str("version") != "test" || a.str("startedAt") != "2026-11-23T02:00:00.000Z" || a.str("jobs.dead") != "0" ||
		a.str("deliveries.queued") != "0" || a.get("anchor") != nil || a.get("backup") != nil || a.str("warnings.0.code") != "calendar.missing" {
		t.Errorf("%s", a.raw)
	}
	if a.len("nodes") != 0 {
		t.Errorf("nobody has begun: %s", a.raw)
	}
	if err := w.server.Engine.Beat(t.Context()); err != nil {
		t.Fatal(err)
	}
	a = admin.must("GET", "/api/health", nil)
	if a.len("nodes") != 1 || a.str("nodes.0.self") != "true" || a.str("nodes.0.silent") != "false" || a.str("nodes.0.seenAt") != "2026-11-23T02:00:00.000Z" || a.len("nodes.0.jobs") != 0 || a.len("warnings") != 1 {
		t.Errorf("%s", a.raw)
	}
	id := a.str("nodes.0.id")
	w.clock.add(50 * time.Second)
	if a := w.client().must("GET", "/readyz", nil); a.str("status") != "ok" || a.str("node") != id || a.len("nodes") != 1 || a.str("nodes.0.id") != id {
		t.Errorf("%s", a.raw)
	}
	w.clock.add(70 * time.Second)
	if a := w.client().must("GET", "/readyz", nil); a.str("node") != id || a.len("nodes") != 0 {
		t.Errorf("%s", a.raw)
	}
	if a := admin.must("GET", "/api/health", nil); a.str("nodes.0.silent") != "true" || a.str("warnings.0.code") != "node.silent" {
		t.Errorf("%s", a.raw)
	}
	w.clock.add(-2 * time.Minute)
	if a := admin.must("GET", "/api/backups", nil); a.str("possible") != "false" {
		t.Errorf("%s", a.raw)
	}
	admin.refused(422, "backup.none", "POST", "/api/backups", nil)
	w.as("rep.li").refused(403, "forbidden", "GET", "/api/health", nil)
	w.as("rep.li").refused(403, "forbidden", "POST", "/api/backups", nil)

	kept := &shelf{}
	w.server.Backups = kept
	if a := admin.must("POST", "/api/backups", nil); a.status != 201 || a.str("name") != "backup-2026-11-23" || a.str("size") != "42" {
		t.Errorf("%s", a.raw)
	}
	kept.busy = true
	admin.refused(409, "conflict", "POST", "/api/backups", nil)
	if a := admin.must("GET", "/api/backups", nil); a.str("possible") != "true" || a.str("dir") != "data/backups" || a.len("items") != 1 {
		t.Errorf("%s", a.raw)
	}
	w.clock.add(9 * 24 * time.Hour)
	admin = w.as("admin")
	if a := admin.must("GET", "/api/health", nil); a.str("backup.at") != "2026-11-23T02:00:00.000Z" || a.str("warnings.0.code") != "node.silent" || a.str("warnings.2.code") != "backup.stale" {
		t.Errorf("%s", a.raw)
	}
	if a := admin.must("POST", "/api/audit/verify", nil); a.str("anchors") != "0" || a.str("wrong") != "0" || a.len("findings") != 0 {
		t.Errorf("%s", a.raw)
	}
	if a := admin.must("GET", "/api/audit/deeds", nil); a.len("items") != 2 || a.str("items.1.action") != "POST /api/backups" {
		t.Errorf("%s", a.raw)
	}
}
