package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"pipewright/cmd/pipewright/internal/trial"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// The workspace is a company at work: the B2B template with 100,000 deals, three in five of them closed in the past year, brought in by the product's
// own import, and a tenth of them moved on by a transition. It is looked at by a director, who reads all, and by two reps, who read what they own or
// take part in: one owns a tenth of the deals, the other a hundred.

const (
	workspaceApp  = "b2b"
	workspaceForm = "/api/apps/" + workspaceApp + "/forms/deal"
	// workspaceFiles are imported side by side, as rows of one file come in one after the other.
	workspaceFiles = 8
	// littleOwned is how many deals the second rep owns.
	littleOwned = 100
	// accounts are shared by all deals.
	workspaceAccounts = 50
	otherOwners       = 18
	// loadedMark is a file that says that the workspace in a folder is whole.
	loadedMark = "loaded"
	// repeats of a request; the median counts.
	repeats = 3
)

// onlooker is somebody who reads the workspace.
type onlooker struct {
	user, says, role string
	api              *trial.API
}

func onlookers() []*onlooker {
	return []*onlooker{{user: "dir.bench", says: "reads all", role: "director"}, {user: "big.bench", says: "owns a tenth", role: "rep"}, {user: "small.bench", says: "owns 100", role: "rep"}}
}

// workspaceOwner is who owns the n-th deal.
func workspaceOwner(n int) string {
	switch {
	case n%10 == 0:
		return "big.bench"
	case n < littleOwned*10/9+1: // nine in ten of the first are not the other's
		return "small.bench"
	}
	return "rep" + strconv.Itoa(n%otherOwners) + ".bench"
}

// openWorkspace makes the people and the app.
func (b *bench) openWorkspace(ctx context.Context) error {
	_, err := os.Stat(filepath.Join(b.dir, loadedMark))
	b.loaded = err == nil
	if _, err := os.Stat(filepath.Join(b.dir, "data", "pipewright.db")); err == nil && !b.loaded {
		return fmt.Errorf("loading the workspace in %s was broken off: remove it, and it is loaded anew", b.dir)
	}
	if _, err := b.server.Start(ctx); err != nil {
		return err
	}
	b.boss = trial.New("http://" + b.server.Addr)
	if b.loaded {
		err = b.boss.SignIn(ctx)
	} else {
		err = b.signUp(ctx)
	}
	if err != nil {
		return err
	}
	b.boss.Patience(5 * time.Minute)
	b.looking = onlookers()
	if !b.loaded {
		if err := b.hire(ctx); err != nil {
			return err
		}
	}
	if err := b.compareNames(ctx); err != nil {
		return err
	}
	for _, o := range b.looking {
		o.api = trial.New("http://" + b.server.Addr)
		o.api.Patience(5 * time.Minute)
		if err := o.api.Must(ctx, "POST", "/api/login", map[string]string{"username": o.user, "password": trial.Password}, "", nil); err != nil {
			return err
		}
	}
	return nil
}

// compareNames publishes a unique rule about the names of deals, so that there is something to look for duplicates by.
func (b *bench) compareNames(ctx context.Context) error {
	const app = "/api/apps/" + workspaceApp
	var draft struct {
		Definition map[string]any
		Rev        int64
	}
	if err := b.boss.Must(ctx, "GET", app+"/draft", nil, "", &draft); err != nil {
		return err
	}
	list, _ := draft.Definition["forms"].([]any)
	for _, f := range list {
		form, _ := f.(map[string]any)
		if form["key"] != "deal" || form["unique"] != nil {
			continue
		}
		form["unique"] = []any{map[string]any{"key": "sameDeal", "on": []string{"name"}, "mode": "warn"}}
		status, answer, err := b.boss.Put(ctx, app+"/draft", draft.Definition, draft.Rev)
		if err == nil && status >= 300 {
			err = fmt.Errorf("PUT %s/draft: %d %s", app, status, answer)
		}
		if err != nil {
			return err
		}
		return b.boss.Must(ctx, "POST", app+"/publish", map[string]any{"note": "names", "acceptWarnings": true}, "", nil)
	}
	return nil
}

