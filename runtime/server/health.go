package server

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"pipewright/rules"
	"pipewright/runtime/engine"
)

// Backup is a copy of the store that was made here.
type Backup struct {
	Name string
	At   time.Time
	Size int64
}

// Backups makes copies of the store on the server's own disk.
type Backups interface {
	// Make writes one while the server works on. Errors: ErrBackupRunning.
	Make(ctx context.Context, at time.Time) (Backup, error)
	// List tells those that are there, newest first, and where.
	List() (all []Backup, dir string, err error)
}

// ErrBackupRunning is answered by Make while another is under way.
var ErrBackupRunning = refuse(http.StatusConflict, "conflict", rules.Say("正在做另一份备份", "正在做另一份備份", "Another backup is being made"))

const (
	// lateAfter is how long a job may wait before that is worth a word, staleAnchor how old the last anchor may be, staleBackup the last backup.
	lateAfter   = 10 * time.Minute
	staleAnchor = 50 * time.Hour
	staleBackup = 8 * 24 * time.Hour
)

type healthOut struct {
	Version    string         `json:"version"`
	StartedAt  instant        `json:"startedAt"`
	Now        instant        `json:"now"`
	Store      storeWire      `json:"store"`
	Jobs       map[string]int `json:"jobs"`
	Deliveries map[string]int `json:"deliveries"`
	// Anchor is the last signed list of the ends of chains.
	Anchor *anchorOut  `json:"anchor"`
	Backup *backupWire `json:"backup"`
	// Nodes are the server processes on the store, the oldest first.
	Nodes    []nodeWire    `json:"nodes"`
	Warnings []warningWire `json:"warnings"`
}

type storeWire struct {
	Kind    string `json:"kind"`
	Version string `json:"version"`
	Detail  string `json:"detail"`
}

// nodeWire is a server process. Self is the one that answers; Silent one that has not been heard of for a minute.
type nodeWire struct {
	ID        string    `json:"id"`
	Host      string    `json:"host"`
	Version   string    `json:"version"`
	StartedAt instant   `json:"startedAt"`
	SeenAt    instant   `json:"seenAt"`
	Self      bool      `json:"self"`
	Silent    bool      `json:"silent"`
	Jobs      []heldOut `json:"jobs"`
}

// heldOut is a job that a process has under way.
type heldOut struct {
	ID     string `json:"id"`
	Kind   string `json:"kind"`
	App    string `json:"app,omitempty"`
	Record string `json:"record,omitempty"`
}

func wireNode(n engine.Node) nodeWire {
	out := nodeWire{ID: n.ID, Host: n.Host, Version: n.Version, StartedAt: instant(n.StartedAt), SeenAt: instant(n.SeenAt), Self: n.Self, Silent: n.Silent, Jobs: []heldOut{}}
	for _, j := range n.Jobs {
		out.Jobs = append(out.Jobs, heldOut(j))
	}
	return out
}

// name is what people call a process: its machine, or its id where that is not known.
func (n nodeWire) name() string {
	if n.Host == "" {
		return n.ID
	}
	return n.Host
}

type warningWire struct {
	Code string     `json:"code"`
	Text rules.Text `json:"text"`
}

