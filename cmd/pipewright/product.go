package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"time"

	templates "pipewright/builtin-templates"
	"pipewright/designer"
	"pipewright/rules"
	"pipewright/runtime/access"
	"pipewright/runtime/engine"
	"pipewright/runtime/outbound"
	"pipewright/runtime/process"
	"pipewright/runtime/sandbox"
	"pipewright/runtime/server"
	"pipewright/runtime/store"
	"pipewright/runtime/store/sqlitestore"
	"pipewright/web"
)

// product is everything wired together over one store.
type product struct {
	store    store.Store
	engine   *engine.Engine
	designer *designer.Designer
	server   *server.Server
}

// open opens the store and wires the product; the caller closes the store.
func open(ctx context.Context, o serveOptions, log *slog.Logger) (*product, error) {
	s, err := openStore(ctx, o.storeOptions)
	if err != nil {
		return nil, err
	}
	p, err := wire(ctx, s, o, log)
	if err != nil {
		s.Close()
		return nil, err
	}
	return p, nil
}

func wire(ctx context.Context, s store.Store, o serveOptions, log *slog.Logger) (*product, error) {
	p := &product{store: s}
	sender, err := sender(o)
	if err != nil {
		return nil, err
	}
	mailer, err := o.mailer()
	if err != nil {
		return nil, err
	}
	provider, err := o.provider(o.PublicURL)
	if err != nil {
		return nil, err
	}
	gallery, err := gallery(o.Templates)
	if err != nil {
		return nil, err
	}
	p.designer, err = designer.New(ctx, designer.Config{
		Store: s, Now: time.Now, Log: log, Check: checkOptions(), Templates: gallery,
		Prepare: func(ctx context.Context, prev, next *process.App) error { return p.engine.Prepare(ctx, prev, next) },
		Duplicates: func(ctx context.Context, prev, next *process.App) ([]rules.Problem, error) {
			return p.engine.Duplicates(ctx, prev, next)
		},
		Tests: runTests,
		Org: func(ctx context.Context) (process.Org, error) {
			dir, err := p.engine.Directory(ctx)
			if err != nil {
				return nil, err
			}
			return access.Company(dir), nil
		},
	})
	if err != nil {
		return nil, err
	}
	var anchors *engine.Anchors
	if o.Anchored {
		if anchors, err = o.anchorOptions.inside(o.storeOptions).anchors(); err != nil {
			return nil, err
		}
	}
	host, err := os.Hostname()
	if err != nil {
		log.Warn("this machine does not tell its name", "error", err)
	}
	p.engine, err = engine.New(ctx, engine.Config{
		Store: s, Definitions: p.designer.Catalog(), Outbound: sender, Mailer: mailer, MakeMailer: guarded(sender), MailCap: o.MailCap, PublicURL: o.PublicURL, Anchors: anchors, Log: log,
		BinFor: time.Duration(o.BinDays) * 24 * time.Hour, Tidy: p.designer.ThinHistory, Host: host, Version: version,
	})
	if err != nil {
		return nil, err
	}
	yard := sandbox.New(sandbox.Config{Engine: p.engine, Designer: p.designer, Log: log, Open: func(ctx context.Context) (store.Store, error) {
		return sqlitestore.Open(ctx, sqlitestore.Options{ReadConns: 1})
	}})
	var backups server.Backups
	if o.MongoURI == "" && o.Data != "" {
		backups = &keeper{data: o.Data, anchors: o.anchorOptions.inside(o.storeOptions)}
	}
	p.server, err = server.New(ctx, server.Config{
		Store: s, Engine: p.engine, Designer: p.designer, Log: log, Web: web.Handler(web.Files()), Demo: o.Demo, OIDC: provider, Outside: sender.Client(), Version: version, Sandboxes: yard, Backups: backups,
	})
	if err != nil {
		return nil, err
	}
	if o.Demo {
		if err := p.demo(ctx); err != nil {
			return nil, fmt.Errorf("the demo could not be prepared: %w", err)
		}
	}
	return p, nil
}

// demo installs the sample company and every template with its sample records.
func (p *product) demo(ctx context.Context) error {
	if err := p.server.SetUpDemo(ctx); err != nil {
		return err
	}
	installed, err := p.designer.Apps(ctx)
	if err != nil {
		return err
	}
	there := map[string]bool{}
	for _, a := range installed {
		there[a.Key] = true
	}
	for _, t := range templates.All() {
		if there[t.Key] {
			continue
		}
		if _, err := p.server.Install(ctx, t.Key, "", "admin", true); err != nil {
			return fmt.Errorf("%s: %w", t.Key, err)
		}
	}
	return nil
}

// runTests gates a release on the scenarios inside the app.
func runTests(app *process.App) []rules.Problem {
	results, _ := process.RunTests(app, access.SampleWorld(app))
	var out []rules.Problem
	for _, r := range results {
		out = append(out, r.Problems...)
	}
	return out
}

// sender is how automations call other systems: to which hosts beside public ones, and signed with which secrets.
func sender(o serveOptions) (*outbound.HTTP, error) {
	c := outbound.Config{Hosts: o.Outbound}
	if o.Secrets == "" {
		return outbound.New(c), nil
	}
	raw, err := os.ReadFile(o.Secrets)
	if err != nil {
		return nil, fmt.Errorf("the file of secrets: %w", err)
	}
	var file map[string]struct {
		Key   string   `json:"key"`
		Hosts []string `json:"hosts"`
	}
	if err := json.Unmarshal(raw, &file); err != nil {
		return nil, fmt.Errorf(`the file of secrets must look like {"name": {"key": "…", "hosts": ["…"]}}: %w`, err)
	}
	c.Secrets = map[string]outbound.Secret{}
	for name, one := range file {
		c.Secrets[name] = outbound.Secret{Key: []byte(one.Key), Hosts: one.Hosts}
	}
	return outbound.New(c), nil
}

// guarded makes mailers of what admins set: they reach what webhooks may.
func guarded(h *outbound.HTTP) func(outbound.SMTPConfig) (outbound.Mailer, error) {
	return func(c outbound.SMTPConfig) (outbound.Mailer, error) {
		c.Dial = h.Dial
		return outbound.NewSMTP(c)
	}
}

// tool opens the stored data for a command that is no server.
func tool(ctx context.Context, o storeOptions) (*product, error) {
	return open(ctx, serveOptions{storeOptions: o}, slog.New(slog.DiscardHandler))
}
