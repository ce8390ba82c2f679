package server

import (
	"slices"
	"time"

	"pipewright/rules"
	"pipewright/runtime/org"
)

// notifyOut is how a person wants to be told, with the kinds and ways there are.
type notifyOut struct {
	Kinds     map[string]string `json:"kinds"`
	Ways      []string          `json:"ways"`
	DigestAt  string            `json:"digestAt"`
	Zone      string            `json:"zone"`
	QuietFrom string            `json:"quietFrom"`
	QuietTo   string            `json:"quietTo"`
	Urgent    bool              `json:"urgent"`
	// Email is where mails go; without one none goes out.
	Email string `json:"email"`
}

type notifyIn struct {
	Kinds     map[string]string `json:"kinds"`
	DigestAt  string            `json:"digestAt"`
	Zone      string            `json:"zone"`
	QuietFrom string            `json:"quietFrom"`
	QuietTo   string            `json:"quietTo"`
	Urgent    bool              `json:"urgent"`
}

func wireNotify(u org.User) notifyOut {
	out := notifyOut{Kinds: map[string]string{}, Ways: org.NoticeWays, DigestAt: "08:00", Email: u.Email}
	for _, kind := range org.NoticeKinds {
		out.Kinds[kind] = u.Notify.Way(kind)
	}
	if n := u.Notify; n != nil {
		out.Zone, out.QuietFrom, out.QuietTo, out.Urgent = n.Zone, n.QuietFrom, n.QuietTo, n.Urgent
		if n.DigestAt != "" {
			out.DigestAt = n.DigestAt
		}
	}
	return out
}

func (s *Server) getNotify(c *call) (any, error) { return wireNotify(c.user), nil }

func (s *Server) putNotify(c *call) (any, error) {
	var in notifyIn
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	bad := func(path string, msg rules.Text) error {
		return badRequest(msg, rules.Errorf(path, "field.invalid", msg))
	}
	for kind, way := range in.Kinds {
		if !slices.Contains(org.NoticeKinds, kind) || !slices.Contains(org.NoticeWays, way) {
			return nil, bad("/kinds/"+kind, rules.Say("通知种类可选 {kinds}，方式可选 {ways}", "通知種類可選 {kinds}，方式可選 {ways}", "The kinds are {kinds}, the ways {ways}", "kinds", org.NoticeKinds, "ways", org.NoticeWays))
		}
	}
	for path, clock := range map[string]string{"/digestAt": in.DigestAt, "/quietFrom": in.QuietFrom, "/quietTo": in.QuietTo} {
		if _, err := time.Parse("15:04", clock); clock != "" && err != nil {
			return nil, bad(path, rules.Say("时刻应写如 08:00", "時刻應寫如 08:00", "Write a time of day like 08:00"))
		}
	}
	if (in.QuietFrom == "") != (in.QuietTo == "") {
		return nil, bad("/quietTo", rules.Say("免打扰要写开始和结束", "免打擾要寫開始和結束", "Quiet hours need a beginning and an end"))
	}
	if _, err := time.LoadLocation(in.Zone); err != nil || in.Zone == "Local" {
		return nil, bad("/zone", rules.Say("没有时区“{zone}”", "沒有時區「{zone}」", "There is no time zone “{zone}”", "zone", in.Zone))
	}
	u, err := s.Engine.ChangeUser(c.ctx(), c.user.ID, func(u *org.User) error {
		u.Notify = &org.Notify{Kinds: in.Kinds, DigestAt: in.DigestAt, Zone: in.Zone, QuietFrom: in.QuietFrom, QuietTo: in.QuietTo, Urgent: in.Urgent}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return wireNotify(u), nil
}
