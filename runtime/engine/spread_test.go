package engine

import (
	"strings"
	"testing"
	"time"

	"pipewright/runtime/org"
	"pipewright/runtime/process"
)

// want sets how a person wants to be told.
func (w *world) want(user string, n *org.Notify) {
	w.t.Helper()
	dir, err := w.e.Directory(w.t.Context())
	w.must(err)
	u, _ := dir.User(user)
	u.Notify, u.Email = n, user+"@example.com"
	w.must(w.e.SaveUsers(w.t.Context(), u))
	w.clock.add(2 * time.Second)
}

// mails are the letters that have been ordered for an address, by subject.
func (w *world) mailsTo(address string) (out []string) {
	w.t.Helper()
	all, _, err := w.e.Deliveries(w.t.Context(), "", "mail", 100, "")
	w.must(err)
	for _, v := range all {
		if v.To == address {
			out = append(out, v.Subject)
		}
	}
	return out
}

// TestMailOfNotices: what is told at once is held over the quiet hours, unless it is urgent and wanted; what has been read is not sent; the mail
// of the day brings what was left for it, once; who switched a kind off is not told, and it is kept.
func TestMailOfNotices(t *testing.T) {
	t.Parallel()
	w, _, _ := drills(t)
	ctx := t.Context()
	// 10:00 in Shanghai. Quiet from 10:30 to 12:00.
	w.want("dir.sun", &org.Notify{Kinds: map[string]string{"reminder": "mail", "task": "mail"}, QuietFrom: "10:30", QuietTo: "12:00"})
	w.want("mgr.wang", &org.Notify{Kinds: map[string]string{"reminder": "digest", "task": "digest"}, DigestAt: "18:00"})
	w.want("fin.zhao", &org.Notify{Kinds: map[string]string{"reminder": "off"}})
	w.drill(1)
	w.runDue()
	if got := w.mailsTo("dir.sun@example.com"); len(got) != 1 || !strings.Contains(got[0], "Quiz") {
		t.Fatalf("that something came: %v", got)
	}
	w.clock.add(35 * time.Minute) // past half of the hour, and within the quiet ones
	w.runDue()
	if n, err := w.e.Unread(ctx, "dir.sun"); err != nil || n != 1 {
		t.Fatalf("in the product %d, %v", n, err)
	}
	if got := w.mailsTo("dir.sun@example.com"); len(got) != 1 {
		t.Errorf("mail in the quiet hours: %v", got)
	}
	w.clock.add(50 * time.Minute) // 11:25: the end of the hour has been reminded of, too
	w.runDue()
	for _, n := range must(w.e.Notices(ctx, "dir.sun", true, 10, ""))(t) {
		w.must(w.e.ReadNotices(ctx, "dir.sun", []string{n.ID}))
		break
	}
	w.clock.add(40 * time.Minute) // 12:05
	w.runDue()
	if got := w.mailsTo("dir.sun@example.com"); len(got) != 2 {
		t.Errorf("after the quiet hours, with one read: %v", got)
	}
	w.clock.add(6 * time.Hour) // past 18:00
	w.runDue()
	w.runDue()
	if got := w.mailsTo("mgr.wang@example.com"); len(got) != 1 {
		t.Errorf("mails of the day: %v", got)
	}
	if n, err := w.e.Unread(ctx, "fin.zhao"); err != nil || n != 0 {
		t.Errorf("switched off, and %d new, %v", n, err)
	}
	if kept := must(w.e.Notices(ctx, "fin.zhao", false, 10, ""))(t); len(kept) == 0 {
		t.Error("what was switched off is not kept")
	}
}

// must takes the first of three results.
func must[T, U any](v T, _ U, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// TestTextsAreReadWithTheReadersMask: what a text says of a record reaches only whom may see all of it; the others read it without.
func TestTextsAreReadWithTheReadersMask(t *testing.T) {
	t.Parallel()
	w, _, _ := drills(t)
	ctx := t.Context()
	s := w.drill(1)
	sees := func(user string, path ...string) bool {
		t.Helper()
		may, err := w.e.seesAll(ctx, user, "team", []process.FieldRead{{Form: "drill", ID: s.ID, Path: path}})
		w.must(err)
		return may
	}
	// rep.li may see the whole record; mgr.wang is asked to do something for it and sees what it is called, and no grant of his shows its note;
	// cfo.he has nothing to do with it.
	for _, c := range []struct {
		user string
		path []string
		want bool
	}{{"rep.li", []string{"name"}, true}, {"rep.li", nil, true}, {"mgr.wang", []string{"name"}, true}, {"mgr.wang", []string{"note"}, false}, {"mgr.wang", nil, false}, {"cfo.he", []string{"name"}, false}, {"cfo.he", nil, false}} {
		if got := sees(c.user, c.path...); got != c.want {
			t.Errorf("%s sees %v: %v", c.user, c.path, got)
		}
	}
}