// getHealth tells an admin how the installation is: its store, its queues, the last anchor and backup, and what needs a hand.
func (s *Server) getHealth(c *call) (any, error) {
	info, err := s.Store.Info(c.ctx())
	if err != nil {
		return nil, err
	}
	h, err := s.Engine.Health(c.ctx())
	if err != nil {
		return nil, err
	}
	now := s.Now()
	out := healthOut{Version: s.Version, StartedAt: instant(s.started), Now: instant(now), Store: storeWire{info.Kind, info.Version, info.Detail}, Jobs: h.Jobs, Deliveries: h.Deliveries, Nodes: []nodeWire{}, Warnings: []warningWire{}}
	if h.Anchor != nil {
		out.Anchor = new(anchorWire(*h.Anchor))
	}
	warn := func(code string, text rules.Text) { out.Warnings = append(out.Warnings, warningWire{code, text}) }
	if n := h.Jobs["dead"]; n > 0 {
		warn("jobs.dead", rules.Say("{n} 个任务失败且不再重试，等您处理", "{n} 個任務失敗且不再重試，等您處理", "{n} jobs have failed for good and wait for you", "n", n))
	}
	if n := h.Deliveries["dead"]; n > 0 {
		warn("deliveries.dead", rules.Say("{n} 项外发内容没有送达，等您处理", "{n} 項外發內容沒有送達，等您處理", "{n} deliveries did not arrive and wait for you", "n", n))
	}
	if !h.Late.IsZero() && now.Sub(h.Late) > lateAfter {
		warn("jobs.late", rules.Say("后台任务已积压 {n} 分钟：服务器可能太忙", "背景任務已積壓 {n} 分鐘：伺服器可能太忙", "Jobs have been waiting for {n} minutes: the server may be too small for its work", "n", int(now.Sub(h.Late)/time.Minute)))
	}
	versions, silent, since := map[string]bool{}, []string{}, now
	for _, n := range h.Nodes {
		one := wireNode(n)
		out.Nodes = append(out.Nodes, one)
		if !n.Silent {
			versions[n.Version] = true
			continue
		}
		silent = append(silent, one.name())
		if n.SeenAt.Before(since) {
			since = n.SeenAt
		}
	}
	if len(silent) > 0 {
		warn("node.silent", rules.Say("服务器进程 {names} 已有 {n} 分钟没有消息：它停了、连不上数据库，或时钟不准", "伺服器程序 {names} 已有 {n} 分鐘沒有消息：它停了、連不上資料庫，或時鐘不準",
			"Not heard of for {n} minutes: the server process {names}. It has ended, does not reach the store, or its clock is wrong", "names", strings.Join(silent, ", "), "n", int(now.Sub(since)/time.Minute)))
	}
	if len(versions) > 1 {
		warn("node.versions", rules.Say("几个服务器进程的版本不同：{versions}", "幾個伺服器程序的版本不同：{versions}", "The server processes are of different versions: {versions}", "versions", strings.Join(slices.Sorted(maps.Keys(versions)), ", ")))
	}
	if len(h.Missing) > 0 {
		years := make([]string, len(h.Missing))
		for i, y := range h.Missing {
			years[i] = strconv.Itoa(y)
		}
		warn("calendar.missing", rules.Say("还没有录入 {years} 年的放假安排", "還沒有錄入 {years} 年的放假安排", "Nobody has entered the days off of {years}", "years", strings.Join(years, ", ")))
	}
	if h.Anchored && h.Anchor != nil && now.Sub(h.Anchor.TakenAt) > staleAnchor {
		warn("anchor.stale", rules.Say("最近一次审计锚定是 {day}，应当每天一次", "最近一次稽核錨定是 {day}，應當每天一次", "The last anchor of the audit is of {day}; there should be one a day", "day", h.Anchor.Day))
	}
	asked, err := s.Designer.Waiting(c.ctx())
	if err != nil {
		return nil, err
	}
	if len(asked) > 0 {
		warn("powers.asked", rules.Say("{n} 个应用在申请新权限，等您批准", "{n} 個應用在申請新權限，等您批准", "{n} apps ask to be allowed more and wait for your answer", "n", len(asked)))
	}
	if s.Backups != nil {
		all, _, err := s.Backups.List()
		if err != nil {
			return nil, err
		}
		if len(all) > 0 {
			out.Backup = new(wireBackup(all[0]))
		}
		if len(all) > 0 && now.Sub(all[0].At) > staleBackup {
			warn("backup.stale", rules.Say("这里最近一次备份在 {n} 天前", "這裡最近一次備份在 {n} 天前", "The last backup made here is {n} days old", "n", int(now.Sub(all[0].At)/(24*time.Hour))))
		}
	}
	return out, nil
}

type backupWire struct {
	Name string  `json:"name"`
	At   instant `json:"at"`
	Size int64   `json:"size"`
}

func wireBackup(b Backup) backupWire { return backupWire{b.Name, instant(b.At), b.Size} }

type backupsOut struct {
	// Possible: the server can make them itself; Dir is where they are kept, Most how many.
	Possible bool         `json:"possible"`
	Dir      string       `json:"dir,omitempty"`
	Items    []backupWire `json:"items"`
}

func (s *Server) getBackups(*call) (any, error) {
	out := backupsOut{Items: []backupWire{}}
	if s.Backups == nil {
		return out, nil
	}
	all, dir, err := s.Backups.List()
	if err != nil {
		return nil, err
	}
	out.Possible, out.Dir = true, dir
	for _, b := range all {
		out.Items = append(out.Items, wireBackup(b))
	}
	return out, nil
}

// postBackup makes a backup on the server's disk. It goes on when the browser has gone: half a copy is of no use.
func (s *Server) postBackup(c *call) (any, error) {
	if s.Backups == nil {
		return nil, refuse(http.StatusUnprocessableEntity, "backup.none", rules.Say("这个数据库不能在这里备份：请用它自己的工具", "這個資料庫不能在這裡備份：請用它自己的工具", "This store is not backed up here: use its own tools"))
	}
	made, err := s.Backups.Make(context.WithoutCancel(c.ctx()), s.Now())
	if err != nil {
		return nil, err
	}
	s.Log.Info("a backup was made", "name", made.Name, "by", c.user.ID, "bytes", made.Size)
	return reply{status: http.StatusCreated, body: wireBackup(made)}, nil
}

type verifiedOut struct {
	Anchors  int      `json:"anchors"`
	Wrong    int      `json:"wrong"`
	Findings []string `json:"findings"`
}

// postVerify verifies the anchors.
func (s *Server) postVerify(c *call) (any, error) {
	report, err := s.Engine.VerifyAnchors(c.ctx())
	if err != nil {
		return nil, err
	}
	return verifiedOut{report.Anchors, report.Wrong, report.Findings}, nil
}

func anchorWire(a engine.Anchor) anchorOut {
	return anchorOut{a.Day, instant(a.TakenAt), a.Heads, a.Root, a.Previous, a.Key, a.Signature}
}
