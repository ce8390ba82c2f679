package main

import (
	"context"
	"strconv"
	"time"

	"pipewright/cmd/pipewright/internal/trial"
)

// fewRecords and manyRecords measure the same work on a small and on the full number of records: its cost should not grow (P10).
func (b *bench) fewRecords(ctx context.Context) error { return b.growth(ctx, "Few") }

func (b *bench) manyRecords(ctx context.Context) error {
	if err := b.fill(ctx, few, b.size.Records); err != nil {
		return err
	}
	behind, err := b.settle(ctx)
	if err != nil {
		return err
	}
	b.add("P2", "the last effects of "+strconv.Itoa(b.size.Records-few)+" records, after the last answer", "s", behind.Seconds(), 0, "", "")
	if err := b.sweep(ctx); err != nil {
		return err
	}
	if err := b.growth(ctx, "Many"); err != nil {
		return err
	}
	from, to := strconv.Itoa(few), strconv.Itoa(b.size.Records)
	// The disk is still writing out what was loaded: what the server itself spent tells the two apart.
	b.add("P10", "the server's CPU for one advance, "+from+" → "+to+" records", "ms", b.product["advanceMany"].cpuEach(), b.product["advanceFew"].cpuEach(), "≤ 1.5", "flat")
	per := func(name string) float64 { return 1000 / b.product[name].perSecond() }
	b.add("P10", "advance, 8 connections, "+from+" → "+to+" records", "ms", per("advanceMany"), per("advanceFew"), "≤ 1.5", "flat")
	b.add("P10", "50 filtered and sorted, "+from+" → "+to+" records", "ms", b.product["listMany"].quantile(0.5), b.product["listFew"].quantile(0.5), "≤ 1.5", "flat")
	return nil
}

func (b *bench) growth(ctx context.Context, size string) error {
	if err := b.run(ctx, b.boss, "list"+size, 1, b.seconds()/2, getPath(listPath)); err != nil {
		return err
	}
	return b.run(ctx, b.boss, "advance"+size, 8, b.seconds()/2, b.advance)
}

// sweepWithin is when the server has begun to take relayed effects out of records that nobody has touched since.
const sweepWithin = 36 * time.Second

// sweep waits until the server has taken the effects out of the records it has loaded, a write each, so that what is measured next is not measured beside that.
func (b *bench) sweep(ctx context.Context) error {
	if b.size.Records <= 10*few {
		return nil // a moment's work
	}
	before, err := cpu(b.server.Pid())
	if err != nil {
		return err
	}
	trial.Wait(ctx, sweepWithin)
	if _, err := b.settle(ctx); err != nil {
		return err
	}
	after, err := cpu(b.server.Pid())
	if err != nil {
		return err
	}
	b.add("P2", "the server's CPU for taking effects out of records, after the last answer", "ms", ms(after-before), 0, "", "")
	return nil
}

// settle waits until the server has carried out what its answers left to do, so that the next figure is of its own work alone: until
// it has been quiet for half a second, at most two minutes.
func (b *bench) settle(ctx context.Context) (time.Duration, error) {
	const look = 250 * time.Millisecond
	began, quiet := time.Now(), time.Now()
	for time.Since(began) < 2*time.Minute && ctx.Err() == nil {
		before, err := cpu(b.server.Pid())
		if err != nil {
			return 0, err
		}
		trial.Wait(ctx, look)
		after, err := cpu(b.server.Pid())
		if err != nil {
			return 0, err
		}
		if after-before > look/10 {
			quiet = time.Now()
		}
		if time.Since(quiet) >= 2*look {
			break
		}
	}
	return quiet.Sub(began), nil
}
