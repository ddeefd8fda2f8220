package mongotest

import (
	"errors"
	"testing"
)

func TestTheFirstServerThatCanBeHadIsTaken(t *testing.T) {
	for _, tt := range []struct {
		situation                  string
		uri                        string
		mongod, docker, jdk, maven bool
		want                       source
		asked                      string
	}{
		{"the address is given, all else is there too", "mongodb://db", true, true, true, true, given, "uri"},
		{"a mongod is installed", "", true, true, true, true, local, "uri mongod"},
		{"Docker runs", "", false, true, true, true, docker, "uri mongod docker"},
		{"only a JDK and Maven", "", false, false, true, true, standIn, "uri mongod docker jdk maven"},
		{"a JDK without Maven", "", false, false, true, false, none, "uri mongod docker jdk maven"},
		{"Maven without a JDK", "", false, false, false, true, none, "uri mongod docker jdk"},
		{"nothing", "", false, false, false, false, none, "uri mongod docker jdk"},
	} {
		t.Run(tt.situation, func(t *testing.T) {
			asked := ""
			ask := func(what string, answer bool) func() bool {
				return func() bool {
					asked += " " + what
					return answer
				}
			}
			got, err := choose(machine{
				uri: func() string {
					asked = "uri"
					return tt.uri
				},
				mongod: ask("mongod", tt.mongod), docker: ask("docker", tt.docker),
				jdk: ask("jdk", tt.jdk), maven: ask("maven", tt.maven),
			})
			if got != tt.want || (err != nil) != (tt.want == none) || err != nil && !errors.Is(err, errNothing) {
				t.Errorf("took %v, %v; want %v", got, err, tt.want)
			}
			if asked != tt.asked {
				t.Errorf("asked for %q, want %q", asked, tt.asked)
			}
		})
	}
}

func TestADatabaseIsPutIntoAnAddressWithoutMovingTheSignIn(t *testing.T) {
	for base, want := range map[string]string{
		"mongodb://127.0.0.1:27017":                      "mongodb://127.0.0.1:27017/x",
		"mongodb://127.0.0.1:1/?directConnection=true":   "mongodb://127.0.0.1:1/x?directConnection=true",
		"mongodb://u:p@db/":                              "mongodb://u:p@db/x?authSource=admin",
		"mongodb://u:p@db/users":                         "mongodb://u:p@db/x?authSource=users",
		"mongodb://u:p@db/users?authSource=admin&w=1":    "mongodb://u:p@db/x?authSource=admin&w=1",
		"mongodb://a:1,b:2,c:3/prod?replicaSet=rs0":      "mongodb://a:1,b:2,c:3/x?replicaSet=rs0",
		"mongodb+srv://u:p@cluster.example/?appName=abc": "mongodb+srv://u:p@cluster.example/x?appName=abc&authSource=admin",
	} {
		if got, err := withDatabase(base, "x"); got != want || err != nil {
			t.Errorf("%s became %s, %v; want %s", base, got, err, want)
		}
	}
}
