package main

import (
	"strings"
	"testing"

	"fengqiao/fixtures"
)

func TestAPolicyForOpenCasesIsPutInForceAfterItsPreview(t *testing.T) {
	dir := countyData(t)
	src, err := fixtures.Policy("fuyang")
	if err != nil {
		t.Fatal(err)
	}
	file := write(t, "open.yaml", "appliesTo: open\n"+strings.Replace(string(src), "whole: {within: 60d", "whole: {within: 50d", 1))
	args := []string{"import", "policy", file, "--data", dir}
	preview := ok(t, append(args, "--preview")...)
	if !strings.Contains(preview, "would be judged by") || !strings.Contains(preview, "the whole case: ") || !strings.Contains(preview, "overdue at once") {
		t.Fatal(preview)
	}
	if r := fengqiao(t, args...); r.code != exitFailure || !strings.Contains(r.err, "--yes") || !strings.Contains(r.out, "would be judged by") {
		t.Fatalf("exit %d, %s%s", r.code, r.out, r.err)
	}
	r := fengqiao(t, append(args, "--yes")...)
	if r.code != exitOK || strings.Contains(r.out, "\n0 open cases") || !strings.Contains(r.err, "open cases: ") {
		t.Fatalf("exit %d, %s%s", r.code, r.out, r.err)
	}
	if out := ok(t, append(args, "--yes")...); !strings.Contains(out, "0 open cases are judged by it from now on") {
		t.Errorf("a second time: %s", out)
	}
	if out := ok(t, append(args, "--preview")...); !strings.Contains(out, ", 0 of which would be judged") {
		t.Errorf("afterwards: %s", out)
	}
}
