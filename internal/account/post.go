package account

import (
	"slices"

	"fengqiao/grid"
)

// Post (岗位) is a place in a grid's "1+3+N" team. Whoever has one belongs to the team, whatever their role and area are; posts
// permit nothing.
type Post struct {
	Kind string
	Area grid.Code
}

// PostKinds are the posts that there are: 网格长 (the 1); 专职网格员, 兼职网格员, 网格指导员 (the 3); and the N.
var PostKinds = []string{"leader", "fulltime", "parttime", "guide", "police", "mediator", "volunteer"}

// maxPosts bounds the posts of one person.
const maxPosts = 100

func checkPosts(posts []Post) error {
	for _, p := range posts {
		if !slices.Contains(PostKinds, p.Kind) || p.Area == "" || !wellFormed(p.Area) {
			return ErrInvalid.because("posts")
		}
	}
	if len(posts) > maxPosts {
		return ErrInvalid.because("posts")
	}
	return nil
}
