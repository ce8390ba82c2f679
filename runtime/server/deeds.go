package server

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"pipewright/rules"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// What admins do beside work on records, which has its own history, is written down: who, what, about whom or what, when and from where.

// deed is one thing an admin did.
type deed struct {
	By string `json:"by"`
	// What is the route, by which its words are found.
	What string `json:"what"`
	// About is the person or thing, as the address or the body names it.
	About   string    `json:"about,omitempty"`
	Address string    `json:"address,omitempty"`
	At      time.Time `json:"at"`
	// Until is how long what began lasts at most.
	Until time.Time `json:"until,omitzero"`
}

type deeds struct {
	store store.Store
	now   func() time.Time
}

// deedWords are words for what is written down: these routes, and every other by which admins change something (its summary is then the words).
var deedWords = map[string]rules.Text{
	"POST /api/seeing":                        rules.Say("开始以他人身份查看", "開始以他人身分檢視", "Began to see as somebody else"),
	"DELETE /api/seeing":                      rules.Say("结束以他人身份查看", "結束以他人身分檢視", "Stopped seeing as somebody else"),
	"POST /api/users":                         rules.Say("添加人员", "新增人員", "Added a person"),
	"PATCH /api/users/:id":                    rules.Say("更改人员", "更改人員", "Changed a person"),
	"DELETE /api/users/:id/totp":              rules.Say("关闭他人的两步登录", "關閉他人的兩步登入", "Switched off somebody's two-step sign-in"),
	"POST /api/users/:id/leave":               rules.Say("办理离职交接", "辦理離職交接", "Began a hand-over of a leaver"),
	"POST /api/teams":                         rules.Say("添加团队", "新增團隊", "Added a team"),
	"PATCH /api/teams/:key":                   rules.Say("更改团队", "更改團隊", "Changed a team"),
	"DELETE /api/teams/:key":                  rules.Say("删除团队", "刪除團隊", "Deleted a team"),
	"PUT /api/calendars/year":                 rules.Say("录入工作日历", "錄入工作日曆", "Entered a year of a calendar"),
	"DELETE /api/calendars/year":              rules.Say("删除工作日历的一年", "刪除工作日曆的一年", "Took a year of a calendar out"),
	"PUT /api/calendars/week":                 rules.Say("更改每周休息日", "更改每週休息日", "Changed the days of rest"),
	"PATCH /api/company":                      rules.Say("更改公司设置", "更改公司設定", "Changed the company"),
	"PUT /api/rates":                          rules.Say("更改汇率", "更改匯率", "Changed exchange rates"),
	"DELETE /api/tokens/:id":                  rules.Say("撤销令牌", "撤銷權杖", "Revoked a token"),
	"POST /api/tokens":                        rules.Say("创建令牌", "建立權杖", "Made a token"),
	"POST /api/templates/:key/install":        rules.Say("安装模板", "安裝範本", "Installed a template"),
	"POST /api/apps/:app/sample":              rules.Say("载入示例数据", "載入範例資料", "Loaded sample records"),
	"DELETE /api/apps/:app/sample":            rules.Say("移除示例数据", "移除範例資料", "Removed sample records"),
	"POST /api/apps":                          rules.Say("新建应用", "新增應用", "Made an app"),
	"POST /api/apps/import":                   rules.Say("导入应用", "匯入應用", "Imported an app"),
	"POST /api/apps/:app/publish":             rules.Say("发布应用", "發布應用", "Published an app"),
	"POST /api/apps/:app/releases/:n/restore": rules.Say("恢复旧版本", "恢復舊版本", "Restored a release"),
	"POST /api/apps/:app/powers":              rules.Say("申请应用的权限", "申請應用的權限", "Asked for an app to be allowed more"),
	"POST /api/apps/:app/powers/answer":       rules.Say("答复应用申请的权限", "答覆應用申請的權限", "Answered what an app asked to be allowed"),
	"POST /api/apps/:app/shares":              rules.Say("更改流程的只读链接", "更改流程的唯讀連結", "Changed the read-only link of a flow"),
	"POST /api/apps/:app/migrations":          rules.Say("开始迁移记录", "開始遷移記錄", "Began a migration of records"),
	"POST /api/apps/:app/migrations/:id/undo": rules.Say("撤回迁移", "撤回遷移", "Took a migration back"),
	"POST /api/apps/:app/upgrade":             rules.Say("把新版模板并入草稿", "把新版範本併入草稿", "Put a newer template in a draft"),
	"POST /api/apps/:app/public/:key/link":    rules.Say("更改公开表单的链接", "更改公開表單的連結", "Changed the link of a public form"),
	"POST /api/records/:id/purge":             rules.Say("彻底删除记录", "徹底刪除記錄", "Removed a record for good"),
	"POST /api/records/:id/erase":             rules.Say("抹除记录", "抹除記錄", "Erased a record"),
	"POST /api/automations/:app/:key/pause":   rules.Say("暂停自动化", "暫停自動化", "Paused an automation"),
	"POST /api/automations/:app/:key/resume":  rules.Say("恢复自动化", "恢復自動化", "Resumed an automation"),
	"POST /api/jobs/:id/retry":                rules.Say("重试任务", "重試任務", "Ran a dead job again"),
	"POST /api/jobs/:id/discard":              rules.Say("放弃任务", "放棄任務", "Gave a dead job up"),
	"POST /api/apps/:app/releases/:n/readers": rules.Say("请大家阅读更新说明", "請大家閱讀更新說明", "Asked people to read what is new"),
	"POST /api/backups":                       rules.Say("做了备份", "做了備份", "Made a backup"),
	"POST /api/audit/verify":                  rules.Say("核对审计锚定", "核對稽核錨定", "Verified the anchors"),
	"POST /api/hooks/:app/:key/secret":        rules.Say("生成 webhook 密钥", "產生 webhook 金鑰", "Made the secret of a webhook"),
	"DELETE /api/hooks/:app/:key/secret":      rules.Say("关闭 webhook", "關閉 webhook", "Closed a webhook"),
	"PUT /api/robots/:key":                    rules.Say("更改群机器人", "更改群組機器人", "Changed a group robot"),
	"DELETE /api/robots/:key":                 rules.Say("删除群机器人", "刪除群組機器人", "Removed a group robot"),
	"PUT /api/settings/address":               rules.Say("更改本系统的网址", "更改本系統的網址", "Changed where people reach the installation"),
	"PUT /api/settings/mail":                  rules.Say("更改邮件服务器", "更改郵件伺服器", "Changed the mail server"),
	"DELETE /api/settings/mail":               rules.Say("删除邮件服务器", "刪除郵件伺服器", "Took the mail server out"),
	"PUT /api/settings/sign-in":               rules.Say("更改登录服务", "更改登入服務", "Changed the provider of sign-ins"),
	"DELETE /api/settings/sign-in":            rules.Say("删除登录服务", "刪除登入服務", "Took the provider of sign-ins out"),
	"POST /api/deliveries/:id/retry":          rules.Say("重发外发内容", "重發外發內容", "Sent a delivery again"),
	"POST /api/deliveries/:id/discard":        rules.Say("放弃外发内容", "放棄外發內容", "Gave a delivery up"),
}

