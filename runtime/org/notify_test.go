package org

import (
	"testing"
	"time"
	_ "time/tzdata"
)

func TestQuietHoursAndDigest(t *testing.T) {
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	at := func(s string) time.Time {
		v, err := time.ParseInLocation("2006-01-02 15:04", s, zone)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	night := &Notify{QuietFrom: "22:00", QuietTo: "07:30"}
	noon := &Notify{QuietFrom: "12:00", QuietTo: "13:00", Urgent: true}
	for _, c := range []struct {
		n        *Notify
		at, want string
		urgent   bool
	}{
		{night, "2026-11-23 21:59", "2026-11-23 21:59", false}, {night, "2026-11-23 22:00", "2026-11-24 07:30", false}, {night, "2026-11-24 03:00", "2026-11-24 07:30", false},
		{night, "2026-11-24 07:30", "2026-11-24 07:30", false}, {night, "2026-11-24 03:00", "2026-11-24 07:30", true},
		{noon, "2026-11-24 12:30", "2026-11-24 13:00", false}, {noon, "2026-11-24 12:30", "2026-11-24 12:30", true}, {nil, "2026-11-24 03:00", "2026-11-24 03:00", false},
		{&Notify{QuietFrom: "x", QuietTo: "07:00"}, "2026-11-24 03:00", "2026-11-24 03:00", false},
	} {
		if got := c.n.Hold(at(c.at), zone, c.urgent); !got.Equal(at(c.want)) {
			t.Errorf("%+v at %s: held until %s, want %s", c.n, c.at, got.In(zone), c.want)
		}
	}
	for _, c := range []struct {
		n        *Notify
		at, want string
	}{
		{nil, "2026-11-23 07:59", "2026-11-23 08:00"}, {nil, "2026-11-23 08:00", "2026-11-24 08:00"},
		{&Notify{DigestAt: "18:30"}, "2026-11-23 08:00", "2026-11-23 18:30"}, {&Notify{DigestAt: "08:00", Zone: "UTC"}, "2026-11-23 08:00", "2026-11-23 16:00"},
	} {
		if got := c.n.NextDigest(at(c.at), zone); !got.Equal(at(c.want)) {
			t.Errorf("%+v at %s: %s, want %s", c.n, c.at, got.In(zone), c.want)
		}
	}
	if (&Notify{Kinds: map[string]string{"owner": "mail", "mention": "pigeon"}}).Way("owner") != "mail" || (&Notify{}).Way("owner") != "app" || (&Notify{Kinds: map[string]string{"mention": "pigeon"}}).Way("mention") != "app" {
		t.Error("ways")
	}
}