func (b *bench) hire(ctx context.Context) error {
	if err := b.boss.Must(ctx, "POST", "/api/templates/b2b/install", map[string]any{"app": workspaceApp}, "", nil); err != nil {
		return err
	}
	roles := func(list ...string) []string {
		for i := range list {
			list[i] = workspaceApp + "/" + list[i]
		}
		return list
	}
	if err := b.boss.Must(ctx, "PATCH", "/api/users/"+trial.User, map[string]any{"roles": roles("manager", "director", "rep")}, "", nil); err != nil {
		return err
	}
	add := func(user, role string) error {
		return b.boss.Must(ctx, "POST", "/api/users", map[string]any{"username": user, "name": user, "password": trial.Password, "roles": roles(role), "language": "en"}, "", nil)
	}
	for _, o := range b.looking {
		if err := add(o.user, o.role); err != nil {
			return err
		}
	}
	for i := range otherOwners {
		if err := add("rep"+strconv.Itoa(i)+".bench", "rep"); err != nil {
			return err
		}
	}
	for i := range workspaceAccounts {
		in := map[string]any{"data": map[string]any{"name": fmt.Sprint("Account ", i)}}
		if err := b.boss.Must(ctx, "POST", "/api/apps/"+workspaceApp+"/forms/account/records", in, fmt.Sprintf("account-%d", i), nil); err != nil {
			return err
		}
	}
	return nil
}

var workspaceHeader = []string{"name", "account", "direction", "origin", "priority", "closeDate", "estimate", "lossReason", "owner", "stage", "createdAt", "since", "closedAt"}

// workspaceDeal is the n-th row of the import, as of a day.
func workspaceDeal(n int, today time.Time) []string {
	pick := func(list ...string) string { return list[n/7%len(list)] }
	day := func(back int) string { return today.AddDate(0, 0, -back).Format("2006-01-02 15:04") }
	age := n * 31 % 360
	stage, since, closed, reason := "", age*2/3, "", ""
	switch r := n * 7 % 100; {
	case r < 25:
		stage = "won"
	case r < 60:
		stage, reason = "lost", pick("price", "feature", "timing", "competitor")
	case r < 75:
		stage = "identify"
	default:
		stage = pick("prospect", "qualify", "followUp", "proposal", "closing")
	}
	closes := today.AddDate(0, 0, n*13%150-30)
	if stage == "won" || stage == "lost" {
		since = age / 2
		closed = day(since)
		closes = today.AddDate(0, 0, -since)
	}
	name := fmt.Sprint("Deal ", n)
	if n%100 == 99 { // one in a hundred is called as another
		name = fmt.Sprint("Deal ", n-1)
	}
	return []string{name, fmt.Sprint("Account ", n%workspaceAccounts), pick("in", "out"), pick("web", "ads", "event", "referral", "partner", "visit"), pick("high", "normal", "low"),
		closes.Format(time.DateOnly), fmt.Sprintf("%d.50", 1000+n*37%900_000), reason, workspaceOwner(n), stage, day(age), day(since), closed}
}

