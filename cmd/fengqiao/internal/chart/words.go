package chart

import (
	"fengqiao/cmd/fengqiao/internal/words"
	"fengqiao/grid/survey"
)

// findings is how each kind of finding is told.
var findings = map[survey.Kind]words.Text{
	survey.MissingCode:      {Zh: "缺少编码", En: "no code"},
	survey.DuplicateCode:    {Zh: "编码重复", En: "code given more than once"},
	survey.InconsistentCode: {Zh: "编码与层级不符", En: "code contradicts the levels"},
	survey.Unusable:         {Zh: "形状不可用", En: "shape cannot be used"},
	survey.Swapped:          {Zh: "经纬度疑似颠倒", En: "latitude and longitude probably exchanged"},
	survey.Unclosed:         {Zh: "环未闭合", En: "ring not closed"},
	survey.DuplicatePoints:  {Zh: "重复点", En: "repeated points"},
	survey.RingOrder:        {Zh: "环的方向不对", En: "ring runs the wrong way round"},
	survey.RunsBack:         {Zh: "环沿自身折返", En: "ring runs back along itself"},
	survey.SelfCrossing:     {Zh: "环自相交", En: "ring crosses itself"},
	survey.SelfTouching:     {Zh: "环自相接", En: "ring touches itself"},
	survey.HoleOutside:      {Zh: "洞在外环之外", En: "hole outside its shell"},
	survey.Splinter:         {Zh: "碎片", En: "splinter"},
	survey.Overlap:          {Zh: "重叠", En: "overlap"},
	survey.Gap:              {Zh: "空隙", En: "gap"},
	survey.Tangled:          {Zh: "相交太多，未查重叠和空隙", En: "too many crossings; overlaps and gaps were not looked for"},
}

// fixes is how each kind of repair is told.
var fixes = map[survey.FixKind]words.Text{
	survey.Closed:        {Zh: "已闭合环", En: "closed a ring"},
	survey.RemovedPoints: {Zh: "已去掉重复点", En: "removed repeated points"},
	survey.RemovedSpikes: {Zh: "已去掉尖刺", En: "removed spikes"},
	survey.Split:         {Zh: "已拆开自相接的环", En: "split a ring where it touches itself"},
	survey.Turned:        {Zh: "已改正环的方向", En: "turned a ring round"},
	survey.MovedPoint:    {Zh: "已并点", En: "moved a point onto another cell's"},
	survey.InsertedPoint: {Zh: "已补点", En: "inserted a neighbour's point"},
	survey.GaveOverlap:   {Zh: "已划归窄重叠", En: "gave away a sliver of overlap"},
	survey.FilledGap:     {Zh: "已填补窄空隙", En: "filled a sliver of gap"},
}

// units is how sizes are told.
var units = map[survey.Unit]words.Text{
	survey.Count:        {Zh: "%s 处", En: "%s"},
	survey.Metres:       {Zh: "%s 米", En: "%s m"},
	survey.SquareMetres: {Zh: "%s 平方米", En: "%s m²"},
}

var (
	ofRing    = words.Text{Zh: "，第%d个多边形第%d个环", En: ", polygon %d ring %d"}
	ofCell    = words.Text{Zh: "第%d个网格", En: "cell %d"}
	place     = words.Text{Zh: "，位于 %.7f,%.7f", En: ", at %.7f,%.7f"}
	separator = words.Text{Zh: "、", En: ", "}
	colon     = words.Text{Zh: "：", En: ": "}
	comma     = words.Text{Zh: "，", En: ", "}
	// ambiguous says what lookup makes of it.
	ambiguous = words.Text{Zh: "；归属有歧义，定位时按编码顺序取第一个", En: "; ambiguous: lookup takes the first in code order"}
	evenOdd   = words.Text{Zh: "；内外有歧义，定位时按奇偶规则", En: "; ambiguous: lookup goes by the even-odd rule"}
	holeRule  = words.Text{Zh: "；有歧义，定位时洞只减去外环以内的部分", En: "; ambiguous: at lookup a hole takes away only what its shell has"}
	others    = words.Text{Zh: "%s：还有 %d 项", En: "%s: %d more"}
	toOwner   = words.Text{Zh: "，归 %s", En: ", to %s"}
	number    = words.Text{Zh: " %d", En: " %d"}
	none      = words.Text{Zh: "边界检查：没有问题", En: "boundaries: nothing found"}
	sum       = words.Text{Zh: "边界检查：", En: "boundaries: "}
	mended    = words.Text{Zh: "修复：", En: "repairs: "}
)

// resolved is what is said of ambiguous kinds.
var resolved = map[survey.Kind]words.Text{survey.Overlap: ambiguous, survey.SelfCrossing: evenOdd, survey.HoleOutside: holeRule}
