package settings

import (
	"fmt"
	"strings"
)

// Document is docs/configuration.md: the table, and how it is read. A test compares it with the file.
func Document() string {
	var b strings.Builder
	b.WriteString(`# 配置 · Configuration

<!-- Generated from the table in cmd/fengqiao/internal/settings: go test ./cmd/fengqiao/internal/settings -update -->

每一项都可以写在命令行（` + "`--listen`" + `）、环境变量（` + "`FENGQIAO_LISTEN`" + `）或 YAML 文件（` + "`listen:`" + `，由 ` + "`--config`" + ` 或
` + "`FENGQIAO_CONFIG`" + ` 指定）里；命令行优先于环境变量，环境变量优先于文件，文件优先于默认值。未知的键是错误。

Every setting may stand on the command line, in the environment or in a YAML file (` + "`--config`" + ` or ` + "`FENGQIAO_CONFIG`" + `): flags
win over the environment, the environment over the file, the file over the default. An unknown key is an error.

`)
	b.WriteString("| 设置 setting | 默认 default | 含义 meaning |\n|---|---|---|\n")
	v := &Values{}
	for _, r := range Table(v) {
		value := text(r.Value)
		if r.Name == "hash-at-once" {
			value = "max(2, CPUs/2)"
		}
		if value != "" {
			value = "`" + value + "`"
		}
		fmt.Fprintf(&b, "| `--%s`<br>`%s` | %s | %s<br>%s |\n", r.Name, r.Env(), value, r.What.Zh, r.What.En)
	}
	b.WriteString(`
## 密钥 · Secrets

安装密钥（封存个人信息用）不是设置项：依次取自环境变量 ` + "`FENGQIAO_KEY`" + `、` + "`FENGQIAO_KEY_FILE`" + ` 所指的文件、数据目录里的
` + "`installation.key`" + `（` + "`fengqiao keys init`" + ` 生成）。设了 ` + "`key-service`" + ` 则在密钥服务里，这三处都不能再有。密码一律从文件或终端读取。任何秘密都不会被打印。

The installation key, under which personal values are sealed, is no setting: it comes from ` + "`FENGQIAO_KEY`" + `, from the file
that ` + "`FENGQIAO_KEY_FILE`" + ` names, or from ` + "`installation.key`" + ` in the data folder, which ` + "`fengqiao keys init`" + ` makes. With
` + "`key-service`" + ` it is in a key service, and none of the three may be there as well. Passwords are read from files or
the terminal. No secret is ever printed; a database address with a password is refused as a flag.

## 语言 · Language

命令行的语言取自 ` + "`FENGQIAO_LANG`、`LC_ALL`、`LC_MESSAGES`、`LANG`" + `；都没有时中英文并列。
The command line speaks the language of the first of these that is set, and both where none says.
`)
	return b.String()
}
