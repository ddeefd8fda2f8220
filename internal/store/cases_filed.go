package store

import (
	"fmt"
	"slices"
	"strings"

	"fengqiao/mediation"
)

// deferred are the keys of a case that say when somebody must look at it: others than its last writer set them, and they show it to nobody.
var deferred = []string{"due", "moved"}

// Misfiled tells, of a case as it lies in the store, by what it would be found otherwise had it just been stored: tags that are missing or too
// many, keys with another value, and whom its list row would not be kept from. Of what an earlier release stored, and nobody has read since, only
// whom it is kept from and where it lies is asked.
func Misfiled(row Row) ([]string, error) {
	c, err := readCase(row)
	if err != nil {
		return nil, err
	}
	want, err := caseRow(&c)
	if err != nil {
		return nil, err
	}
	var head mediation.Summary
	if err := decode(casesTable, row.ID, row.Head, &head); err != nil {
		return nil, err
	}
	current := head.Course.Current() && head.Counted.Current()
	asked := func(tag string) bool { return tag != unsentTag && (current || strings.HasPrefix(tag, keptTag(""))) }
	var wrong []string
	for _, tag := range want.Tags {
		if asked(tag) && !slices.Contains(row.Tags, tag) {
			wrong = append(wrong, fmt.Sprintf("tag %q is missing", tag))
		}
	}
	for _, tag := range row.Tags {
		if asked(tag) && !slices.Contains(want.Tags, tag) {
			wrong = append(wrong, fmt.Sprintf("tag %q is too many", tag))
		}
	}
	for key, value := range want.Keys {
		if (current || key == "area") && !slices.Contains(deferred, key) && row.Keys[key] != value {
			wrong = append(wrong, fmt.Sprintf("key %s is %v and should be %v", key, row.Keys[key], value))
		}
	}
	if kept := c.KeptFrom(); !slices.Equal(head.KeptFrom, kept) {
		wrong = append(wrong, fmt.Sprintf("its list row is kept from %q and should be from %q", head.KeptFrom, kept))
	}
	if current && head.Counted != c.Summarise().Counted {
		wrong = append(wrong, "its list row says otherwise in which sets it counts")
	}
	slices.Sort(wrong)
	return wrong, nil
}
