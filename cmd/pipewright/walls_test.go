package main

import (
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// walls say which packages of the project each package may import (ARCHITECTURE.md). A package that is not listed may import
// nothing of the project.
var walls = map[string][]string{
	"rules":                              {"rules/strict"},
	"rules/strict":                       {"rules"},
	"rules/hostile":                      {},
	"forms":                              {"rules", "rules/strict"},
	"runtime/process":                    {"forms", "rules", "rules/strict"},
	"runtime/query":                      {"forms", "rules"},
	"runtime/store":                      {"runtime/query"},
	"runtime/store/storetest":            {"runtime/store", "runtime/query"},
	"runtime/store/sqlitestore":          {"runtime/store", "runtime/query"},
	"runtime/store/mongostore":           {"runtime/store", "runtime/query"},
	"runtime/store/mongostore/mongotest": {},
	"runtime/store/mongostore/mongotest/serve": {"runtime/store/mongostore/mongotest"},
	"runtime/org":       {"rules", "rules/strict"},
	"runtime/access":    {"runtime/process", "runtime/org", "runtime/query", "forms", "rules", "rules/strict"},
	"runtime/forecast":  {"runtime/org", "rules"},
	"runtime/outbound":  {},
	"runtime/engine":    {"runtime/access", "runtime/forecast", "runtime/org", "runtime/outbound", "runtime/process", "runtime/query", "runtime/store", "forms", "rules", "rules/strict"},
	"designer":          {"runtime/access", "runtime/org", "runtime/outbound", "runtime/process", "runtime/query", "runtime/store", "forms", "rules", "rules/strict", "builtin-templates"},
	"runtime/sandbox":   {"designer", "runtime/engine", "runtime/org", "runtime/outbound", "runtime/process", "runtime/query", "runtime/store", "rules"},
	"runtime/server":    {"designer", "runtime/engine", "runtime/sandbox", "runtime/access", "runtime/forecast", "runtime/org", "runtime/outbound", "runtime/process", "runtime/query", "runtime/store", "forms", "rules", "rules/strict", "builtin-templates", "web"},
	"web":               {},
	"builtin-templates": {"runtime/process"},
}

// free packages wire everything and may import anything.
var free = []string{"cmd/"}

// only says who alone may import an outside module.
var only = map[string]string{
	"github.com/expr-lang/expr":   "rules",
	"github.com/robfig/cron":      "runtime/engine",
	"github.com/gin-gonic/gin":    "runtime/server",
	"go.mongodb.org/mongo-driver": "runtime/store/mongostore",
	"modernc.org/sqlite":          "runtime/store/sqlitestore",
}

// pure packages keep no time and touch nothing outside.
var pure = []string{"rules", "rules/strict", "forms", "runtime/process", "runtime/query", "runtime/org", "runtime/access", "runtime/forecast"}

// clocks are what of the package time asks a clock or the machine's zone; the rest of it only counts.
var clocks = []string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker", "Local"}

var impure = []string{"context", "os", "net", "net/http", "math/rand", "math/rand/v2", "crypto/rand", "database/sql", "os/exec", "io/fs", "log", "log/slog"}

func TestImportWalls(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("go", "list", "-f", "{{.ImportPath}} {{join .Imports \" \"}}", "pipewright/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for line := range strings.Lines(string(out)) {
		words := strings.Fields(line)
		pkg := strings.TrimPrefix(words[0], "pipewright/")
		if strings.HasPrefix(pkg, "web/") {
			continue
		}
		seen++
		for _, imp := range words[1:] {
			checkImport(t, pkg, imp)
		}
	}
	if seen < 12 {
		t.Fatalf("only %d packages seen", seen)
	}
}

func checkImport(t *testing.T, pkg, imp string) {
	t.Helper()
	for _, f := range free {
		if strings.HasPrefix(pkg+"/", f) {
			return
		}
	}
	if own, ok := strings.CutPrefix(imp, "pipewright/"); ok {
		allowed, listed := walls[pkg]
		if !listed {
			t.Errorf("%s is not in the picture of packages", pkg)
			return
		}
		if !has(allowed, own) {
			t.Errorf("%s must not import %s", pkg, own)
		}
		return
	}
	for module, owner := range only {
		if strings.HasPrefix(imp, module) && pkg != owner && !strings.HasPrefix(pkg, owner+"/") {
			t.Errorf("%s must not import %s: only %s may", pkg, imp, owner)
		}
	}
	if has(pure, pkg) && has(impure, imp) {
		t.Errorf("%s must not import %s: it is pure", pkg, imp)
	}
}

// What comes in with a command is all that a pure package knows of the instant: none asks a clock, nor starts anything that goes on by itself.
func TestPurePackagesAskNoClock(t *testing.T) {
	t.Parallel()
	files := 0
	for _, pkg := range pure {
		dir, err := build.ImportDir(filepath.Join("..", "..", filepath.FromSlash(pkg)), 0) // without what generates
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range dir.GoFiles {
			files++
			fset := token.NewFileSet()
			file, err := parser.ParseFile(fset, filepath.Join(dir.Dir, name), nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(file, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.GoStmt:
					t.Errorf("%s starts something that goes on by itself", fset.Position(n.Pos()))
				case *ast.SelectorExpr:
					if of, ok := n.X.(*ast.Ident); ok && of.Name == "time" && has(clocks, n.Sel.Name) {
						t.Errorf("%s asks a clock: time.%s", fset.Position(n.Pos()), n.Sel.Name)
					}
				}
				return true
			})
		}
	}
	if files < 100 {
		t.Errorf("only %d files seen", files)
	}
}

func has(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}
