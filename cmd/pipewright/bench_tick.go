package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"sync/atomic"
	"time"

	"pipewright/cmd/pipewright/internal/trial"
)

// duePath finds a record that still waits for the schedule.
const duePath = recordsPath + "?where=region%20%3D%3D%20%27due%27&limit=1"

// tick makes records that the app's schedule finds at the next full minute, and measures how long they take and what a person's work
// takes meanwhile (P11).
func (b *bench) tick(ctx context.Context) error {
	if b.size.Due == 0 {
		return nil
	}
	next := func() time.Time { return time.Now().Truncate(time.Minute).Add(time.Minute) }
	trial.Wait(ctx, time.Until(next().Add(time.Second))) // a whole minute to make them in
	at := next()
	_, err := driveN(ctx, b.boss, 32, b.size.Due, func(c, n int) (method, path string, body any, key string) {
		data := benchData(n)
		data["region"] = "due"
		return "POST", recordsPath, map[string]any{"data": data}, fmt.Sprintf("due-%d", n)
	})
	if err != nil {
		return err
	}
	if !time.Now().Before(at) {
		return fmt.Errorf("making %d records took longer than a minute", b.size.Due)
	}
	trial.Wait(ctx, time.Until(at))
	var done atomic.Bool
	var took time.Duration
	watched := make(chan error, 1)
	go func() {
		defer done.Store(true)
		watched <- func() error {
			for ctx.Err() == nil {
				var page struct{ Items []json.RawMessage }
				if err := b.boss.Must(ctx, "GET", duePath, nil, "", &page); err != nil {
					return err
				}
				if took = time.Since(at); len(page.Items) == 0 {
					return nil
				}
				trial.Wait(ctx, 50*time.Millisecond)
			}
			return ctx.Err()
		}()
	}()
	meanwhile, err := spread(ctx, b.boss, 8, func(int64) bool { return !done.Load() }, b.advance, nil)
	if watchErr := <-watched; err == nil {
		err = watchErr
	}
	if err != nil {
		return err
	}
	b.add("P11", strconv.Itoa(b.size.Due)+" records due at one tick: time to done", "s", took.Seconds(), 0, "30", "10")
	b.add("P11", "advance p99 meanwhile, 8 connections, against before", "ms", meanwhile.quantile(0.99), b.product["advanceMany"].quantile(0.99), "≤ 3", "≤ 2")
	return nil
}
