package mongostore

import (
	"context"
	"errors"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/event"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"pipewright/runtime/query"
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

// TestConformance also holds what the suite makes the store send to the documented list of commands and operators.
func TestConformance(t *testing.T) {
	var w watch
	monitor := w.monitor()
	t.Run("Suite", func(t *testing.T) {
		storetest.Run(t, func(t testing.TB) store.Store {
			s := open(t, monitor)
			if mongotest.Real() {
				t.Cleanup(func() { drop(t, s) })
			}
			return s
		})
		if mongotest.Real() {
			t.Run("OddTexts", func(t *testing.T) {
				s := open(t, monitor)
				t.Cleanup(func() { drop(t, s) })
				storetest.OddTexts(t, s)
			})
		}
	})
	w.check(t)
}

// drop takes a test's database away, over a client of its own: the test may have closed the store's.
func drop(t testing.TB, s *Store) {
	client, err := mongo.Connect(options.Client().ApplyURI(mongotest.URI(t)))
	if err == nil {
		err = errors.Join(client.Database(s.db.Name()).Drop(context.Background()), client.Disconnect(context.Background()))
	}
	if err != nil {
		t.Errorf("dropping %s: %v", s.db.Name(), err)
	}
}

// Indexes are built for as long as it takes, not for as long as an answer may; Close breaks it off.
func TestIndexesTakeTheirTime(t *testing.T) {
	t.Parallel()
	asked := make(chan context.Context, 100)
	s := open(t, &event.CommandMonitor{Started: func(ctx context.Context, e *event.CommandStartedEvent) {
		if e.CommandName == "createIndexes" {
			asked <- ctx
		}
	}})
	things := store.Collection{Name: "things", Columns: []store.Column{{Name: "s", Type: query.Text}}, Indexes: []store.Index{{Name: "s", Cols: []string{"s"}}}}
	begun := time.Now()
	if err := s.Ensure(t.Context(), things); err != nil {
		t.Fatal(err)
	}
	if until, bounded := (<-asked).Deadline(); bounded && until.Sub(begun) < time.Hour {
		t.Errorf("indexes must be built within %s", until.Sub(begun))
	}
	s.end() // as Close begins
	things.Indexes = append(things.Indexes, store.Index{Name: "other", Cols: []string{"-s"}})
	if err := s.Ensure(t.Context(), things); err == nil {
		t.Error("built though the store is being closed")
	}
}
