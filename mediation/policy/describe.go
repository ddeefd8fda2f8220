package policy

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Where a policy's description stands in api/openapi.yaml. Everything between is written by Description.
const (
	DescriptionBegins = "    # PolicyRules is generated from mediation/policy/schema.go; write it anew with: go test ./mediation/policy -run Description -update\n"
	DescriptionEnds   = "    # End of what is generated.\n"
)

// Description is what Show gives as a schema of OpenAPI, made from the lists by which Load reads.
func Description() string {
	var b strings.Builder
	b.WriteString(DescriptionBegins)
	b.WriteString("    PolicyRules:\n      type: object\n      description: \"规则文件的全部键，含义见docs/policy.md / every key of the policy file, as docs/policy.md explains them\"\n")
	describe(&b, "      ", "", rowsOf("", policyKeys(Vocabulary{})))
	b.WriteString(DescriptionEnds)
	return b.String()
}

// describe writes the keys right below a path, and those below them.
func describe(b *strings.Builder, indent, path string, rows []row) {
	var needed []string
	var own []row
	for _, r := range rows {
		if name, ok := below(path, r.path); ok {
			own = append(own, r)
			if r.required {
				needed = append(needed, yamlName(name))
			}
		}
	}
	if len(needed) > 0 {
		fmt.Fprintf(b, "%srequired: [%s]\n", indent, strings.Join(needed, ", "))
	}
	fmt.Fprintf(b, "%sadditionalProperties: false\n%sproperties:\n", indent, indent)
	for _, r := range own {
		name, _ := below(path, r.path)
		fmt.Fprintf(b, "%s  %s:", indent, yamlName(name))
		describeOne(b, indent+"    ", r, rows)
	}
}

func describeOne(b *strings.Builder, indent string, r row, rows []row) {
	means := fmt.Sprintf("description: %q", r.means.En)
	switch r.form {
	case formObject:
		if any := r.path + ".*"; len(rowsBelow(any, rows)) > 0 {
			fmt.Fprintf(b, "\n%stype: object\n%s%s\n%sadditionalProperties:\n%s  type: object\n", indent, indent, means, indent, indent)
			describe(b, indent+"  ", any, rowsBelow(any, rows))
			return
		}
		fmt.Fprintf(b, "\n%stype: object\n%s%s\n", indent, indent, means)
		describe(b, indent, r.path, rowsBelow(r.path, rows))
	case formObjects:
		fmt.Fprintf(b, "\n%stype: array\n%s%s\n%sitems:\n%s  type: object\n", indent, indent, means, indent, indent)
		describe(b, indent+"  ", r.path+"[]", rowsBelow(r.path+"[]", rows))
	case formList:
		fmt.Fprintf(b, " {type: array, items: {type: string}, %s}\n", means)
	default:
		fmt.Fprintf(b, " {type: %s, %s}\n", r.form, means)
	}
}

// yamlName keeps a name from being read as yes or no, which old readers of YAML do.
func yamlName(name string) string {
	if slices.Contains([]string{"on", "off", "yes", "no", "y", "n"}, name) {
		return strconv.Quote(name)
	}
	return name
}

// below tells the name of a key right below a path.
func below(path, at string) (name string, ok bool) {
	if path != "" {
		if at, ok = strings.CutPrefix(at, path+"."); !ok {
			return "", false
		}
	}
	return at, !strings.ContainsAny(at, ".")
}

func rowsBelow(path string, rows []row) (list []row) {
	for _, r := range rows {
		if strings.HasPrefix(r.path, path+".") {
			list = append(list, r)
		}
	}
	return list
}
