package mongostore

import (
	"context"
	"testing"

	"go.mongodb.org/mongo-driver/v2/event"

	"pipewright/runtime/store"
	"pipewright/runtime/store/mongostore/mongotest"
	"pipewright/runtime/store/storetest"
)

func open(t testing.TB, monitor *event.CommandMonitor) *Store {
	t.Helper()
	s, err := Open(t.Context(), Options{URI: mongotest.URI(t), Database: mongotest.Database(), AllowStandalone: !mongotest.Real(), monitor: monitor})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return s
}

func TestConformance(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t testing.TB) store.Store {
		s := open(t, nil)
		t.Cleanup(func() { s.db.Drop(context.Background()) })
		return s
	})
	if mongotest.Real() {
		t.Run("OddTexts", func(t *testing.T) { storetest.OddTexts(t, open(t, nil)) })
	}
}
