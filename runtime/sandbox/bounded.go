package sandbox

import (
	"context"
	"strings"
	"sync/atomic"

	"pipewright/rules"
	"pipewright/runtime/process"
	"pipewright/runtime/store"
)

// bounded is a store that takes so many records and no more. What a command leads to elsewhere (events, tasks, notices) is always taken, so
// that no effect of a command is cut off; full tells when there is so much of it that no further command should begin.
type bounded struct {
	store.Store
	records, docs       atomic.Int64
	maxRecords, maxDocs int64
}

func isRecord(coll string) bool { return strings.HasPrefix(coll, "rec_") }

func (b *bounded) Insert(ctx context.Context, coll string, d store.Doc) error {
	if isRecord(coll) && b.records.Load() >= b.maxRecords {
		return full(b.maxRecords)
	}
	err := b.Store.Insert(ctx, coll, d)
	if err == nil {
		b.docs.Add(1)
		if isRecord(coll) {
			b.records.Add(1)
		}
	}
	return err
}

func (b *bounded) InsertMany(ctx context.Context, coll string, ds []store.Doc) ([]bool, error) {
	added, err := b.Store.InsertMany(ctx, coll, ds)
	b.docs.Add(int64(len(ds)))
	return added, err
}

func (b *bounded) Delete(ctx context.Context, coll, id string, ver int64) error {
	err := b.Store.Delete(ctx, coll, id, ver)
	if err == nil {
		b.docs.Add(-1)
		if isRecord(coll) {
			b.records.Add(-1)
		}
	}
	return err
}

func (b *bounded) full() bool { return b.docs.Load() >= b.maxDocs }

func full(n int64) error {
	return &process.Rejection{Code: "sandbox.full", Message: rules.Say("沙箱装满了（最多 {n} 条记录）：请重新开始一个沙箱", "沙箱裝滿了（最多 {n} 筆記錄）：請重新開始一個沙箱",
		"The sandbox is full (at most {n} records): start a new one", "n", n)}
}

func worn() error {
	return &process.Rejection{Code: "sandbox.full", Message: rules.Say("沙箱里发生的事太多，装不下了：请重新开始一个沙箱", "沙箱裡發生的事太多，裝不下了：請重新開始一個沙箱",
		"Too much has happened in this sandbox for it to hold: start a new one")}
}
