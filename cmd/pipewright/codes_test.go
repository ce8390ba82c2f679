package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// problemCode is how a code of a problem is written.
var problemCode = regexp.MustCompile(`^[a-z]+\.[a-z][A-Za-z]+$`)

// reporting are the functions that a problem is reported with; the code is one of their arguments.
var reporting = []string{"Errorf", "Warnf", "fail", "warn", "failAt", "errorf", "warnf", "problem", "refuse", "add", "report"}

// codesOf are the codes that a package's sources report problems with, each with one place.
func codesOf(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	set := token.NewFileSet()
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(set, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		note := func(e ast.Expr) {
			lit, ok := e.(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING {
				return
			}
			if code, _ := strconv.Unquote(lit.Value); problemCode.MatchString(code) {
				out[code] = set.Position(lit.Pos()).String()
			}
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				name := ""
				switch f := n.Fun.(type) {
				case *ast.Ident:
					name = f.Name
				case *ast.SelectorExpr:
					name = f.Sel.Name
				}
				if slices.Contains(reporting, name) {
					for _, a := range n.Args {
						note(a)
					}
				}
			case *ast.KeyValueExpr:
				if k, ok := n.Key.(*ast.Ident); ok && k.Name == "Code" {
					note(n.Value)
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestCodesAreDocumented: a code that a check, a value or a run can come back with stands in the tables of docs/definition.md, or among
// what requests are refused with in docs/api.md.
func TestCodesAreDocumented(t *testing.T) {
	t.Parallel()
	doc, err := os.ReadFile("../../docs/definition.md")
	if err != nil {
		t.Fatal(err)
	}
	_, tables, ok := strings.Cut(string(doc), "## Problems of a definition")
	if !ok {
		t.Fatal("no tables of problems in docs/definition.md")
	}
	api, err := os.ReadFile("../../docs/api.md")
	if err != nil {
		t.Fatal(err)
	}
	tables += string(api)
	seen := 0
	for _, dir := range []string{"../../rules", "../../forms", "../../runtime/process", "../../runtime/engine", "../../designer"} {
		codes := codesOf(t, dir)
		seen += len(codes)
		for code, at := range codes {
			if !strings.Contains(tables, "`"+code+"`") {
				t.Errorf("%s: neither docs/definition.md nor docs/api.md explains %s", at, code)
			}
		}
	}
	if seen < 120 {
		t.Errorf("found only %d codes: are they reported otherwise now?", seen)
	}
}
