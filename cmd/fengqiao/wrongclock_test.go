package main

import (
	"fmt"
	"os"
	"time"
)

// clockFile is the environment variable that makes the test binary the program itself, on a clock that is off by what stands in the file it names:
// internal/simulate sets it while people work. The product has no such setting.
const clockFile = "CLOCK_OF_THE_PROGRAM_UNDER_TEST"

// wrongClock reads its error every time it is asked. Its times have no monotonic reading, which a real clock's keep when it is set: so what is measured
// between two of them jumps as well, as everything does that was stored in between.
func wrongClock(file string) func() time.Time {
	return func() time.Time {
		text, err := os.ReadFile(file)
		if err != nil {
			panic(err)
		}
		off, err := time.ParseDuration(string(text))
		if err != nil {
			panic(fmt.Errorf("%s: %w", file, err))
		}
		return time.Now().Round(0).Add(off)
	}
}
