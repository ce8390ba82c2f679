//go:build ignore

// gen_cn makes cn.txt from the file dist/chinese-days.json of the npm package chinese-days, whose path is the only argument.
// Only facts are taken: which days are off and which weekend days are worked.
package main

import (
	"encoding/json"
	"fmt"
	"log"
	"os"
	"slices"
	"strings"
)

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: go run gen_cn.go chinese-days.json")
	}
	raw, err := os.ReadFile(os.Args[1])
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
