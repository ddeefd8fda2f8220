package transit

import (
	"encoding/json"
	"fmt"
	"strings"
)

// What a refusal is about, as far as it matters here.
const (
	aboutOther = iota
	aboutVersion
	aboutBox
)

// refusal is a 4xx answer.
type refusal struct{ status, about int }

func (r *refusal) Error() string {
	return fmt.Sprintf("seal: key service: it refused the request (%d)", r.status)
}

// phrases are parts of the service's messages (sdk/helper/keysutil/policy.go of OpenBao and Vault). They are compared and
// never shown.
var phrases = []struct {
	part  string
	about int
}{
	{"disallowed by policy (too old)", aboutVersion},
	{"version is too new", aboutVersion},
	{"higher than the latest key version", aboutVersion},
	{"less than the minimum encryption key version", aboutVersion},
	{"message authentication failed", aboutBox},
	{"invalid ciphertext", aboutBox},
}

func about(message string) int {
	for _, p := range phrases {
		if strings.Contains(message, p.part) {
			return p.about
		}
	}
	return aboutOther
}

// refused reads a refusal, the errors of a batch's items included.
func refused(status int, answer []byte) error {
	var got struct {
		Errors []string `json:"errors"`
		Data   struct {
			Results []item `json:"batch_results"`
		} `json:"data"`
	}
	_ = json.Unmarshal(answer, &got) // what cannot be read is a refusal of which only the status is known
	for _, r := range got.Data.Results {
		got.Errors = append(got.Errors, r.Error)
	}
	return &refusal{status: status, about: about(strings.Join(got.Errors, "\n"))}
}