// quiet are routes of admins that are not written down: drafts have a history of their own; the rest only asks, or is done to a sandbox.
var quiet = []string{
	"PUT /api/apps/:app/draft", "POST /api/apps/:app/draft/replay", "POST /api/apps/:app/draft/triggers", "POST /api/apps/:app/draft/tests", "POST /api/apps/:app/draft/read", "POST /api/apps/:app/draft/here", "POST /api/apps/:app/draft/clashes",
	"POST /api/apps/:app/draft/rules/:rule/sheet", "POST /api/apps/:app/draft/rules/:rule/sheet/read", "POST /api/apps/:app/check", "POST /api/apps/:app/rename",
	"POST /api/apps/:app/sandboxes", "POST /api/sandboxes/:id/clock", "POST /api/sandboxes/:id/scenario", "DELETE /api/sandboxes/:id",
	"POST /api/apps/:app/backtests", "POST /api/apps/:app/migrations/plan", "POST /api/apps/:app/migrations/preview",
	"POST /api/apps/:app/preview-chain", "POST /api/apps/:app/preview-report", "POST /api/apps/:app/preview-paper", "POST /api/robots/:key/test", "POST /api/mail/test", "POST /api/settings/sign-in/test",
	"POST /api/apps/:app/precedents/:process",
}

