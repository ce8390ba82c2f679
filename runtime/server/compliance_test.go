package server

import (
	"strings"
	"testing"
)

func TestCompliance(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	w.install("cycle9")
	wang := w.as("mgr.wang")
	const at = "/api/apps/cycle9/compliance/deal9"
	got := wang.must("GET", at+"?from=2026-01-01&to=2026-12-31", nil)
	if got.len("kinds") != 5 || got.str("form") != "deal9" || got.str("from") != "2026-01-01" {
		t.Errorf("%s", got.raw)
	}
	file := wang.must("GET", at+"/export?from=2026-01-01&to=2026-12-31&format=csv", nil)
	if !strings.Contains(string(file.raw), "Kind,Person,When,Number") {
		t.Errorf("%q", file.raw)
	}
	wang.refused(400, "bad.request", "GET", at+"?from=2026-01-01", nil)
	wang.refused(400, "bad.request", "GET", at+"?from=2026-02-01&to=2026-01-01", nil)
	wang.refused(400, "bad.request", "GET", at+"/export?from=2026-01-01&to=2026-12-31&format=pdf", nil)
	wang.refused(404, "not.found", "GET", "/api/apps/cycle9/compliance/none?from=2026-01-01&to=2026-12-31", nil)
	file = wang.must("GET", "/api/apps/cycle9/reports/stages/export?format=csv", nil)
	if lines := strings.Split(strings.TrimSpace(string(file.raw)), "\n"); len(lines) < 3 || !strings.HasPrefix(lines[len(lines)-1], "Total,") {
		t.Errorf("%q", file.raw)
	}
	wang.refused(404, "not.found", "GET", "/api/apps/cycle9/reports/none/export", nil)
}
