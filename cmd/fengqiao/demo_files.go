package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"fengqiao/cmd/fengqiao/internal/progress"
	"fengqiao/cmd/fengqiao/internal/words"
	"fengqiao/fixtures"
)

// writeSample writes the sample county as the files that import and replay read, its sixty days of reports up to today among
// them. A file that is there already is left alone, and refused.
func (c *command) writeSample(folder string) error {
	county, err := fixtures.Fuyang(fixtures.DefaultSeed)
	if err != nil {
		return err
	}
	policy, err := fixtures.Policy("fuyang")
	if err != nil {
		return err
	}
	card, err := fixtures.Scorecard(demoScorecard)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	files := []struct {
		name  string
		write func(io.Writer) error
	}{
		{"policy.yaml", func(w io.Writer) error { _, err := w.Write(policy); return err }},
		{"scorecard.yaml", func(w io.Writer) error { _, err := w.Write(card); return err }},
		{"plan.geojson", county.WritePlan},
		{"mediators.csv", county.WriteMediators},
		{"people.csv", county.WritePeople},
		{"reports.csv", func(w io.Writer) error { return fixtures.WriteReports(w, county.Reports(time.Now())) }},
	}
	meter := progress.Start(c.err, "write", int64(len(files)))
	defer meter.End()
	for _, f := range files {
		if err := writeNew(filepath.Join(folder, f.name), f.write); err != nil {
			return fmt.Errorf("write %s: %w", f.name, err)
		}
		meter.Add(1)
	}
	c.say(c.out, words.Text{Zh: "样例县的文件已写入 %s；格式见 fixtures/README.md", En: "the sample county's files are in %s; fixtures/README.md has their formats"}, folder)
	return nil
}

func writeNew(path string, write func(io.Writer) error) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	return errors.Join(write(f), f.Close())
}
