package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// benchLimitCommand is the bare server that bench compares the product with: HTTP, JSON decoding and one store operation on the
// documents the product has written.
func benchLimitCommand() *cobra.Command {
	var addr, data, mongo, records string
	cmd := &cobra.Command{
		Use:    "bench-limit",
		Hidden: true,
		Args:   cobra.NoArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := openStore(cmd.Context(), storeOptions{Data: data, MongoURI: mongo, AllowStandalone: true})
			if err != nil {
				return err
			}
			defer s.Close()
			l := &limitServer{store: s}
			for _, id := range strings.Split(records, ",") {
				d, err := s.Get(cmd.Context(), limitCollection, id)
				if err != nil {
					return err
				}
				l.docs = append(l.docs, d)
			}
			srv := &http.Server{Addr: addr, Handler: l.routes(), ReadHeaderTimeout: 10 * time.Second}
			go func() {
				<-cmd.Context().Done()
				_ = srv.Close()
			}()
			if err := srv.ListenAndServe(); err != http.ErrServerClosed {
				return err
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&addr, "addr", "", "")
	cmd.Flags().StringVar(&data, "data", "", "")
	cmd.Flags().StringVar(&mongo, "mongodb-uri", "", "")
	cmd.Flags().StringVar(&records, "records", "", "")
	return cmd
}

const limitCollection = "rec_bench_item"

// limitServer replaces document c for connection c, so no two connections meet.
type limitServer struct {
	store store.Store
	docs  []store.Doc
}

func (l *limitServer) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /ready", func(w http.ResponseWriter, r *http.Request) {})
	mux.HandleFunc("POST /replace/{c}", func(w http.ResponseWriter, r *http.Request) {
		c, err := strconv.Atoi(r.PathValue("c"))
		if err != nil || c < 0 || c >= len(l.docs) {
			http.NotFound(w, r)
			return
		}
		l.answer(w, r, func(ctx context.Context) error {
			next := l.docs[c]
			next.Ver++
			if err := l.store.Replace(ctx, limitCollection, next, l.docs[c].Ver); err != nil {
				return err
			}
			l.docs[c] = next
			return nil
		})
	})
	mux.HandleFunc("POST /insert/{id}", func(w http.ResponseWriter, r *http.Request) {
		l.answer(w, r, func(ctx context.Context) error {
			d := l.docs[0]
			d.ID = "limit-" + r.PathValue("id")
			return l.store.Insert(ctx, limitCollection, d)
		})
	})
	mux.HandleFunc("GET /list", l.list)
	mux.HandleFunc("GET /sum", func(w http.ResponseWriter, r *http.Request) {
		rows, err := l.store.Aggregate(r.Context(), limitCollection, query.Aggregate{Groups: []query.Group{{Col: "f_region"}},
			Measures: []query.Measure{{Kind: "sum", Col: "f_amount"}, {Kind: "count"}}, Limit: 1000})
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		fmt.Fprintln(w, len(rows))
	})
	return mux
}

// answer decodes the request as the product must, does the one operation and answers a document of the same size.
func (l *limitServer) answer(w http.ResponseWriter, r *http.Request, do func(context.Context) error) {
	var body map[string]any
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&body); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if err := do(r.Context()); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(l.docs[0].Body)
}

func (l *limitServer) list(w http.ResponseWriter, r *http.Request) {
	filter := query.And{query.Cmp{Col: "f_region", Op: query.Eq, Value: "east"}}
	if owner := r.URL.Query().Get("owner"); owner != "" {
		filter = append(filter, query.Cmp{Col: "owner", Op: query.Eq, Value: owner})
	}
	page, err := l.store.Query(r.Context(), limitCollection, query.Query{Filter: filter, Sort: []query.Sort{{Col: "f_amount", Desc: true}}, Limit: 50})
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	for _, d := range page.Docs {
		_, _ = w.Write(d.Body)
	}
}
