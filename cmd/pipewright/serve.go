package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
)

// serveOptions are the flags of serve; each has a PIPEWRIGHT_… variable of the same name.
type serveOptions struct {
	Addr string
	storeOptions
	anchorOptions
	// Anchored signs the heads of all chains once a day. Tools do not.
	Anchored bool
	Demo     bool
	// Outbound lists hosts that webhooks may reach although the address guard would not let them.
	Outbound []string
	// Secrets is a file of the secrets that sign calls to other systems.
	Secrets string
	// Templates is a folder of the company's own templates.
	Templates string
	// BinDays is how long recycle bins keep a record: less than 0 for ever, 0 the engine's own.
	BinDays int
	mailOptions
	oidcOptions
	LogLevel string
}

// serveCommand is `serve`: the product itself, until it is interrupted.
func serveCommand() *cobra.Command {
	var o serveOptions
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Start the server",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			return serve(ctx, o, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.Addr, "addr", env("ADDR", "127.0.0.1:8080"), "address to listen on")
	storeFlags(f, &o.storeOptions)
	anchorFlags(f, &o.anchorOptions)
	f.BoolVar(&o.Demo, "demo", env("DEMO", "") != "", "start with the sample company on a throw-away store; loopback addresses only")
	f.StringSliceVar(&o.Outbound, "outbound-host", split(env("OUTBOUND_HOST", "")), "hosts (name or name:port) that webhooks may reach inside the own network; may be repeated")
	f.StringVar(&o.Secrets, "secrets", env("SECRETS", ""), `file of secrets that sign calls to other systems: {"name": {"key": "…", "hosts": ["…"]}}`)
	f.StringVar(&o.Templates, "templates", env("TEMPLATES", ""), "folder of your own templates, each a definition or an app's folder; one with the key of a built-in template takes its place")
	f.IntVar(&o.BinDays, "bin-days", 30, "days that recycle bins keep a record before it is gone for good; -1 for ever")
	mailFlags(f, &o.mailOptions)
	oidcFlags(f, &o.oidcOptions)
	f.StringVar(&o.LogLevel, "log-level", env("LOG_LEVEL", "info"), "debug, info, warn or error")
	return cmd
}

// gcPercent: what a server keeps is small beside what its requests throw away, so collecting a third less often than Go does by itself saves
// work; at 200 the peak under full load passed 160 MB. GOGC in the environment says otherwise.
const gcPercent = 150

func serve(ctx context.Context, o serveOptions, out, logTo io.Writer) error {
	var level slog.Level
	if err := level.UnmarshalText([]byte(o.LogLevel)); err != nil {
		return fmt.Errorf("--log-level must be debug, info, warn or error")
	}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	log := slog.New(slog.NewTextHandler(logTo, &slog.HandlerOptions{Level: level}))
	if o.Demo {
		if !loopback(o.Addr) {
			return fmt.Errorf("--demo signs anybody in as anybody, so it listens on loopback addresses only, not on %s", o.Addr)
		}
		if o.MongoURI != "" {
			return fmt.Errorf("--demo uses a throw-away store and gives everybody a known password: leave out --mongodb-uri and PIPEWRIGHT_MONGODB_URI")
		}
		o.Data = ""
	}
	o.Anchored = true
	p, err := open(ctx, o, log)
	if err != nil {
		return err
	}
	defer p.store.Close()
	listener, err := net.Listen("tcp", o.Addr)
	if err != nil {
		return fmt.Errorf("cannot listen on %s: %w", o.Addr, err)
	}
	info, err := p.store.Info(ctx)
	if err != nil {
		return err
	}
	// The engine runs until everything that may still ask it has stopped, not just until the signal.
	p.engine.Start(context.WithoutCancel(ctx))
	srv := &http.Server{Handler: p.server, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 64 << 10, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug)}
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(listener) }()
	fmt.Fprintf(out, "Pipewright %s is ready on http://%s\n", version, listener.Addr())
	fmt.Fprintf(out, "Store: %s %s, %s\n", info.Kind, info.Version, info.Detail)
	if code := p.server.SetupCode(); code != "" {
		fmt.Fprintf(out, "Open the address to set it up. One-time code: %s\n", code)
	}
	if o.Demo {
		fmt.Fprintln(out, "Demo: nothing is kept. Choose a person on the sign-in page; the password of all is pipewright-demo.")
	}
	debug.FreeOSMemory() // what reading the definitions took is given back now, not over the next minutes
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	return p.stop(srv, log)
}

// stop finishes requests and jobs under way, at most 15 s.
func (p *product) stop(srv *http.Server, log *slog.Logger) error {
	log.Info("stopping")
	ctx, cancel := context.WithTimeout(context.Background(), 15*time.Second)
	defer cancel()
	p.server.Close()
	err := srv.Shutdown(ctx)
	if stopErr := p.engine.Stop(ctx); err == nil {
		err = stopErr
	}
	if errors.Is(err, context.DeadlineExceeded) {
		log.Warn("some work was still under way; it goes on at the next start")
		return nil
	}
	return err
}

// loopback says whether an address can be reached from this machine only.
func loopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// env reads PIPEWRIGHT_<name>.
func env(name, otherwise string) string {
	if v, ok := os.LookupEnv("PIPEWRIGHT_" + name); ok {
		return v
	}
	return otherwise
}

func split(list string) []string {
	var out []string
	for _, s := range strings.Split(list, ",") {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}
