package engine

import (
	"testing"

	"pipewright/runtime/store"
)

// What one person uploaded within a day counts against the day, and not against the next one or another person.
func TestUploadQuota(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.must(w.store.Insert(t.Context(), collFiles, store.Doc{ID: "big", Ver: 1, Body: []byte(`{"id":"big"}`),
		Cols: map[string]any{"by": "rep.li", "at": w.clock.now().UnixMilli(), "size": int64(uploadQuota - 3)}}))
	save := func(user, content string) error {
		_, err := w.e.SaveFile(t.Context(), user, "a.txt", "text/plain", []byte(content), nil)
		return err
	}
	w.must(save("rep.li", "abc"))
	if r, refused := asRejection(save("rep.li", "d")); !refused || r.Code != "too.many" {
		t.Errorf("beyond the quota: %v", r)
	}
	w.must(save("rep.chen", "d"))
	w.clock.add(uploadWindow + 1e9)
	w.must(save("rep.li", "d"))
}