// kept says whether what a route does is written down.
func (r route) kept() bool {
	name := r.method + " " + r.path
	_, worded := deedWords[name]
	return worded || r.who.ofStaff() && r.method != http.MethodGet && !slices.Contains(quiet, name)
}

// wordsOf says in words what a route does.
func (s *Server) wordsOf(name string) rules.Text {
	if words, ok := deedWords[name]; ok {
		return words
	}
	for _, r := range s.routes {
		if r.method+" "+r.path == name {
			return rules.Plain(r.summary)
		}
	}
	return rules.Plain(name)
}

// add writes a deed down.
func (d *deeds) add(ctx context.Context, one deed) error {
	one.At = d.now().UTC().Truncate(time.Millisecond)
	body, err := json.Marshal(one)
	if err != nil {
		return fmt.Errorf("server: deed: %w", err)
	}
	raw := make([]byte, 16)
	if _, err := rand.Read(raw); err != nil {
		return err
	}
	return d.store.Insert(ctx, deedsColl, store.Doc{ID: hex.EncodeToString(raw), Ver: 1, Cols: map[string]any{"by": one.By, "at": one.At.UnixMilli()}, Body: body})
}

// note writes down what was just done, if it is one of those that are. It is done whether or not it can be written down, so that is told to the log.
func (s *Server) note(c *call, r route) {
	what := r.method + " " + r.path
	if !r.kept() || strings.HasSuffix(what, "/api/seeing") || !c.user.Staff() || s.Player != nil || c.Query("preview") == "true" {
		return
	}
	var body struct {
		Username, Key, Name any
		DryRun              bool
	}
	if c.content != nil && c.content.err == nil {
		_ = json.Unmarshal(c.content.raw, &body) // there may be none, or a file
	}
	if body.DryRun {
		return
	}
	var about []string
	for _, p := range c.Params {
		about = append(about, p.Value)
	}
	for _, v := range []any{body.Username, body.Key, body.Name} {
		if text, ok := v.(string); ok && len(about) == 0 && text != "" {
			about = append(about, text)
		}
	}
	if err := s.deeds.add(c.ctx(), deed{By: c.user.ID, What: what, About: strings.Join(about, " / "), Address: address(c.Request)}); err != nil {
		s.Log.Error("what an admin did could not be written down", "by", c.user.ID, "what", what, "error", err)
	}
}

type deedOut struct {
	ID string  `json:"id"`
	At instant `json:"at"`
	By *mini   `json:"by"`
	// What in words; Action is the route.
	What   rules.Text `json:"what"`
	Action string     `json:"action"`
	About  string     `json:"about,omitempty"`
	// Name of the person it is about.
	Name    string  `json:"name,omitempty"`
	Address string  `json:"address,omitempty"`
	Until   instant `json:"until"`
}

// getDeeds lists what admins did, newest first; ?by narrows it to one of them.
func (s *Server) getDeeds(c *call) (any, error) {
	n, err := c.limitParam(50)
	if err != nil {
		return nil, err
	}
	q := query.Query{Sort: []query.Sort{{Col: "at", Desc: true}}, Limit: n, After: c.Query("after")}
	if by := c.Query("by"); by != "" {
		q.Filter = query.Cmp{Col: "by", Op: query.Eq, Value: by}
	}
	found, err := s.Store.Query(c.ctx(), deedsColl, q)
	if err != nil {
		return nil, err
	}
	out := make([]deedOut, 0, len(found.Docs))
	for _, doc := range found.Docs {
		var one deed
		if err := json.Unmarshal(doc.Body, &one); err != nil {
			return nil, fmt.Errorf("server: deed: %w", err)
		}
		wire := deedOut{ID: doc.ID, At: instant(one.At), By: c.mini(one.By), What: s.wordsOf(one.What), Action: one.What, About: one.About, Address: one.Address, Until: instant(one.Until)}
		if u, known := c.dir.User(one.About); known && (strings.Contains(one.What, "/users") || strings.Contains(one.What, "/seeing")) {
			wire.Name = u.Name
		}
		out = append(out, wire)
	}
	return page(out, found.Next), nil
}
