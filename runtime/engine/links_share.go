package engine

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"pipewright/rules"
	"pipewright/runtime/org"
	"pipewright/runtime/process"
	"pipewright/runtime/store"
)

// shareLink is the read-only link of the picture of a process, or of all processes of an app. It tells no record, so its token is kept as it
// is: admins see it again.
type shareLink struct {
	Token string    `json:"token"`
	On    bool      `json:"on"`
	By    string    `json:"by,omitempty"`
	At    time.Time `json:"at"`
}

// ShareLink is such a link as admins see it. Process is empty for that of the whole app; Token before the link is first made.
type ShareLink struct {
	Process string
	Name    rules.Text
	Token   string
	On      bool
	By      string
	At      time.Time
}

// shareLinkID is "share|app" for the whole app, "share|app|process" for one process.
func shareLinkID(app, proc string) string {
	if proc == "" {
		return "share|" + app
	}
	return "share|" + app + "|" + proc
}

// shareLink reads one with its version, 0 when there is none.
func (e *Engine) shareLink(ctx context.Context, app, proc string) (*shareLink, int64, error) {
	l := &shareLink{}
	d, err := e.store.Get(ctx, collLinks, shareLinkID(app, proc))
	if errors.Is(err, store.ErrNotFound) {
		return l, 0, nil
	}
	if err != nil {
		return nil, 0, err
	}
	return l, d.Ver, json.Unmarshal(d.Body, l)
}

func (l *shareLink) shown(a *process.App, proc string) *ShareLink {
	out := &ShareLink{Process: proc, Name: a.Def.Name, Token: l.Token, On: l.On, By: l.By, At: l.At}
	if p := a.Processes[proc]; p != nil {
		out.Name = p.Def.Name
	}
	return out
}

// ShareLinks lists what of an app's live release can be shown to people outside, the whole app first. Who may is the caller's to check.
func (e *Engine) ShareLinks(ctx context.Context, app string) ([]ShareLink, error) {
	a, err := e.current(ctx, app)
	if err != nil {
		return nil, err
	}
	keys := []string{""}
	for i := range a.Def.Processes {
		keys = append(keys, a.Def.Processes[i].Key)
	}
	out := make([]ShareLink, 0, len(keys))
	for _, key := range keys {
		l, _, err := e.shareLink(ctx, app, key)
		if err != nil {
			return nil, err
		}
		out = append(out, *l.shown(a, key))
	}
	return out, nil
}

// SetShareLink makes the link of a process, or with proc empty that of the whole app ("make"; one that was switched off is switched on
// again), makes it anew ("rotate"; the old one ends at once), or switches it off ("off"). Two who make it at once get the same one.
// Errors: *process.Rejection forbidden, not.found, bad.request.
func (e *Engine) SetShareLink(ctx context.Context, by *org.User, app, proc, action string) (*ShareLink, error) {
	if by == nil || !by.May(org.Operate) {
		return nil, forbidden()
	}
	a, err := e.current(ctx, app)
	if err != nil {
		return nil, err
	}
	if proc != "" && a.Processes[proc] == nil {
		return nil, notFound()
	}
	for range maxTries {
		l, ver, err := e.shareLink(ctx, app, proc)
		if err != nil {
			return nil, err
		}
		switch action {
		case "make", "rotate":
			if action == "make" && l.On {
				return l.shown(a, proc), nil
			}
			if l.Token == "" || action == "rotate" {
				if l.Token, err = newToken(); err != nil {
					return nil, err
				}
			}
			l.On = true
		case "off":
			if ver == 0 {
				return nil, notFound()
			}
			l.On = false
		default:
			return nil, badRequest(rules.Say("不认识的操作“{kind}”", "不認識的操作「{kind}」", "Unknown command “{kind}”", "kind", action))
		}
		l.By, l.At = by.ID, e.instant()
		err = e.putShare(ctx, app, proc, ver, l)
		switch {
		case err == nil:
			e.log.Info("the link of a flow was set", "app", app, "process", proc, "action", action, "by", by.ID)
			return l.shown(a, proc), nil
		case !errors.Is(err, store.ErrConflict) && !errors.Is(err, store.ErrExists) && !errors.Is(err, store.ErrUnknown):
			return nil, err
		}
	}
	return nil, conflict()
}

func (e *Engine) putShare(ctx context.Context, app, proc string, ver int64, l *shareLink) error {
	body, err := marshal(l)
	if err != nil {
		return err
	}
	d := store.Doc{ID: shareLinkID(app, proc), Ver: ver + 1, Body: body, Cols: map[string]any{"kind": "share", "token": l.Token}}
	if ver == 0 {
		return e.store.Insert(ctx, collLinks, d)
	}
	return e.store.Replace(ctx, collLinks, d, ver)
}

// SharedFlow finds what a link shows: an app's live release, and which of its processes; empty means all of them. Errors: *process.Rejection
// not.found, whatever is the matter with the link.
func (e *Engine) SharedFlow(ctx context.Context, token string) (*process.App, string, error) {
	d, err := e.linkBy(ctx, "token", token)
	if err != nil {
		return nil, "", err
	}
	parts := strings.Split(d.ID, "|")
	if len(parts) < 2 || parts[0] != "share" {
		return nil, "", closedLink()
	}
	var l shareLink
	if err := json.Unmarshal(d.Body, &l); err != nil {
		return nil, "", err
	}
	if !l.On || l.Token != token {
		return nil, "", closedLink()
	}
	app, err := e.current(ctx, parts[1])
	if _, refused := asRejection(err); refused {
		return nil, "", closedLink()
	}
	if err != nil {
		return nil, "", err
	}
	proc := strings.Join(parts[2:], "")
	if proc != "" && app.Processes[proc] == nil || len(app.Processes) == 0 {
		return nil, "", closedLink()
	}
	return app, proc, nil
}
