//go:build ignore

// gen_cn makes cn.txt from the npm package chinese-days, which it fetches with npm. Only facts are taken: which days are off and
// which weekend days are worked.
package main

import (
	"encoding/json"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

const pack = "chinese-days@1.5.7"

func main() {
	dir, err := os.MkdirTemp("", "chinese-days")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	run := func(name string, args ...string) {
		cmd := exec.Command(name, args...)
		cmd.Dir, cmd.Stderr = dir, os.Stderr
		if err := cmd.Run(); err != nil {
			log.Fatalf("%s: %v", name, err)
		}
	}
	run("npm", "pack", "--silent", pack)
	run("tar", "xzf", "chinese-days-1.5.7.tgz")
	raw, err := os.ReadFile(filepath.Join(dir, "package", "dist", "chinese-days.json"))
	if err != nil {
		log.Fatal(err)
	}
	var in struct{ Holidays, Workdays map[string]string }
	if err := json.Unmarshal(raw, &in); err != nil {
		log.Fatal(err)
	}
	var lines []string
	for day := range in.Holidays {
		lines = append(lines, day+" off")
	}
	for day := range in.Workdays {
		lines = append(lines, day+" work")
	}
	slices.Sort(lines)
	head := "# Public holidays and moved working days of mainland China, from npm chinese-days 1.5.7 (MIT). Made by `make data`.\n"
	if err := os.WriteFile("cn.txt", []byte(head+strings.Join(lines, "\n")+"\n"), 0o644); err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(lines), "days")
}
