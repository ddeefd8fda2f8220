package policy

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// Vocabulary is what a policy may speak of that the policy itself does not define.
type Vocabulary struct {
	States        []string // states that may have a clock
	MustHaveClock []string // states that must have one
	ReturnVisit   string   // the state whose clock is the return visit's: Closing.FollowUpAfter is taken from it
	Kinds         []string // kinds of mediators
	Commands      []string // commands to a case
	Roles         []string // roles of accounts
	LoopRoles     []string // those that may have a part in the closed loop
	ReviewRoles   []string // those that may sit over a review list
	ReportRoles   []string // those that may register a matter
	ProxyRoles    []string // those that may act for a resident
	SentRoles     []string // those that a dispatch rule may send a case to
	SignRoles     []string // those that may sign what a consultation came to
	IssueRoles    []string // those that may issue a paper of supervision
	JudgeRoles    []string // those that may judge what such a paper found
	AnswerRoles   []string // those that may answer one
	Progress      []string // commands that bring a case further: those that a trigger may count as progress
	ProgressSteps []string // steps of a petition that do
}

// A policy is a few pages. The limits keep the YAML parser, which recurses, from being fed something else.
const (
	maxSource = 256 << 10 // bytes
	maxNested = 100       // columns of indentation, and brackets within brackets
)

// Load reads a county's policy. The source is one strict YAML document: unknown or doubled keys, wrong types, references to
// nothing and rules that cannot work are all found, not only the first; the error is then of type Findings. file is
// only named in the findings. Reference says what each key means.
func Load(file string, src []byte, v Vocabulary) (*Policy, error) {
	r := &reader{file: file, at: map[string]place{}}
	p := &Policy{}
	if root := r.parse(src); root != nil {
		readObject(r, root, "", policyKeys(v), p)
		(&checker{reader: r, Policy: p, Vocabulary: v}).check()
	}
	if len(r.found) > 0 {
		r.found.sort()
		return nil, r.found
	}
	p.Source = bytes.Clone(src)
	p.ID = versionID(p, src)
	p.Petition.fillPetition()
	p.Confirmation.fillConfirmation()
	p.Closing.FollowUpAfter = p.Clocks.States[v.ReturnVisit].Within
	zone, err := p.Clocks.Calendar.Location()
	if err != nil {
		return nil, err // checked before: only a machine whose zone files vanish meanwhile gets here
	}
	p.Clocks.Calendar.zone = zone
	return p, nil
}

// versionID is county, label and the beginning of the source's hash, e.g. 330111-2026-01-1a2b3c4d.
func versionID(p *Policy, src []byte) string {
	sum := sha256.Sum256(src)
	return strings.ReplaceAll(p.County, ".", "") + "-" + p.Label + "-" + hex.EncodeToString(sum[:4])
}

// reader goes through the document, keeps what it finds wrong and where each value stands.
type reader struct {
	file  string
	found Findings
	at    map[string]place // by path, of the values that could be read
}

type place struct{ line, column int }

func placeOf(n ast.Node) place {
	if m, ok := n.(*ast.MappingNode); ok && len(m.Values) > 0 {
		n = m.Values[0].Key
	}
	if m, ok := n.(*ast.MappingValueNode); ok {
		n = m.Key
	}
	return placeOfToken(n.GetToken())
}

func placeOfToken(t *token.Token) place {
	if t == nil || t.Position == nil {
		return place{1, 1}
	}
	return place{max(t.Position.Line, 1), max(t.Position.Column, 1)}
}

// find notes something wrong.
func (r *reader) find(at place, key string, reason Text) {
	r.found = append(r.found, Finding{File: r.file, Line: at.line, Column: at.column, Key: key, Reason: reason.En, ReasonZh: reason.Zh})
}

// parse returns the document's root, nil if there is none.
func (r *reader) parse(src []byte) ast.Node {
	start := place{1, 1}
	switch {
	case len(src) > maxSource:
		r.find(start, "", Text{"文件超过256 KiB", "the file is larger than 256 KiB"})
		return nil
	case !utf8.Valid(src):
		r.find(start, "", Text{"文件不是UTF-8编码", "the file is not UTF-8"})
		return nil
	}
	tokens := lexer.Tokenize(string(src))
	if at, deep := tooDeep(tokens); deep {
		r.find(at, "", Text{"嵌套过深", "nested too deeply"})
		return nil
	}
	doc, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey()) // doubles are found by readObject, all of them
	if err != nil {
		r.findSyntax(err)
		return nil
	}
	return r.onlyDocument(doc)
}

func (r *reader) onlyDocument(doc *ast.File) ast.Node {
	var root ast.Node
	for _, d := range doc.Docs {
		switch {
		case d.Body == nil || d.Body.Type() == ast.CommentType || d.Body.Type() == ast.DirectiveType:
		case root != nil:
			r.find(placeOf(d.Body), "", Text{"文件只能有一个YAML文档", "there must be only one YAML document"})
			return nil
		default:
			root = d.Body
		}
	}
	if root == nil {
		r.find(place{1, 1}, "", Text{"文件为空", "the file is empty"})
	}
	return root
}

func (r *reader) findSyntax(err error) {
	at, reason := place{1, 1}, err.Error()
	var syntax *yaml.SyntaxError
	if errors.As(err, &syntax) {
		at, reason = placeOfToken(syntax.Token), syntax.Message
	}
	r.find(at, "", Text{"YAML语法错误：" + reason, "not YAML: " + reason})
}

// tooDeep looks for nesting that no policy needs, before the parser recurses into it.
func tooDeep(tokens token.Tokens) (place, bool) {
	brackets := 0
	for _, t := range tokens {
		switch t.Type {
		case token.MappingStartType, token.SequenceStartType:
			brackets++
		case token.MappingEndType, token.SequenceEndType:
			brackets--
		case token.SequenceEntryType, token.MappingKeyType:
			if t.Position.Column > maxNested {
				return placeOfToken(t), true
			}
		}
		if brackets > maxNested || t.Position.IndentNum > maxNested {
			return placeOfToken(t), true
		}
	}
	return place{}, false
}
