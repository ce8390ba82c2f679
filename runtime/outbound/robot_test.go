package outbound

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"
)

// group is a vendor's end: it keeps what came and answers as told.
type group struct {
	status int
	answer string
	query  map[string][]string
	body   map[string]any
	header http.Header
	raw    []byte
}

func (g *group) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.query, g.header = r.URL.Query(), r.Header
	g.raw, _ = io.ReadAll(r.Body)
	g.body = nil
	_ = json.Unmarshal(g.raw, &g.body)
	w.WriteHeader(g.status)
	_, _ = io.WriteString(w, g.answer)
}

func said() Say {
	return Say{ID: "m1", Text: "赢单 <b>100</b>", Mobiles: []string{"13800000000"}, Names: []string{"李雷"}, At: at}
}

func TestRobots(t *testing.T) {
	t.Parallel()
	g := &group{status: 200, answer: `{"errcode":0,"errmsg":"ok"}`}
	srv := httptest.NewServer(g)
	defer srv.Close()
	h := New(Config{Hosts: []string{"127.0.0.1"}})
	send := func(kind, answer string) error {
		g.answer = answer
		_, err := SendSay(t.Context(), h, Robot{Kind: kind, URL: srv.URL + "/send?access_token=hush", Secret: "SEC1"}, said())
		return err
	}
	text := func(path ...string) string {
		var v any = g.body
		for _, p := range path {
			m, _ := v.(map[string]any)
			v = m[p]
		}
		s, _ := json.Marshal(v)
		return string(s)
	}

	if err := send("wecom", `{"errcode":0,"errmsg":"ok"}`); err != nil {
		t.Fatal(err)
	}
	if text("msgtype") != `"text"` || !strings.Contains(text("text", "content"), "赢单") || text("text", "mentioned_mobile_list") != `["13800000000"]` || g.query["access_token"][0] != "hush" {
		t.Errorf("wecom %s", g.raw)
	}
	if err := send("dingtalk", `{"errcode":0,"errmsg":"ok"}`); err != nil {
		t.Fatal(err)
	}
	// TestRobotSigns holds the signature itself.
	if g.query["timestamp"][0] != strconv.FormatInt(at.UnixMilli(), 10) || g.query["sign"][0] != keyed("SEC1", strconv.FormatInt(at.UnixMilli(), 10)+"\nSEC1") {
		t.Errorf("dingtalk %v", g.query)
	}
	if text("at", "atMobiles") != `["13800000000"]` || !strings.Contains(text("text", "content"), "@13800000000") {
		t.Errorf("dingtalk %s", g.raw)
	}
	if err := send("feishu", `{"code":0,"msg":"success"}`); err != nil {
		t.Fatal(err)
	}
	stamp := strconv.FormatInt(at.Unix(), 10)
	if text("timestamp") != `"`+stamp+`"` || text("sign") != `"`+keyed(stamp+"\nSEC1", "")+`"` || !strings.Contains(text("content", "text"), "@李雷") || text("msg_type") != `"text"` {
		t.Errorf("feishu %s", g.raw)
	}
	if err := send("webhook", ``); err != nil {
		t.Fatal(err)
	}
	if text("id") != `"m1"` || g.header.Get("webhook-id") != "m1" || !Verify([]byte("SEC1"), "m1", at, g.raw, g.header.Get("webhook-signature")) {
		t.Errorf("webhook %s %v", g.raw, g.header)
	}
	if send("telegram", "") == nil {
		t.Error("an unknown kind was sent")
	}
}

// TestRobotSigns holds the two signatures against values worked out by other means.
func TestRobotSigns(t *testing.T) {
	t.Parallel()
	if got := keyed("SEC1", "1700000000000\nSEC1"); got != "ukR4+WoOOBTGaOauYqugxVrMSFyr92q4hPxJxuOkiio=" {
		t.Errorf("dingtalk %s", got)
	}
	if got := keyed("1700000000\nSEC1", ""); got != "s3Va4ru9IQUY6HTJcYx7OEVyXl0V0S/y32v4ZbfOHCI=" {
		t.Errorf("feishu %s", got)
	}
}

func TestRobotAnswers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind, answer string
		status       int
		later, fixed bool
		wait         time.Duration
	}{
		{"wecom", `{"errcode":93000,"errmsg":"invalid webhook url"}`, 200, false, true, 0},
		{"wecom", `{"errcode":45009,"errmsg":"api freq out of limit"}`, 200, true, false, time.Minute},
		{"wecom", `{"errcode":-1,"errmsg":"system busy"}`, 200, false, false, 0},
		{"wecom", `<html>`, 200, false, false, 0},
		{"wecom", `{}`, 200, false, false, 0},
		{"dingtalk", `{"errcode":130101,"errmsg":"send too fast"}`, 200, true, false, 10 * time.Minute},
		{"dingtalk", `{"errcode":310000,"errmsg":"sign not match"}`, 200, false, true, 0},
		{"feishu", `{"code":11232,"msg":"frequency limited"}`, 200, true, false, time.Minute},
		{"feishu", `{"code":9499,"msg":"too many request"}`, 400, true, false, time.Minute},
		{"feishu", `{"code":19021,"msg":"sign match fail"}`, 200, false, true, 0},
		{"feishu", `{"code":19021,"msg":"sign match fail"}`, 400, false, true, 0},
		{"webhook", `no`, 500, false, false, 0},
	} {
		g := &group{status: c.status, answer: c.answer}
		srv := httptest.NewServer(g)
		_, err := SendSay(t.Context(), New(Config{Hosts: []string{"127.0.0.1"}}), Robot{Kind: c.kind, URL: srv.URL + "/hush"}, said())
		srv.Close()
		var robot *RobotError
		later := errors.As(err, &robot) && robot.Later
		if err == nil || later != c.later || errors.Is(err, ErrRefused) != c.fixed || later && robot.RetryAfter != c.wait {
			t.Errorf("%s %d %s: %v", c.kind, c.status, c.answer, err)
		}
	}
	// The address holds the token: no error shows it.
	srv := httptest.NewServer(nil)
	srv.Close()
	_, err := SendSay(t.Context(), New(Config{Hosts: []string{"127.0.0.1"}}), Robot{Kind: "dingtalk", URL: srv.URL + "/send?access_token=hush", Secret: "s"}, said())
	if err == nil || strings.Contains(err.Error(), "hush") {
		t.Error(err)
	}
}

func TestRobotTextIsCut(t *testing.T) {
	t.Parallel()
	got := cut(strings.Repeat("赢", 1000), 2048)
	if len(got) > 2048 || !strings.HasSuffix(got, "赢…") {
		t.Error(len(got))
	}
}
