package main

import (
	"context"
	"strconv"
)

// few and many measure the same work on a small and on the full number of records: its cost should not grow (P10).
func (b *bench) fewRecords(ctx context.Context) error { return b.growth(ctx, "Few") }

func (b *bench) manyRecords(ctx context.Context) error {
	if err := b.fill(ctx, few, b.size.Records); err != nil {
		return err
	}
	if err := b.growth(ctx, "Many"); err != nil {
		return err
	}
	from, to := strconv.Itoa(few), strconv.Itoa(b.size.Records)
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