// loadWorkspace imports the deals and moves a tenth of them.
func (b *bench) loadWorkspace(ctx context.Context) error {
	if b.loaded {
		return nil
	}
	began, today := time.Now(), time.Now().Truncate(24*time.Hour)
	var wg sync.WaitGroup
	errs := make([]error, workspaceFiles)
	for i := range workspaceFiles {
		wg.Go(func() {
			errs[i] = b.importDeals(ctx, i*b.size.Records/workspaceFiles, (i+1)*b.size.Records/workspaceFiles, today)
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	b.add("W0", "importing "+strconv.Itoa(b.size.Records)+" deals", "1/s", float64(b.size.Records)/time.Since(began).Seconds(), 0, "", "")
	var ids []string
	after := ""
	for len(ids) < b.size.Records/10 {
		var page struct {
			Items []struct{ ID string }
			Next  string
		}
		if err := b.boss.Must(ctx, "GET", workspaceForm+"/records?stage=identify&limit=200&sort=-updatedAt&after="+url.QueryEscape(after), nil, "", &page); err != nil {
			return err
		}
		for _, it := range page.Items {
			ids = append(ids, it.ID)
		}
		if after = page.Next; after == "" {
			break
		}
	}
	_, err := driveN(ctx, b.boss, 8, len(ids), func(c, n int) (method, path string, body any, key string) {
		return "POST", "/api/records/" + ids[n-1] + "/transitions/qualify", map[string]any{}, fmt.Sprintf("move-%d", n)
	})
	if err != nil {
		return err
	}
	if _, err := b.settle(ctx); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(b.dir, loadedMark), nil, 0o600)
}

func (b *bench) importDeals(ctx context.Context, from, to int, today time.Time) error {
	var file bytes.Buffer
	w := csv.NewWriter(&file)
	_ = w.Write(workspaceHeader) // into memory
	for n := from; n < to; n++ {
		_ = w.Write(workspaceDeal(n, today))
	}
	w.Flush()
	var im struct {
		ID, State             string
		Done, Created, Failed int
		Problems              []json.RawMessage
	}
	if err := b.boss.Upload(ctx, workspaceForm+"/import?name=deals.csv", "text/csv", file.Bytes(), &im); err != nil {
		return err
	}
	mapping := map[string]string{}
	for i, key := range workspaceHeader {
		mapping[strconv.Itoa(i)] = key
	}
	if err := b.boss.Must(ctx, "POST", "/api/imports/"+im.ID+"/run", map[string]any{"mapping": mapping}, "", nil); err != nil {
		return err
	}
	for im.State != "done" && ctx.Err() == nil {
		trial.Wait(ctx, 250*time.Millisecond)
		if err := b.boss.Must(ctx, "GET", "/api/imports/"+im.ID, nil, "", &im); err != nil {
			return err
		}
	}
	if im.Created != to-from {
		return fmt.Errorf("%d of %d rows came in: %s", im.Created, to-from, im.Problems)
	}
	return ctx.Err()
}

// sight is one thing that people look at.
type sight struct {
	what, method, path string
	body               any
	// rep: a person with a narrow view may ask for it too.
	rep bool
	// most is the goal in ms.
	most float64
	// bare does the same in the store, for owner or, when he is "", for all.
	bare func(ctx context.Context, s store.Store, owner string) error
}

func sights(cards []string) []sight {
	const app = "/api/apps/" + workspaceApp
	get := func(what, path string, most float64) sight {
		return sight{what: what, method: "GET", path: path, rep: true, most: most}
	}
	list := get("50 by amount of those open", workspaceForm+"/records?where=open&sort=-amount&limit=50", 1000)
	list.bare = func(ctx context.Context, s store.Store, owner string) error {
		_, err := s.Query(ctx, workspaceRecords, query.Query{Filter: bareFilter(owner, query.Cmp{Col: "open", Op: query.Eq, Value: true}), Sort: []query.Sort{{Col: "f_amount", Desc: true}}, Limit: 50})
		return err
	}
	board := get("board, its columns counted and summed", app+"/boards/board", 1000)
	board.bare = bareSum("stage", "value", "weighted")
	out := []sight{get("50 newest", workspaceForm+"/records?limit=50", 1000), list, get("50 found by a word of the title", workspaceForm+"/records?q=deal%2099&limit=50", 1000),
		get("my work", "/api/home", 1000), board, get("a column of the board", workspaceForm+"/records?stage=qualify&limit=50&sort=-updatedAt", 1000)}
	for _, key := range cards {
		card := get("report "+key, app+"/reports/"+key, 1000)
		switch key {
		case "stages":
			card.bare = bareSum("stage", "value", "weighted")
		case "owners":
			card.bare = bareSum("owner", "value", "weighted")
		case "origins":
			card.bare = bareSum("f_origin", "value")
		}
		out = append(out, card)
	}
	return append(out, get("the sales dashboard, "+strconv.Itoa(len(cards))+" cards", app+"/dashboards/home", 2000), get("forecast, 6 months", app+"/forecast/deal?months=6&from="+time.Now().Format("2006-01"), 2000),
		get("search for a word that all have", "/api/search?q=deal", 1000), get("search for a word that one has", "/api/search?q=Deal%2077777", 1000),
		sight{what: "export of all", method: "POST", path: workspaceForm + "/export", body: map[string]any{}})
}

const workspaceRecords = "rec_" + workspaceApp + "_deal"

func bareFilter(owner string, more ...query.Filter) query.And {
	out := query.And{query.IsNull{Col: "deleted"}}
	if owner != "" {
		out = append(out, query.Cmp{Col: "owner", Op: query.Eq, Value: owner})
	}
	return append(out, more...)
}

func bareSum(by string, cols ...string) func(ctx context.Context, s store.Store, owner string) error {
	ms := []query.Measure{{Kind: "count"}}
	for _, c := range cols {
		ms = append(ms, query.Measure{Kind: "sum", Col: c})
	}
	return func(ctx context.Context, s store.Store, owner string) error {
		_, err := s.Aggregate(ctx, workspaceRecords, query.Aggregate{Filter: bareFilter(owner), Groups: []query.Group{{Col: by}}, Measures: ms, Limit: 1000})
		return err
	}
}

// readWorkspace measures what people look at, each as everybody who may, and then the same in the bare store.
func (b *bench) readWorkspace(ctx context.Context) error {
	var dash struct {
		Cards []struct{ Key string }
	}
	if err := b.looking[0].api.Must(ctx, "GET", "/api/apps/"+workspaceApp+"/dashboards/home", nil, "", &dash); err != nil {
		return err
	}
	var cards []string
	for _, c := range dash.Cards {
		cards = append(cards, c.Key)
	}
	all := sights(cards)
	type place struct {
		sight
		of   *onlooker
		took []float64
		cpu  float64
	}
	var places []*place
	for _, s := range all {
		for _, o := range b.looking {
			if !s.rep && o.role == "rep" {
				continue
			}
			p := &place{sight: s, of: o}
			places = append(places, p)
			before, err := cpu(b.server.Pid())
			if err != nil {
				return err
			}
			for range repeats {
				t := time.Now()
				if err := o.see(ctx, s); err != nil {
					return err
				}
				p.took = append(p.took, ms(time.Since(t)))
				if p.took[0] > 5000 { // no need to suffer it again
					break
				}
			}
			after, err := cpu(b.server.Pid())
			if err != nil {
				return err
			}
			p.cpu = ms(after-before) / float64(len(p.took))
		}
	}
	peak, err := memory(b.server.Pid(), "VmHWM")
	if err != nil {
		return err
	}
	if err := b.scanDuplicates(ctx); err != nil {
		return err
	}
	if err := b.server.Stop(); err != nil {
		return err
	}
	s, err := openStore(ctx, storeOptions{Data: filepath.Join(b.dir, "data"), MongoURI: b.mongo, AllowStandalone: true})
	if err != nil {
		return err
	}
	defer s.Close()
	for i, p := range places {
		limit := 0.0
		if p.bare != nil {
			owner := p.of.user
			if p.of.role != "rep" {
				owner = ""
			}
			var took []float64
			for range repeats {
				t := time.Now()
				if err := p.bare(ctx, s, owner); err != nil {
					return err
				}
				took = append(took, ms(time.Since(t)))
			}
			limit = median(took)
		}
		goal := ""
		if p.most > 0 {
			goal = "≤ " + strconv.Itoa(int(p.most)) + " ms"
		}
		b.add("W"+strconv.Itoa(i+1), p.what+", "+p.of.says, "ms", median(p.took), limit, "", goal)
		b.figures[len(b.figures)-1].CPU = p.cpu
	}
	b.add("W", "memory at peak", "MB", peak, 0, "", "")
	return nil
}

func (o *onlooker) see(ctx context.Context, s sight) error {
	status, answer, err := o.api.Do(ctx, s.method, s.path, s.body, "")
	if err == nil && status >= 300 {
		err = fmt.Errorf("%s %s: %d %s", s.method, s.path, status, answer)
	}
	return err
}

// scanDuplicates looks for likely duplicates among the deals and tells how long that took.
func (b *bench) scanDuplicates(ctx context.Context) error {
	began := time.Now()
	path := workspaceForm + "/duplicates"
	if err := b.boss.Must(ctx, "POST", path, map[string]any{}, "", nil); err != nil {
		return err
	}
	var found struct{ Scan struct{ State string } }
	for found.Scan.State != "done" && ctx.Err() == nil {
		trial.Wait(ctx, 20*time.Millisecond)
		if err := b.boss.Must(ctx, "GET", path, nil, "", &found); err != nil {
			return err
		}
	}
	b.add("W", "looking for duplicates among "+strconv.Itoa(b.size.Records)+" deals", "s", time.Since(began).Seconds(), 0, "", "")
	return ctx.Err()
}
