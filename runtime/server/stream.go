package server

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"pipewright/runtime/engine"
)

// heartbeat keeps proxies from closing a quiet stream.
const heartbeat = 15 * time.Second

type changedOut struct {
	ID   string `json:"id"`
	App  string `json:"app"`
	Form string `json:"form"`
	Rev  int64  `json:"rev,omitempty"`
}

// getStream tells a browser of changes as they happen (server-sent events): changed, task, notice, hello. A change is told only
// to who may read the record, and says nothing but which one it is.
func (s *Server) getStream(c *call) (any, error) {
	ctx := c.ctx()
	control := http.NewResponseController(c.Writer)
	h := c.Writer.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")
	c.Writer.WriteHeader(http.StatusOK)
	send := func(event string, data any) error {
		raw, err := json.Marshal(data)
		if err != nil {
			return err
		}
		// A browser that does not read is dropped rather than waited for.
		if err := control.SetWriteDeadline(time.Now().Add(heartbeat)); err != nil && event == "" {
			return err
		}
		if event == "" {
			_, err = fmt.Fprint(c.Writer, ": still here\n\n")
		} else {
			_, err = fmt.Fprintf(c.Writer, "event: %s\ndata: %s\n\n", event, raw)
		}
		if err != nil {
			return err
		}
		return control.Flush()
	}
	changes := s.Engine.Subscribe(ctx)
	if send("hello", struct{}{}) != nil {
		return nil, nil
	}
	ended, stop := s.sessions.watch(c.session.ID)
	defer stop()
	tick := time.NewTicker(heartbeat)
	defer tick.Stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			return nil, nil
		case <-s.closing.Done():
			return nil, nil
		case <-ended: // the browser asks anew, and finds itself signed out
			return nil, nil
		case change, ok := <-changes:
			if !ok || !s.stays(c) {
				return nil, nil
			}
			err = s.tell(c, change, send)
		case <-tick.C:
			if !s.stays(c) {
				return nil, nil
			}
			if one, err := s.sessions.get(ctx, c.session.ID, false); err != nil || one.Seeing != c.session.Seeing || c.seeing != nil && !s.Now().Before(c.seeing.until) {
				return nil, nil // signed out meanwhile, or seeing as somebody else, or no longer
			}
			err = send("", nil)
		}
		if err != nil {
			return nil, nil
		}
	}
}

// stays says whether the person of a stream is still with the company: one who has left is told nothing more, whoever closed his account.
func (s *Server) stays(c *call) bool {
	dir, err := s.Engine.Directory(c.ctx())
	return err == nil && dir.Active(c.user.ID)
}

func (s *Server) tell(c *call, change engine.Change, send func(string, any) error) error {
	switch {
	case change.User != "" && change.User != c.user.ID:
		return nil
	case change.Kind == "task", change.Kind == "notice":
		return send(change.Kind, struct{}{})
	}
	may, err := s.Engine.MayRead(c.ctx(), c.user.ID, change.ID)
	if err != nil || !may {
		return nil
	}
	return send("changed", changedOut{change.ID, change.App, change.Form, change.Rev})
}
